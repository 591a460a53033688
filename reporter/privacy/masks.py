"""Secrets in text: what counts as one, and the mask that stands for it.

A mask is `***` with a number; the same secret has the same mask everywhere, so that it can still be seen that a
cookie comes back, or that two addresses differ. Whatever is analysed, explained or shown has masks only.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import quote, unquote_plus

from reporter.privacy.markup import STRING, written
from reporter.privacy.names import PRIVATE

#: Header fields whose values are secrets (RFC 9110, sections 11.6.2 and 11.7.2; RFC 6265, section 4).
SECRET_HEADER = re.compile(
    r"(?i)cookie2?|set-cookie2?|(?:proxy-)?authorization|[\w-]*(?:token|secret|passw|api-?key|csrf|xsrf|session-?id)[\w-]*"
)
_VALUE = r"(?:(?!%26|%23|\\[rn])[^&# \t\r\n\x00\"<>])+"
# What stands before a secret has bounds in every pattern, so that a hostile frame costs no more time than it is long.
#: A parameter of a URI, also of one that is itself percent-encoded in another.
_PARAMETER = re.compile(rf"(?i)((?:[?&;#]|%3f|%26|%3b|%23)(?:{PRIVATE})(?:=|%3d))({_VALUE})")
#: The same where the text need not be a URI: the body of a form, a line of a tree.
_FIELD = re.compile(rf"(?i)((?:^|[?&;#\s:\"'{{]|%3f|%26|%3b|%23)(?:{PRIVATE})(?:=|%3d))({_VALUE})")
_MEMBER = re.compile(
    rf"(?i)([\"'](?:{PRIVATE})[\"']\]?\s{{0,40}}[:=]\s{{0,40}})(\"(?:[^\"\\]|\\.)*\"?|{STRING}|[^\s,}}\]\"]+)"
)
_PART = re.compile(rf"(?i)(name=\"?(?:{PRIVATE})\"?[^\r\n]{{0,300}}(?:\r\n[^\r\n]{{1,300}}){{0,6}}\r\n\r\n)([^\r\n]+)")
_USER = re.compile(r"(?i)([a-z][a-z0-9+.-]{0,30}(?:://|%3a%2f%2f))([^/?#@\s\"<>]{1,300})@")
#: Log-in commands of protocols that send them in the clear: FTP, POP3, IMAP, SMTP, Redis, IRC.
_COMMAND = re.compile(
    r"(?i)((?:^|[\s:])(?:pass:?|auth(?: (?:plain|login|xoauth2|cram-md5))?|acct|oper \S{1,100}|"
    r"\S{1,60} login \S{1,100}|\S{1,60} authenticate \S{1,100})\s{1,20})([^\s,|]+)"
)
_COOKIE_ATTRIBUTES = frozenset(
    """
    path domain expires max-age httponly secure samesite partitioned priority
    """.split()  # noqa: SIM905 (a list would be a screen)
)
_MASK = re.compile(r"\*{3}\d+")
_WORDS = re.compile(r"[^\s;,&?#/\"<>=]{4,}")
#: What is shorter, or a cookie that may be a common word, is not looked for where nothing says that it is a secret.
_TELLING = 4
_LIKE_A_KEY = re.compile(r"(?=.*[0-9]).{8,}|.{16,}", re.DOTALL)
_MOST = 5000


def has_secret(target: str) -> bool:
    """Whether a request target or URI carries a user name, a password or a token, masked or not."""
    return _PARAMETER.search(target) is not None or _USER.search(target) is not None


class Masks:
    """The secrets of one report or explanation, each with its mask."""

    def __init__(self) -> None:
        self._masks: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._count = 0

    def mask(self, secret: str, *, cookie: bool = False) -> str:
        """The mask of a secret; other spellings of it (percent-encoded) have the same."""
        if not secret or _MASK.fullmatch(secret):
            return secret
        plain = unquote_plus(secret, errors="replace")
        found = self._masks.get(secret) or self._masks.get(plain)
        if found is None:
            if self._count >= _MOST:
                return "***"
            self._count += 1
            found = f"***{self._count}"
        for spelling in (secret, plain, quote(plain, safe="")):
            self._learn(spelling, found, cookie=cookie)
        return found

    def _learn(self, secret: str, mask: str, *, cookie: bool = False) -> None:
        self._masks.setdefault(secret, mask)
        if len(secret) >= _TELLING and (not cookie or _LIKE_A_KEY.fullmatch(secret)):
            self._known.setdefault(secret, mask)

    @property
    def known(self) -> dict[str, str]:
        """Secrets long enough to be looked for anywhere, with their masks."""
        return self._known

    def uri(self, text: str) -> str:
        """A request target, URI or text with URIs in it: user names, passwords and tokens masked."""
        if "=" in text or "%3" in text:
            text = _PARAMETER.sub(self._second, text)
        if "/" in text:
            text = self.swept(text)
        return _USER.sub(lambda found: f"{found[1]}{self.mask(found[2])}@", text) if "@" in text else text

    def loose(self, text: str) -> str:
        """Text of any kind (a body, a line of a tree): fields of forms and members of JSON too."""
        text = _MEMBER.sub(self._quoted, _FIELD.sub(self._second, text))
        return self.replaced(self.uri(self.written(text)))

    def written(self, text: str) -> str:
        """Text of a page or a program: what stands in it as a secret is masked; it has as many lines as before."""
        out, last = [], 0
        for start, end in sorted(written(text)):
            if start >= last:
                value = text[start:end]
                out += [text[last:start], self.mask(value, cookie=True), "\n" * value.count("\n")]
                last = end
        return "".join((*out, text[last:])) if out else text

    def command(self, text: str) -> str:
        """A line of a protocol in which people log in: what they say is masked."""
        return _COMMAND.sub(self._second, text)

    def header(self, name: str, value: str) -> str:
        """The value of a header field as it may be shown: secrets masked, the rest of it kept."""
        lowered = name.lower()
        if SECRET_HEADER.fullmatch(name) is None:
            return self.uri(value)
        if lowered.startswith("cookie"):
            return self.cookies(value)
        if lowered.startswith("set-cookie"):
            first, *rest = value.split(";")
            kept = (each if _attribute(each) else self._cookie(each) for each in rest)
            return ";".join([self._cookie(first), *kept])
        if lowered.endswith("authorization"):
            return self.credentials(value)
        return self._whole(value)

    def cookies(self, value: str) -> str:
        """The value of Cookie: names stay."""
        return ";".join(self._cookie(each) for each in value.split(";"))

    def credentials(self, value: str) -> str:
        """The value of Authorization: the scheme stays."""
        scheme, space, rest = value.strip().partition(" ")
        if not space or not scheme.replace("-", "").isalnum() or len(scheme) > 20:
            return self._whole(value)
        if scheme.lower() == "basic":
            self._learn_basic(rest.strip())
        return f"{scheme} {self._whole(rest)}"

    def swept(self, text: str) -> str:
        """Text in which secrets that are already known are masked as well."""
        known = self._known
        if not known:
            return text
        return _WORDS.sub(lambda found: known.get(found[0], found[0]), text)

    def replaced(self, text: str) -> str:
        """The same, for known secrets anywhere in the text; slower."""
        for secret in sorted((each for each in self._known if each in text), key=len, reverse=True):
            text = text.replace(secret, self._known[secret])
        return text

    def _learn_basic(self, coded: str) -> None:
        """User name and password of RFC 7617, so that they are known when shown decoded."""
        try:
            pair = base64.b64decode(coded, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return
        for plain in (pair, pair.partition(":")[2]):
            if plain:
                self._learn(plain, self.mask(coded))

    def _cookie(self, part: str) -> str:
        name, sign, value = part.partition("=")
        return f"{name}={self._whole(value, cookie=True)}" if sign else self._whole(part, cookie=True)

    def _whole(self, text: str, *, cookie: bool = False) -> str:
        inner = text.strip()
        return text.replace(inner, self.mask(inner.strip('"'), cookie=cookie), 1) if inner else text

    def _second(self, found: re.Match[str]) -> str:
        return found[1] + self.mask(found[2])

    def _quoted(self, found: re.Match[str]) -> str:
        value = found[2]
        quote = value[0] if value[0] in "\"'`" else ""
        return f"{found[1]}{quote}{self.mask(value.strip(quote) if quote else value)}{quote}"


def _attribute(part: str) -> bool:
    return part.partition("=")[0].strip().lower() in _COOKIE_ATTRIBUTES


_BYTE_HEADER = re.compile(
    r"(?i)(?<![\w-])((?:cookie2?|set-cookie2?|(?:proxy-)?authorization|"
    r"[\w-]{0,30}(?:token|secret|passw|api-?key|csrf|xsrf|session-?id)[\w-]{0,30})[ \t]{0,40}:[ \t]{0,40})"
    r"([^\r\n]*(?:\r\n[ \t]+[^\r\n]*)*)"
)


def places(text: str, *, login: bool = False) -> list[tuple[int, int]]:
    """Where secrets stand in the bytes of a frame, read as Latin-1: by the words around them.

    `login` tells that the frame is of a protocol in which people log in by commands.
    """
    patterns = [_BYTE_HEADER, _FIELD, _MEMBER, _PART, _USER, *([_COMMAND] if login else [])]
    return [*written(text), *(match.span(2) for pattern in patterns for match in pattern.finditer(text))]
