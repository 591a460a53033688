"""The cache story over several requests: what was asked for again, and what a second visit did not ask for."""

from __future__ import annotations

from collections.abc import Iterable

from reporter.explain.endings import CaptureEnd, capture_rule
from reporter.explain.evidence import Fact, Facts, frame_of, known, word
from reporter.model.application import HttpRequest
from reporter.model.stream import Exchange

_SHOWN = 6
_URI = "http.request.full_uri"
_Asked = tuple[str, Exchange, HttpRequest]


@capture_rule("P15", facts="count unchanged unchanged_frames fetched fetched_frames other")
def asked_again(end: CaptureEnd) -> list[Facts]:
    """Addresses that one client got by GET more than once: whether the later answers were 304 or whole again.

    `unchanged` are those of which every later answer was 304 (`unchanged_frames`: the last of them), `fetched`
    those of which every answer was 200; `other` counts the rest, above all parts (206).

    Reference: RFC 9110, section 15.4.5 (304); RFC 9111, section 4.3 (validation).
    """
    unchanged: list[tuple[Fact, Fact]] = []
    fetched: list[tuple[Fact, Fact]] = []
    other = 0
    for asked in _by_client_and_uri(end).values():
        codes = [each.response.code for _, each, _ in asked[1:] if each.response is not None]
        if not codes or asked[0][1].response is None:
            continue
        _, last, request = next(each for each in reversed(asked) if each[1].response is not None)
        if set(codes) in ({304}, {asked[0][1].response.code} & {200}) and last.response_frame and last.request_frame:
            kind = unchanged if codes[0] == 304 else fetched
            code = known(codes[0], last.response_frame, "http.response.code")
            kind.append((_uri(request, last.request_frame), Fact(last.response_frame, code.evidence)))
        else:
            other += 1
    count = len(unchanged) + len(fetched) + other
    if not count:
        return []
    return [
        {
            "count": word(count),
            "unchanged": Fact(tuple(uri for uri, _ in unchanged[:_SHOWN])),
            "unchanged_frames": Fact(tuple(frame for _, frame in unchanged[:_SHOWN])),
            "fetched": Fact(tuple(uri for uri, _ in fetched[:_SHOWN])),
            "fetched_frames": Fact(tuple(frame for _, frame in fetched[:_SHOWN])),
            "other": word(other),
        }
    ]


@capture_rule("P16", facts="page first_frame again_frame missing missing_frames count")
def not_asked_again(end: CaptureEnd) -> list[Facts]:
    """A page was got again, but not what it had caused to be fetched before: what fresh copies look like.

    Nothing of a fresh copy is on the wire, so this tells only that no request was captured. What belongs to the
    page is told by the Referer of the first requests (`missing`, asked for in `missing_frames`).

    Reference: RFC 9111, section 4.2 (freshness).
    """
    asked = _by_client_and_uri(end)
    told: list[Facts] = []
    for (client, uri), visits in asked.items():
        first, again = visits[0][1], visits[-1][1]
        if len(visits) < 2 or first.request_frame is None or again.request_frame is None:
            continue
        if again.response is None or again.response.code not in (200, 304):
            continue
        before = [
            (each, request)
            for (other, _), requests in asked.items()
            if other == client
            for _, each, request in requests[:1]
            if len(requests) == 1 and _caused(each, request, uri, first.request_frame, again.request_frame)
        ]
        if not before:
            continue
        shown = [(each.request_frame or 0, request) for each, request in before[:_SHOWN]]
        told.append(
            {
                "page": _uri(visits[0][2], first.request_frame),
                "first_frame": frame_of(first.request_frame),
                "again_frame": frame_of(again.request_frame),
                "missing": Fact(tuple(_uri(request, frame) for frame, request in shown)),
                "missing_frames": Fact(tuple(frame_of(frame) for frame, _ in shown)),
                "count": word(len(before)),
            }
        )
    return told[:_SHOWN]


def _caused(each: Exchange, request: HttpRequest, page: str, first: int, again: int) -> bool:
    """Whether this request was made for the page between its two visits, and got its content."""
    referer = request.header("Referer")
    if referer is None or referer.value != page or each.request_frame is None or each.response is None:
        return False
    return first < each.request_frame < again and each.response.code == 200


def _by_client_and_uri(end: CaptureEnd) -> dict[tuple[str, str], list[_Asked]]:
    found: dict[tuple[str, str], list[_Asked]] = {}
    for client, each in _in_order(end):
        request = each.request
        if request is not None and request.method == "GET" and request.full_uri:
            found.setdefault((client, request.full_uri), []).append((client, each, request))
    return found


def _in_order(end: CaptureEnd) -> Iterable[tuple[str, Exchange]]:
    everything = [
        (each.stream.client.address, exchange)
        for each in end.streams
        for exchange in each.stream.exchanges
        if exchange.request_frame is not None
    ]
    return sorted(everything, key=lambda pair: (pair[1].request_frame or 0, pair[1].number))


def _uri(request: HttpRequest, frame: int) -> Fact:
    return known(request.full_uri, frame, _URI)
