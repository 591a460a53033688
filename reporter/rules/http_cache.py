"""Caching: conditional requests and 304, how long a response may be reused, and by what it is recognised.

P16 (a fresh copy is used without any request) has no rule: nothing of it is on the wire. A report may say
that a missing request is what a fresh copy looks like, never that it was one.
"""

from __future__ import annotations

from dataclasses import dataclass

from reporter.analyse.http import directives, etag_in, http_date, lines_of, members, whole_number
from reporter.analyse.step import Answered
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.application import Header, HttpResponse

_REQUEST_LINE = "http.request.line"
_LINE = "http.response.line"
#: Methods whose answers caches keep (None: the request was not captured).
_METHODS = ("GET", "HEAD", None)
#: Codes whose answers may be kept without a stated lifetime (RFC 9110, section 15.1).
_HEURISTIC = (200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501)
_CACHED = ("Cache-Control", "ETag", "Last-Modified", "Expires", "Age", "Vary")


@rule(
    "P15",
    on="http",
    when="response",
    facts="sender receiver request_frame spread none_match since etag modified matched copy_frame",
    rank=31,
)
def not_modified(at: At) -> Facts | None:
    """304: the condition of the request showed that the client's copy is still good, so no body is sent.

    `none_match` and `since` are the condition in the request, `etag` and `modified` the validators of this
    response; `matched` tells by which the two agree (`etag`, `date`, or empty). `copy_frame` is the response
    that brought the copy; `spread` tells that the request began before `request_frame`.

    Reference: RFC 9110, sections 15.4.5, 13.1.2, 13.1.3 and 8.8.
    """
    found = next((each for each in at.step.answered if each.response.code == 304), None)
    if found is None:
        return None
    response, frame, exchange = found.response, at.packet.frame, found.exchange
    asked = exchange.request if exchange is not None else None
    request_frame = exchange.request_frame if exchange is not None else None
    none_match = asked.header("If-None-Match") if asked else None
    since = asked.header("If-Modified-Since") if asked else None
    etag, modified = response.header("ETag"), response.header("Last-Modified")
    matched = ""
    if none_match is not None:
        matched = "etag" if etag is not None and etag_in(none_match.value, etag.value) else ""
    elif since is not None and modified is not None:
        before, now = http_date(since.value), http_date(modified.value)
        matched = "date" if before is not None and now is not None and now <= before else ""
    return {
        **at.roles,
        "request_frame": frame_of(request_frame) if request_frame else None,
        "spread": word(exchange is not None and exchange.spread),
        "none_match": _line(none_match, request_frame, _REQUEST_LINE),
        "since": _line(since, request_frame, _REQUEST_LINE),
        "etag": _line(etag, frame),
        "modified": _line(modified, frame),
        "matched": word(matched),
        "copy_frame": _copy_frame(at, found),
    }


@rule(
    "P28",
    on="http",
    facts="control no_store no_cache private shared_age max_age over_expires expires lifetime past "
    "heuristic age etag modified vary any_vary",
    rank=35,
)
def cache_headers(at: At) -> Facts | None:
    """How long a response may be reused without asking, who may keep it, and the validators for asking later.

    `max_age` wins over Expires (`over_expires`); without it the lifetime is Expires minus Date, or nothing
    when `past`. `heuristic` tells that no lifetime is stated and a cache may estimate one from Last-Modified.

    Reference: RFC 9111, sections 5.2.2, 5.3, 4.2.1 and 4.1 (Vary); RFC 9110, section 8.8 (validators).
    """
    final = (each.response for each in at.step.answered if _kept(each))
    found = next((each for each in final if any(each.header(name) for name in _CACHED)), None)
    if found is None:
        return None
    frame, told = at.packet.frame, directives(found.headers)
    max_age = _seconds(told, "max-age", frame)
    expiry = _expiry(found, frame) if max_age is None else _Expiry(None, False)
    age_line = found.header("Age")
    age = whole_number(age_line.value) if age_line is not None else None
    etag, modified = _line(found.header("ETag"), frame), _line(found.header("Last-Modified"), frame)
    vary = found.header("Vary")
    controls = [line for line in lines_of(found.headers, "Cache-Control") if line.value]
    return {
        "control": word(tuple(known(line.value, frame, _LINE, line.line) for line in controls)),
        "no_store": word("no-store" in told),
        "no_cache": word("no-cache" in told and not told["no-cache"][0]),
        "private": word("private" in told and not told["private"][0]),
        "shared_age": _seconds(told, "s-maxage", frame),
        "max_age": max_age,
        "over_expires": word(max_age is not None and found.header("Expires") is not None),
        "expires": _line(found.header("Expires"), frame),
        "lifetime": expiry.lifetime,
        "past": word(expiry.past),
        "heuristic": word(
            max_age is None
            and found.header("Expires") is None
            and modified is not None
            and found.code in _HEURISTIC
            and not {"no-store", "no-cache"} & set(told)
        ),
        "age": known(age, frame, _LINE, age_line.line) if age_line is not None and age is not None else None,
        "etag": etag,
        "modified": modified,
        "vary": _line(vary, frame) if vary is not None and members(found.headers, "Vary") else None,
        "any_vary": word("*" in members(found.headers, "Vary")),
    }


@rule(
    "P39",
    on="http",
    when="response",
    facts="sender receiver request_frame spread none_match since etag modified outcome",
    rank=31,
)
def sent_in_full(at: At) -> Facts | None:
    """A GET on a condition is answered with 200 instead of 304: the resource itself is sent.

    `none_match` or `since` is the condition in the request, `etag` and `modified` the validators of this response;
    `outcome` tells what they say of it: `changed`, `same` (a 304 was to be expected) or empty.

    Reference: RFC 9110, sections 13.1.2, 13.1.3, 13.2.2 and 8.8.3.2.
    """
    for each in at.step.answered:
        response, exchange = each.response, each.exchange
        asked = exchange.request if exchange is not None else None
        if exchange is None or asked is None or asked.method != "GET" or response.code != 200:
            continue
        tags, dates = lines_of(asked.headers, "If-None-Match"), lines_of(asked.headers, "If-Modified-Since")
        known_all = asked.headers_known and response.headers_known
        if (
            not known_all
            or not (tags or dates)
            or len(tags) > 1
            or len(dates) > 1
            or "*" in members(tags, "If-None-Match")
        ):
            continue
        frame, request_frame = at.packet.frame, exchange.request_frame
        etag, modified = response.header("ETag"), response.header("Last-Modified")
        since = dates[0] if dates and not tags else None
        return {
            **at.roles,
            "request_frame": frame_of(request_frame) if request_frame else None,
            "spread": word(exchange.spread),
            "none_match": _line(tags[0], request_frame, _REQUEST_LINE) if tags else None,
            "since": _line(since, request_frame, _REQUEST_LINE),
            "etag": _line(etag, frame),
            "modified": _line(modified, frame),
            "outcome": word(_outcome(tags[0] if tags else None, since, etag, modified)),
        }
    return None


def _outcome(none_match: Header | None, since: Header | None, etag: Header | None, modified: Header | None) -> str:
    """Whether the validators of a response say that the copy asked about is the same, changed, or nothing of it."""
    if none_match is not None and etag is not None and etag.value:
        return "same" if etag_in(none_match.value, etag.value) else "changed"
    if since is not None and modified is not None:
        before, now = http_date(since.value), http_date(modified.value)
        if before is not None and now is not None:
            return "same" if now <= before else "changed"
    return ""


@dataclass(frozen=True, slots=True)
class _Expiry:
    lifetime: Fact | None
    past: bool


def _expiry(response: HttpResponse, frame: int) -> _Expiry:
    """Expires minus Date. A malformed Expires, such as 0, means already expired (RFC 9111, section 5.3)."""
    line, date_line = response.header("Expires"), response.header("Date")
    if line is None:
        return _Expiry(None, False)
    end = http_date(line.value)
    if end is None:
        return _Expiry(None, True)
    start = http_date(date_line.value) if date_line is not None else None
    if start is None:
        return _Expiry(None, False)
    seconds = int((end - start).total_seconds())
    if seconds <= 0:
        return _Expiry(None, True)
    return _Expiry(derived(seconds, _line(line, frame), _line(date_line, frame)), False)


def _seconds(told: dict[str, tuple[str, Header]], name: str, frame: int) -> Fact | None:
    argument, line = told.get(name, ("", None))
    seconds = whole_number(argument)
    return known(seconds, frame, _LINE, line.line) if line is not None and seconds is not None else None


def _line(header: Header | None, frame: int | None, field: str = _LINE) -> Fact | None:
    if header is None or frame is None or not header.value:
        return None
    return known(header.value, frame, field, header.line)


def _kept(found: Answered) -> bool:
    """Whether caches have to do with this response, and all of its header can be read."""
    asked = found.exchange.request if found.exchange is not None else None
    method = asked.method if asked is not None else None
    return found.response.code >= 200 and found.response.headers_known and method in _METHODS


def _copy_frame(at: At, found: Answered) -> Fact | None:
    """The frame that brought this client the copy, if captured and known by the same validator."""
    exchange, response = found.exchange, found.response
    if exchange is None or exchange.request is None:
        return None
    asked = exchange.request
    copy = at.memory.copies.get((at.packet.destination, asked.full_uri))
    if copy is None or copy.frame >= at.packet.frame:
        return None
    none_match, since = asked.header("If-None-Match"), asked.header("If-Modified-Since")
    etag = response.header("ETag")
    if none_match is not None:
        same = bool(copy.etag) and none_match.value.strip() != "*" and etag_in(none_match.value, copy.etag)
        same = same and (etag is None or etag_in(etag.value, copy.etag))
    else:
        same = since is not None and bool(copy.last_modified) and since.value == copy.last_modified
    return frame_of(copy.frame) if same else None
