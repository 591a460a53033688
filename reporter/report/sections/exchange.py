"""Request and response: the exchange of the page, its windows, and its headers one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reporter.explain.evidence import Evidence
from reporter.explain.visible import visible
from reporter.explain.words import Rich
from reporter.model.application import Header
from reporter.model.stream import Exchange, Stream
from reporter.report.author import Author
from reporter.report.document import Block, Bullets
from reporter.report.http2 import has_http2, http2_of, table_of
from reporter.report.material import Story
from reporter.report.sections import Context, Draft, section
from reporter.report.tls import tls_of


def page_of(stream: Stream) -> Exchange | None:
    """The exchange to show: the first answered 200 with HTML, else the first answered, else the first request."""
    whole = [each for each in stream.exchanges if each.request and each.response]
    for each in whole:
        kind = each.response.header("Content-Type") if each.response else None
        if each.response and each.response.code == 200 and kind and "html" in kind.value.lower():
            return each
    return whole[0] if whole else next(iter(stream.exchanges), None)


def pace_of(story: Story, page: Exchange) -> dict[str, Any]:
    """The facts of rule P09 on what its time holds, each None where it does not hold it.

    How long the client's window was closed while this response came; and, where a FIN of its own ends the response,
    when its last byte came.
    """
    none: dict[str, Any] = dict.fromkeys(("shut", "shut_times", "shut_from", "shut_to", "ended", "ended_time"))
    told = story.at(page.response_frame) if page.response_frame is not None else None
    for finding in told.findings if told is not None else ():
        if finding.rule == "P09" and finding.facts["request_frame"] == page.request_frame:
            return {key: finding.facts[key] for key in none}
    return none


def _windows(story: Story) -> list[int]:
    shown = page_of(story.stream)
    return [frame for frame in (shown.request_frame, shown.response_frame) if frame] if shown else []


@section("exchange", windows=_windows)
def exchange(context: Context) -> Draft | None:
    """The first page of the connection asked for and answered, header by header."""
    story = context.story
    if story is None:
        return None
    author = context.author
    title = author.words.title("section-exchange")
    chosen = page_of(story.stream)
    shown = [author.paragraph("section-exchange", "intro"), *_list(context, story), *_tls(context, story)]
    shown += _http2(context, story)
    if chosen is None:
        if len(shown) == 1:
            shown.append(author.note("section-exchange", nothing_of(story)))
        return Draft("exchange", title, tuple(shown), source=context.source(story))
    drafts = [draft for draft in (_request(context, story, chosen), _response(context, story, chosen)) if draft]
    return Draft("exchange", title, tuple(shown), tuple(drafts), context.source(story))


def nothing_of(story: Story) -> str:
    """Why a connection without HTTP exchanges has none: a key of the words about it."""
    if has_http2(story.capture, story.stream.number):
        return "http2"
    layers = {name for each in story.capture.keeper.of_stream(story.stream.number) for name in each.packet.protocols}
    return "only-tls" if "tls" in layers else "no-http"


def _tls(context: Context, story: Story) -> list[Block]:
    """What to know of TLS beside the messages shown: how they were decrypted, from where on it hides the rest."""
    tls = tls_of(story)
    if tls is None or not (story.stream.exchanges or has_http2(story.capture, story.stream.number)):
        return []
    if not (tls["read"] or tls["hidden"] or (tls["hello"] and tls["bare"])):
        return []
    return [context.author.note("section-exchange", "tls", connect=_tunnels(story), **tls)]


def _tunnels(story: Story) -> bool:
    """Whether a CONNECT was accepted, so that what follows is not for this server (RFC 9110, section 9.3.6)."""
    return any(
        each.request is not None
        and each.request.method == "CONNECT"
        and each.response is not None
        and 200 <= each.response.code < 300
        for each in story.stream.exchanges
    )


def _http2(context: Context, story: Story) -> list[Block]:
    """What HTTP/2 the connection carries: its packets, what is shown of them and what is not, its exchanges."""
    http2 = http2_of(story)
    if http2 is None:
        return []
    author, name = context.author, context.stream(story)
    told = [each.packet for each in story.told() if each.packet.http2 is not None]
    shown: list[Block] = []
    if told:
        shown.append(author.packet_list(told, "section-http2", "list-caption", stream=name, limit=24))
    if not story.stream.http2:
        return [*shown, author.note("section-http2", "none", **http2)]
    most = context.theme.limit("requests-on-paper")
    table = table_of(author, "caption", [story.stream], most, stream=name)
    return [*shown, author.note("section-http2", "intro", table=table.caption.label, **http2), table]


def _list(context: Context, story: Story) -> list[Block]:
    told = [each.packet for each in story.told() if each.packet.requests or each.packet.responses]
    if not told:
        return []
    name = context.stream(story)
    return [context.author.packet_list(told, "section-exchange", "list-caption", stream=name, limit=24)]


def _request(context: Context, story: Story, chosen: Exchange) -> Draft | None:
    if chosen.request is None or chosen.request_frame is None:
        return None
    author = context.author
    blocks: list[Block] = _message(context, story, chosen.request_frame, ("http.request.method", "http.request.uri"))
    known = author.words.lexicon["methods"]
    lead = [
        (
            author.text(author.label("request-line")),
            _line(
                author,
                f"{chosen.request.method} {chosen.request.target} {chosen.request.version}",
                chosen.request_frame,
                "http.request.method",
                chosen.request.method,
            ),
            author.text(known.get(chosen.request.method, author.label("unknown-method"))),
        )
    ]
    blocks.append(
        _headers(
            context,
            lead,
            chosen.request.headers,
            chosen.request_frame,
            "http.request.line",
            "request-caption",
        )
    )
    return Draft(
        "request",
        author.words.plain("section-exchange", "request-title", {"frame": chosen.request_frame}),
        tuple(blocks),
    )


def _response(context: Context, story: Story, chosen: Exchange) -> Draft | None:
    if chosen.response is None or chosen.response_frame is None:
        return None
    author = context.author
    blocks: list[Block] = _message(
        context, story, chosen.response_frame, ("http.response.code", "http.response.phrase")
    )
    known = author.words.lexicon["status"]
    response = chosen.response
    lead = [
        (
            author.text(author.label("status-line")),
            _line(
                author,
                f"{response.version} {response.code} {response.phrase}",
                chosen.response_frame,
                "http.response.code",
                str(response.code),
            ),
            author.text(known.get(str(response.code), author.label("unknown-status"))),
        )
    ]
    blocks.append(
        _headers(context, lead, response.headers, chosen.response_frame, "http.response.line", "response-caption")
    )
    return Draft(
        "response",
        author.words.plain("section-exchange", "response-title", {"frame": chosen.response_frame}),
        tuple(blocks),
    )


def _message(context: Context, story: Story, frame: int, marked: tuple[str, ...]) -> list[Block]:
    author = context.author
    told = story.at(frame)
    if told is None:
        return []
    blocks: list[Block] = []
    detail = story.capture.details([frame]).get(frame)
    if detail is not None:
        blocks.append(author.window(told.packet, detail, "http", marked, "report", "window-caption"))
    blocks.append(Bullets(tuple(author.said(finding).text for finding in told.findings)))
    following = _confirming(story, frame)
    if following is not None:
        blocks.append(author.paragraph("section-exchange", "confirmed-in", frame=following, message=frame))
    return blocks


def _confirming(story: Story, frame: int) -> int | None:
    for each in story.capture.keeper.of_stream(story.stream.number):
        step = each.seen.step
        if step and step.confirms and any(piece.frame == frame for piece in step.confirms.pieces):
            return each.packet.frame
    return None


def _line(author: Author, text: str, frame: int, field: str, printed: str) -> Rich:
    return (author.run(visible(text, 160), Evidence(frame, field, printed)),)


def _headers(
    context: Context,
    lead: Sequence[tuple[Rich, ...]],
    headers: Sequence[Header],
    frame: int,
    field: str,
    caption: str,
) -> Block:
    author = context.author
    meanings = author.words.lexicon["headers"]
    rows = list(lead)
    for header in headers:
        name = header.name.lower()
        value = _line(author, header.value, frame, field, header.line)
        rows.append((author.text(header.name), value, author.text(meanings.get(name, author.label("unknown-header")))))
    return author.grid(
        author.table("section-exchange", caption, frame=frame),
        ("header", "header-value", "meaning"),
        rows,
        (21, 36, 43),
        mono=(0, 1),
    )
