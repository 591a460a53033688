"""Where secrets stand in pages and programs: attributes, elements, assignments, arguments.

A page that hides a token from its reader (`<input type="hidden" name="csrf_token" value="…">`) does not hide it from
a report. Every pattern reads a text once: the time is linear in its length.
"""

from __future__ import annotations

import re

from reporter.privacy.names import PRIVATE, secret_name

#: Without one of these, there is none in a text.
_HINT = re.compile(
    r"(?i)pass|pwd|pw|psw|secret|token|[cx]srf|api|access|sig|session|credential|密码|口令|%e5|auth|sid|otp|pin|mima|"
    r"code_verifier"
)
_QUOTE = r"(?:\\[\"']|&quot;|&#(?:34|39|x22|x27);)"
#: A string of a program, also one that has no end.
STRING = r"(?:\"(?:[^\"\\\r\n]|\\.)*\"?|'(?:[^'\\\r\n]|\\.)*'?|`(?:[^`\\\r\n]|\\.)*`?)"
#: What of a tag can say that it holds a secret, and what of it can hold one.
_ATTRIBUTE = re.compile(
    r"(?i)<(?=[a-z!/])|(?<![\w:.-])(name|id|property|itemprop|type|value|content)\s{0,8}=\s{0,8}"
    r"(?:\\?\"(?P<double>[^\"\r\n]*)|\\?'(?P<single>[^'\r\n]*)|(?P<bare>[^\s\"'<>`]+))"
)
#: `<password>…</password>`
_ELEMENT = re.compile(rf"(?i)(<(?:\w{{1,20}}:)?(?:{PRIVATE})(?:\s[^<>]{{0,200}})?>\s{{0,40}})([^<\s][^<]*)")
#: `token = "…"`, `password: '…'`
_ASSIGNED = re.compile(rf"(?i)((?<![\w-])(?:{PRIVATE})\s{{0,8}}(?:=>?|:=?)\s{{0,8}})({STRING})")
#: `setItem("token", "…")`
_ARGUMENT = re.compile(rf"(?i)(\(\s{{0,8}}[\"'](?:{PRIVATE})[\"']\s{{0,8}},\s{{0,8}})({STRING})")
#: `&quot;token&quot;:&quot;…&quot;`: JSON in an attribute or in a string.
_CODED = re.compile(rf"(?i)({_QUOTE}(?:{PRIVATE}){_QUOTE}\s{{0,8}}[:=]\s{{0,8}}{_QUOTE})([^\"'&\\\r\n]+)")
#: An attribute that tells under which name the secret is sent.
_TELLS_A_NAME = re.compile(r"(?i).*(?:param|header)(?:[_-]?name)?")


def written(text: str) -> list[tuple[int, int]]:
    """Where values stand that a page or a program says are secret: begin and end of each, without its quotes."""
    if not _HINT.search(text):
        return []
    found = _attributes(text)
    for pattern in (_ELEMENT, _ASSIGNED, _ARGUMENT, _CODED):
        found += [_inside(text, *match.span(2)) for match in pattern.finditer(text)]
    return [(start, end) for start, end in found if start < end]


def _attributes(text: str) -> list[tuple[int, int]]:
    """Values of tags that are called as secrets are, whichever comes first; text that has no `<` is part of a tag."""
    found: list[tuple[int, int]] = []
    values: list[tuple[int, int]] = []
    private = False
    for match in _ATTRIBUTE.finditer(text):
        if match[1] is None:
            found += values if private else []
            values, private = [], False
            continue
        span = match.span(match.lastgroup or 0)
        value = text[span[0] : span[1]].removesuffix("\\").strip()
        if match[1].lower() in ("value", "content"):
            values.append((span[0], span[1] - text[span[0] : span[1]].endswith("\\")))
        elif match[1].lower() == "type":
            private = private or value.lower() == "password"
        else:
            private = private or (secret_name(value) and not _TELLS_A_NAME.fullmatch(value))
    return found + (values if private else [])


def _inside(text: str, start: int, end: int) -> tuple[int, int]:
    """A string without its quotes, the text of an element without the blanks after it."""
    quote = text[start]
    if quote not in "\"'`":
        return start, start + len(text[start:end].rstrip())
    return start + 1, end - (end - start > 1 and text[end - 1] == quote)
