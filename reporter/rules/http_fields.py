"""Header fields worth a word of their own: who asks and what it accepts, who answers, credentials, types."""

from __future__ import annotations

import re
from datetime import datetime

from reporter.analyse.http import extension_of, http_date, lines_of, media_type, members, preflight
from reporter.analyse.step import Asked
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.application import Header, HttpRequest
from reporter.model.packet import Packet
from reporter.privacy.masks import SECRET_HEADER, has_secret

_REQUEST_LINE = "http.request.line"
_RESPONSE_LINE = "http.response.line"
_CONDITIONS = ("If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since")
#: Content types that a file name promises; any of them is as good.
_TYPES = {
    "html": ("text/html", "application/xhtml+xml"),
    "htm": ("text/html", "application/xhtml+xml"),
    "css": ("text/css",),
    "js": ("text/javascript", "application/javascript", "application/x-javascript"),
    "json": ("application/json",),
    "png": ("image/",),
    "jpg": ("image/",),
    "jpeg": ("image/",),
    "gif": ("image/",),
    "webp": ("image/",),
    "svg": ("image/",),
    "ico": ("image/",),
    "mp3": ("audio/",),
    "wav": ("audio/",),
    "mp4": ("video/", "audio/"),
    "webm": ("video/", "audio/"),
    "pdf": ("application/pdf",),
}
#: Names that are shown as they are; how many of them.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_SHOWN = 30
#: The max-age of Strict-Transport-Security that ends it.
_IDENTITY = re.compile(r"(?:^|,)\s*identity\s*(?:[;,]|$)", re.IGNORECASE)
_NEVER = re.compile(r"(?:^|;)\s*max-age\s*=\s*\"?0+\"?\s*(?:;|$)", re.IGNORECASE)
_LIFETIME = re.compile(r"-\d+|\d+")
_UNDECLARED = ("application/octet-stream", "binary/octet-stream")


@rule(
    "P06",
    on="http",
    when="request",
    facts="sender names rest agent accept accept_more languages codings uncoded condition part close secrets place"
    " method target",
    rank=33,
)
def request_headers(at: At) -> Facts | None:
    """The header fields of a request: who asks, what it can take, under which condition. Secrets are named,
    not shown.

    `rest` counts the names that are not in `names`: too many, or not fit to be shown. `accept` is the first type of
    Accept; `uncoded` tells that Accept-Encoding names identity. `close` tells of Connection: close in HTTP/1.1.
    `place`, `method` and `target` name the request where the frame holds several.

    Reference: RFC 9110, sections 7.2 (Host), 10.1 (request context), 12.5 (content negotiation) and 13.1
    (conditions); RFC 9112, section 9.6 (close).
    """
    asked = [each.request for each in at.step.asked]
    place, found = next(((place, each) for place, each in enumerate(asked, 1) if each.headers_known), (0, None))
    if found is None or not found.headers:
        return None
    several, frame = len(asked) > 1, at.packet.frame

    def line(name: str) -> Fact | None:
        header = found.header(name)
        return known(header.value, at.packet.frame, _REQUEST_LINE, header.line) if header and header.value else None

    lowered = {header.name.lower() for header in found.headers}
    names = tuple(dict.fromkeys(header.name for header in found.headers))
    shown = tuple(name for name in names if _NAME.fullmatch(name))[:_SHOWN]
    accept, first = line("Accept"), ""
    if accept is not None:
        first = str(accept.value).partition(",")[0].strip()
    return {
        "sender": word(at.me),
        "names": word(shown),
        "rest": word(len(names) - len(shown)),
        "agent": line("User-Agent"),
        "accept": derived(first, accept) if first else None,
        "accept_more": word(accept is not None and first != accept.value),
        "languages": line("Accept-Language"),
        "codings": (codings := line("Accept-Encoding")),
        "uncoded": word(codings is not None and _IDENTITY.search(str(codings.value)) is not None),
        "condition": word(tuple(name for name in _CONDITIONS if name.lower() in lowered)),
        "part": line("Range"),
        "close": word(found.version == "HTTP/1.1" and found.method != "CONNECT" and _closes(found)),
        "place": word(place) if several else None,
        "method": known(found.method, frame, "http.request.method") if several else None,
        "target": known(found.target, frame, "http.request.uri") if several else None,
        "secrets": word(_secret_names(found.headers)),
    }


@rule(
    "P29",
    on="http",
    when="response",
    facts="sender server powered allow cookies removed origin preflight methods hsts hsts_off encrypted frame_options",
    rank=36,
)
def response_headers(at: At) -> Facts | None:
    """What a response says of its server, the cookies it sets (names only), who may read it and how it is to
    be reached.

    Later responses of a connection are told of only when they set cookies, let other sites read them or answer an
    OPTIONS: the rest is nearly always the same again. `allow` is told of the answer to an OPTIONS that is no preflight.
    `removed` are cookies that are set with a lifetime that is over, which deletes them. `preflight` is the frame of the
    CORS preflight that this answers, `methods` what it lets scripts send. `encrypted` tells that the response travelled
    inside TLS: only there does Strict-Transport-Security count; `hsts_off`, that its max-age is 0.

    Reference: RFC 9110, sections 10.2.1 (Allow) and 10.2.4 (Server); RFC 6265, sections 4.1, 5.2.1, 5.2.2 and 5.3;
    RFC 6797, sections 6.1.1 and 8.1; WHATWG Fetch (CORS).
    """
    answered = next((each for each in at.step.answered if each.response.headers), None)
    if answered is None:
        return None
    found = answered.response
    first = answered.exchange is None or answered.exchange.number == 1

    def line(name: str) -> Fact | None:
        header = found.header(name)
        return known(header.value, at.packet.frame, _RESPONSE_LINE, header.line) if header and header.value else None

    cookies: dict[bool, list[str]] = {False: [], True: []}
    for header in lines_of(found.headers, "Set-Cookie"):
        name, sign, _ = header.value.partition(";")[0].partition("=")
        if sign and name.strip():
            cookies[_over(header.value, at.packet)].append(name.strip())
    hsts, exchange = line("Strict-Transport-Security"), answered.exchange
    request = exchange.request if exchange is not None else None
    asks = request is not None and preflight(request) is not None
    options = request is not None and request.method == "OPTIONS" and not asks
    facts: dict[str, Fact | None] = {
        "server": line("Server"),
        "powered": line("X-Powered-By"),
        "allow": line("Allow") if options else None,
        "cookies": word(tuple(cookies[False])),
        "removed": word(tuple(cookies[True])),
        "origin": line("Access-Control-Allow-Origin"),
        "hsts": hsts,
        "frame_options": line("X-Frame-Options"),
    }
    told = ("allow", "cookies", "removed", "origin")
    if not any(facts.values()) or not (first or any(facts[each] for each in told)):
        return None
    off = hsts is not None and _NEVER.search(str(hsts.value)) is not None
    return {
        "sender": word(at.me),
        **facts,
        "preflight": frame_of(exchange.request_frame) if asks and exchange and exchange.request_frame else None,
        "methods": line("Access-Control-Allow-Methods") if asks else None,
        "hsts_off": word(off),
        "encrypted": word(_encrypted(at)),
    }


@rule("P31", on="http", when="request", facts="sender kind field scheme length challenge", rank=36)
def credentials_in_clear(at: At) -> Facts | None:
    """A request without encryption carries credentials or a form: whoever captures it can read them.

    `kind` is `basic` (user name and password in base64), `scheme` (another Authorization scheme), `target` (a
    password or token in the query), `form` (fields in the body). The values are never shown.
    `challenge` is the frame of the 401 or 407 just before on this connection with which the same request without
    credentials was answered.

    Reference: RFC 7617, section 4; RFC 9110, sections 11.4, 11.6.2, 11.7.2, 17.1 and 17.9.
    """
    if _encrypted(at):
        return None
    for each in at.step.asked:
        request = each.request
        field = next((name for name in ("Authorization", "Proxy-Authorization") if request.header(name)), None)
        if field is not None:
            header = request.header(field)
            scheme = header.value.partition(" ")[0].strip() if header else ""
            plain = scheme if scheme.replace("-", "").isalpha() and len(scheme) <= 20 else ""
            kind = "basic" if scheme.lower() == "basic" else "scheme"
            return {
                "sender": word(at.me),
                "kind": word(kind),
                "field": word(field),
                "scheme": word(plain) if plain else None,
                "length": None,
                "challenge": _challenge(at, each, field),
            }
        if has_secret(request.target):
            return {
                "sender": word(at.me),
                "kind": word("target"),
                "field": None,
                "scheme": None,
                "length": None,
                "challenge": None,
            }
        line, length = request.header("Content-Type"), request.header("Content-Length")
        if line and media_type(line.value) in ("application/x-www-form-urlencoded", "multipart/form-data"):
            return {
                "sender": word(at.me),
                "kind": word("form"),
                "field": known(media_type(line.value), at.packet.frame, _REQUEST_LINE, line.line),
                "scheme": None,
                "length": _number(length, at.packet.frame),
                "challenge": None,
            }
    return None


@rule("P34", on="http", when="response", facts="target extension type request_frame", rank=37)
def type_and_name_disagree(at: At) -> Facts | None:
    """The Content-Type of a success does not fit the extension of the target: the field decides, not the
    name.

    Reference: RFC 9110, section 8.3.
    """
    for each in at.step.answered:
        exchange, line = each.exchange, each.response.header("Content-Type")
        if exchange is None or exchange.request is None or exchange.request_frame is None or line is None:
            continue
        extension = extension_of(exchange.request.target)
        expected, declared = _TYPES.get(extension), media_type(line.value)
        if each.response.code not in (200, 206) or expected is None or not declared or declared in _UNDECLARED:
            continue
        if not declared.startswith((*expected, "multipart/")):
            return {
                "target": known(exchange.request.target, exchange.request_frame, "http.request.uri"),
                "extension": word("." + extension),
                "type": known(line.value, at.packet.frame, _RESPONSE_LINE, line.line),
                "request_frame": frame_of(exchange.request_frame),
            }
    return None


def _closes(request: HttpRequest) -> bool:
    return "close" in {each.lower() for each in members(request.headers, "Connection")}


def _challenge(at: At, asked: Asked, field: str) -> Fact | None:
    """The frame that answered the same request without credentials by asking for them, the last of this connection."""
    before = at.conversation.pairing.last_response
    if before is None or before.request is None or before.response is None or before.response_frame is None:
        return None
    request, code = before.request, 401 if field == "Authorization" else 407
    same = (request.method, request.target) == (asked.request.method, asked.request.target)
    next_one = before.stream == asked.exchange.stream and before.number + 1 == asked.exchange.number
    if not (same and next_one and before.response.code == code and request.headers_known) or request.header(field):
        return None
    return frame_of(before.response_frame)


def _secret_names(headers: tuple[Header, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(header.name for header in headers if SECRET_HEADER.fullmatch(header.name)))


def _over(cookie: str, packet: Packet) -> bool:
    """Whether the lifetime that a Set-Cookie line gives is over: Max-Age, else Expires against the frame's time.

    Of an attribute given twice the last counts; a value that cannot be read is passed over (RFC 6265, section 5.2).
    """
    lasts: int | None = None
    until: datetime | None = None
    for part in cookie.split(";")[1:]:
        name, _, value = part.partition("=")
        match name.strip().lower():
            case "max-age" if _LIFETIME.fullmatch(value.strip()):
                lasts = -1 if value.strip().startswith("-") else min(len(value.strip().lstrip("0")), 1)
            case "expires":
                until = http_date(value) or until
    if lasts is not None:
        return lasts <= 0
    return until is not None and packet.timed and until.timestamp() <= packet.epoch


def _encrypted(at: At) -> bool:
    return "tls" in at.packet.protocols


def _number(header: Header | None, frame: int) -> Fact | None:
    if header is None or not header.value.isascii() or not header.value.isdigit() or len(header.value) > 15:
        return None
    return known(int(header.value), frame, _REQUEST_LINE, header.line)
