"""HTTP values that must be read before they can be spoken of: lengths, ranges, cache directives, dates,
addresses.

Every function takes text from the wire, which may be missing, repeated, malformed or huge, and returns None
(or an empty value) rather than a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urldefrag, urljoin, urlsplit

from reporter.model.application import Header, HttpRequest, HttpResponse

_DIGITS = re.compile(r"[0-9]{1,15}")
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15}|\*)", re.IGNORECASE)
_UNSATISFIED = re.compile(r"bytes \*/([0-9]{1,15})", re.IGNORECASE)
_LIST_MEMBER = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')


@dataclass(frozen=True, slots=True)
class ContentRange:
    """`bytes first-last/total` (RFC 9110, section 14.4); `total` is None when the sender did not know it."""

    first: int
    last: int
    total: int | None


def whole_number(text: str) -> int | None:
    """A number of plain decimal digits, or None."""
    text = text.strip()
    return int(text) if _DIGITS.fullmatch(text) else None


def lines_of(headers: tuple[Header, ...], name: str) -> tuple[Header, ...]:
    """All lines called `name`, in order."""
    lowered = name.lower()
    return tuple(header for header in headers if header.name.lower() == lowered)


def members(headers: tuple[Header, ...], name: str) -> tuple[str, ...]:
    """The members of a list field, over all its lines (RFC 9110, section 5.6.1); commas inside quotes do not
    count.
    """
    parts = (part.strip() for line in lines_of(headers, name) for part in _LIST_MEMBER.findall(line.value))
    return tuple(part for part in parts if part)


def preflight(request: HttpRequest) -> tuple[Header, Header] | None:
    """The lines Access-Control-Request-Method and Origin of a CORS preflight; None when the request is none.

    Reference: WHATWG Fetch, CORS-preflight fetch.
    """
    method, origin = request.header("Access-Control-Request-Method"), request.header("Origin")
    if request.method != "OPTIONS" or method is None or origin is None or not (method.value and origin.value):
        return None
    return method, origin


def length_line(headers: tuple[Header, ...]) -> Header | None:
    """The Content-Length line, when the field is one valid number (repeats of the same number allowed).

    RFC 9112, section 6.3: a list of differing or malformed values is an error, which is None here.
    """
    lines = lines_of(headers, "Content-Length")
    if not lines or lengths_in_doubt(headers):
        return None
    return lines[0] if whole_number(lines[0].value) is not None else None


def lengths_in_doubt(headers: tuple[Header, ...]) -> tuple[Header, ...]:
    """The Content-Length lines where they do not agree on one valid number; none where they do, or there are none.

    Where such a message ends cannot be said: RFC 9112, section 6.3, calls it an unrecoverable error.
    """
    values = {whole_number(member) for member in members(headers, "Content-Length")}
    return lines_of(headers, "Content-Length") if len(values) != 1 or None in values else ()


def is_chunked(headers: tuple[Header, ...]) -> bool:
    """Whether the last transfer coding is `chunked` (RFC 9112, section 6.3)."""
    codings = members(headers, "Transfer-Encoding")
    return bool(codings) and codings[-1].lower() == "chunked"


def closes_for_length(headers: tuple[Header, ...]) -> bool:
    """Whether the server must close the connection after answering a request with these lines for its length.

    Both Transfer-Encoding and Content-Length (RFC 9112, section 6.1), or Content-Length that is not one valid number
    (section 6.3).
    """
    lengths = lines_of(headers, "Content-Length")
    return bool(lengths) and (bool(lines_of(headers, "Transfer-Encoding")) or bool(lengths_in_doubt(headers)))


def without_body(code: int, method: str | None) -> bool:
    """Whether a response never has a body, whatever its headers say (RFC 9112, section 6.3)."""
    tunnel = method == "CONNECT" and 200 <= code < 300
    return 100 <= code < 200 or code in (204, 304) or method == "HEAD" or tunnel


def body_length(message: HttpRequest | HttpResponse, method: str | None) -> int | None:
    """The bytes of a body where the header alone tells them (RFC 9112, section 6.3); `method` is that of the request.

    None for a body in chunks or up to the close, for a length in doubt, and where another protocol may follow (101,
    CONNECT, Upgrade).
    """
    if method == "CONNECT" or message.header("Upgrade") or message.header("Transfer-Encoding"):
        return None
    if isinstance(message, HttpResponse) and without_body(message.code, method):
        return None if message.code == 101 else 0
    line = length_line(message.headers)
    if line is not None:
        return whole_number(line.value)
    return 0 if isinstance(message, HttpRequest) and not lines_of(message.headers, "Content-Length") else None


def parse_range(value: str) -> tuple[int | None, int | None] | None:
    """`bytes=a-b`, `bytes=a-` or `bytes=-n` as (a, b); None for anything else, several ranges too."""
    match = _RANGE.fullmatch(value.strip())
    if match is None or not (match.group(1) or match.group(2)):
        return None
    first, last = (int(text) if text else None for text in match.groups())
    if first is not None and last is not None and last < first:
        return None
    return first, last


def parse_content_range(value: str) -> ContentRange | None:
    """`bytes a-b/N`, when it makes sense (RFC 9110, section 14.4)."""
    match = _CONTENT_RANGE.fullmatch(value.strip())
    if match is None:
        return None
    first, last = int(match.group(1)), int(match.group(2))
    total = None if match.group(3) == "*" else int(match.group(3))
    if last < first or (total is not None and total <= last):
        return None
    return ContentRange(first, last, total)


def parse_unsatisfied(value: str) -> int | None:
    """The current length in `bytes */N` of a 416 response."""
    match = _UNSATISFIED.fullmatch(value.strip())
    return int(match.group(1)) if match else None


def directives(headers: tuple[Header, ...]) -> dict[str, tuple[str, Header]]:
    """Cache-Control directives by lower-case name: argument (without quotes) and the line it stands on.

    Of a directive given twice the first is kept (RFC 9111, section 4.2.1).
    """
    found: dict[str, tuple[str, Header]] = {}
    for line in lines_of(headers, "Cache-Control"):
        for part in _LIST_MEMBER.findall(line.value):
            name, _, argument = part.strip().partition("=")
            if name:
                found.setdefault(name.strip().lower(), (argument.strip().strip('"'), line))
    return found


def http_date(text: str) -> datetime | None:
    """A date of a header (RFC 9110, section 5.6.7), in UTC, or None."""
    try:
        when = parsedate_to_datetime(text.strip())
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def etag_in(candidates: str, etag: str) -> bool:
    """Whether an If-None-Match value names `etag`, by weak comparison (RFC 9110, section 8.8.3.2)."""
    if candidates.strip() == "*":
        return True
    wanted = etag.strip().removeprefix("W/")
    return bool(wanted) and any(part.strip().removeprefix("W/") == wanted for part in _LIST_MEMBER.findall(candidates))


def media_type(value: str) -> str:
    """`text/html` of `text/html; charset=utf-8`, in lower case."""
    return value.partition(";")[0].strip().lower()


def path_of(target: str) -> str:
    """The path of a request target, without its query."""
    try:
        path = urlsplit(target).path if "://" in target.partition("?")[0] else target.partition("?")[0]
    except ValueError:
        return ""
    return path.partition("#")[0]


def extension_of(target: str) -> str:
    """The extension of the last path segment in lower case, or an empty string."""
    name = path_of(target).rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if stem and dot and extension.isalnum() and len(extension) <= 5 else ""


def host_of(uri: str) -> str:
    """Host and port of a full URI, in lower case."""
    try:
        return urlsplit(uri).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def comparable(uri: str) -> str:
    """A full URI so that two spellings of one address are equal: no fragment, no default port, lower-case
    host.
    """
    try:
        parts = urlsplit(urldefrag(uri.strip()).url)
    except ValueError:
        return ""
    scheme, host = parts.scheme.lower(), parts.netloc.rpartition("@")[2].lower()
    default = {"http": ":80", "https": ":443"}.get(scheme, "")
    if default and host.endswith(default):
        host = host.removesuffix(default)
    if not scheme or not host:
        return ""
    return f"{scheme}://{host}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


def resolved(base: str, reference: str) -> str:
    """A Location (RFC 9110, section 10.2.2) made absolute against the URI asked for, in comparable form."""
    try:
        return comparable(urljoin(base, reference.strip()))
    except ValueError:
        return ""
