"""Names of parameters, form fields, attributes and variables whose values are secrets."""

from __future__ import annotations

import re

_PART = r"(?:[\w.\[\]$-]|%5b|%5d){0,40}"
#: To be put into patterns that do not look at case.
PRIVATE = (
    rf"{_PART}(?:passw(?:or)?d|passphrase|passcode|passwd|pwd|secret|token|csrf|xsrf|api[_-]?key|access[_-]?key|"
    rf"signature|session_?id|credential|密码|口令|%E5%AF%86%E7%A0%81|%E5%8F%A3%E4%BB%A4){_PART}"
    r"|pass|passwort|pw|psw|auth|sid|jsessionid|phpsessid|sig|otp|pin|mima|code_verifier"
)
_NAME = re.compile(rf"(?i)(?:{PRIVATE})")


def secret_name(name: str) -> bool:
    """Whether a parameter or form field of that name holds a password or a token."""
    return _NAME.fullmatch(name) is not None
