"""Task and environment: the address visited, both programs, the page as it came over the wire, and its files."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from reporter.analyse.http import media_type, parse_content_range
from reporter.explain.evidence import Evidence, Fact, frame_of
from reporter.explain.visible import escaped, visible
from reporter.explain.words import Rich
from reporter.model.stream import Exchange
from reporter.report.document import Block, Code, Pairs, Picture
from reporter.report.material import Story
from reporter.report.own.pictures import MOST_BYTES, Unfit, picture
from reporter.report.sections import Context, Draft, section
from reporter.report.sections.exchange import page_of
from reporter.report.sections.resources import same_hosts

#: How much of the page is listed, how many files are named, how many pictures are shown.
_LINES, _TEXT, _FILES, _PICTURES = 120, 64 << 10, 30, 6
#: Requests that are answered with content, and the status of a part of it (RFC 9110, section 15.3.7).
_FETCHING, _PARTIAL = ("GET", "POST"), 206
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


@section("task")
def task(context: Context) -> Draft | None:
    """What the page was and where it came from, as far as the capture shows it; nothing without an answered request."""
    story = context.story
    page = page_of(story.stream) if story is not None else None
    if story is None or page is None or page.request is None or page.response is None:
        return None
    author = context.author
    fetched = _fetched(story)
    blocks: list[Block] = [author.paragraph("section-task", "intro"), _environment(context, page)]
    if fetched:
        blocks += _files(context, fetched)
    drafts = []
    if story.capture.guard.anonymize:
        blocks.append(author.paragraph("section-task", "anonymous"))
    else:
        bodies = story.capture.bodies([each.response_frame or 0 for each in _wanted(page, fetched)])
        drafts = [each for each in (_listing(context, page, bodies), _pictures(context, fetched, bodies)) if each]
    return Draft("task", author.words.title("section-task"), tuple(blocks), tuple(drafts), context.source())


def _fetched(story: Story) -> list[Exchange]:
    """The exchanges between the same two hosts that delivered a file or a part of one, in order of frames.

    What answers HEAD has no content, and what answers OPTIONS, PUT and the like is not the object of that name
    (RFC 9110, section 9.3).
    """
    found = [
        each
        for stream in same_hosts(story)
        for each in stream.exchanges
        if each.request and each.response and each.response_frame
        if each.request.method in _FETCHING and each.response.code in (200, 203, _PARTIAL)
    ]
    return sorted(found, key=lambda each: each.response_frame or 0)


def _kind(each: Exchange) -> str:
    header = each.response.header("Content-Type") if each.response else None
    return media_type(header.value).lower() if header else ""


def _is_picture(each: Exchange) -> bool:
    return each.response is not None and each.response.code == 200 and _kind(each).startswith("image/")


def _wanted(page: Exchange, fetched: list[Exchange]) -> list[Exchange]:
    """The exchanges whose bodies are looked at: the page and the first pictures that say they are not too large."""
    found = [page] if "html" in _kind(page) and page.response and page.response.code == 200 else []
    pictures = [each for each in fetched if _is_picture(each) and _size(each) <= MOST_BYTES]
    return [*found, *pictures[: 2 * _PICTURES]]


def _size(each: Exchange) -> int:
    header = each.response.header("Content-Length") if each.response else None
    return int(header.value) if header and header.value.isascii() and header.value.isdigit() else 0


def _environment(context: Context, page: Exchange) -> Pairs:
    author = context.author
    request, response = page.request, page.response
    assert request is not None
    assert response is not None
    asked, answered = page.request_frame or 0, page.response_frame or 0
    rows: list[tuple[str, Rich]] = []
    if request.full_uri:
        shown = visible(request.full_uri, 200)
        uri = Evidence(asked, "http.request.full_uri", request.full_uri)
        rows.append((author.label("address-visited"), (author.run(shown, uri),)))
    for label, message, name, frame, field in (
        ("browser", request, "User-Agent", asked, "http.request.line"),
        ("server-program", response, "Server", answered, "http.response.line"),
    ):
        header = message.header(name)
        said = author.say("section-task", "not-said", name=name)
        if header is not None:
            said = (author.run(visible(header.value, 300), Evidence(frame, field, header.line)),)
        rows.append((author.label(label), said))
    return Pairs(tuple(rows), author.table("section-task", "environment-caption"))


def _files(context: Context, fetched: list[Exchange]) -> list[Block]:
    author = context.author
    rows = [_row(context, each) for each in fetched[:_FILES]]
    parts = any(each.response is not None and each.response.code == _PARTIAL for each in fetched)
    caption = author.table("section-task", "files-caption", file=context.main.name, parts=parts)
    head = ("file-name", "content-type", "content-length", "modified", "stream", "frame")
    omitted = author.rest(len(fetched) - _FILES)
    return [author.grid(caption, head, rows, (25, 18, 17, 20, 10, 10), mono=(0,), omitted=omitted)]


def _row(context: Context, each: Exchange) -> tuple[Rich, ...]:
    author, response, frame = context.author, each.response, each.response_frame or 0
    assert each.request is not None
    assert response is not None
    cells = []
    for name in ("Content-Type", "Content-Length", "Last-Modified"):
        header = response.header(name)
        shown = "—" if header is None else media_type(header.value) if name == "Content-Type" else header.value
        evidence = [] if header is None else [Evidence(frame, "http.response.line", header.line)]
        cells.append((author.run(visible(shown, 60), *evidence),))
    uri = Evidence(each.request_frame or 0, "http.request.uri", each.request.target)
    return (
        (author.run(_name(each), uri), *_part(context, each)),
        *cells,
        author.text(each.stream),
        author.say("section-task", "frame", frame=frame_of(frame)),
    )


def _part(context: Context, each: Exchange) -> Rich:
    """That only a part of a file came, and which, as its Content-Range says; nothing of a whole one."""
    if each.response is None or each.response.code != _PARTIAL:
        return ()
    header = each.response.header("Content-Range")
    told = parse_content_range(header.value) if header is not None else None
    if told is not None and told.total is not None and (told.first, told.last + 1) == (0, told.total):
        return ()
    bounds = None
    if header is not None:
        evidence = Evidence(each.response_frame or 0, "http.response.line", header.line)
        bounds = Fact(visible(header.value, 60), (evidence,))
    if header is None and _kind(each) == "multipart/byteranges":
        return context.author.say("section-task", "parts")
    return context.author.say("section-task", "part", bounds=bounds)


def _name(each: Exchange) -> str:
    """The name of a file as its address says it; the whole path where that ends in a slash."""
    assert each.request is not None
    target = each.request.target
    path = urlsplit(target).path if target.startswith(("/", "http")) else target
    return visible(path if path.endswith("/") else PurePosixPath(path).name or target, 60)


def _listing(context: Context, page: Exchange, bodies: dict[int, bytes]) -> Draft | None:
    body = bodies.get(page.response_frame or 0)
    if body is None or "html" not in _kind(page):
        return None
    author = context.author
    facts = {"frame": frame_of(page.response_frame or 0), "name": _name(page), "count": len(body)}
    title = author.words.plain("section-task", "page-title", facts)
    facts |= packing(page, len(body))
    text = _text(page, body)
    if text is None:
        return Draft("page", title, (author.paragraph("section-task", "page-unreadable", **facts),))
    text = context.main.guard.body(text)
    lines = text.expandtabs(4).splitlines()
    shown = "\n".join(escaped(line) for line in lines[:_LINES])
    blocks: list[Block] = [author.paragraph("section-task", "page-intro", **facts)]
    blocks.append(Code(author.listing("section-task", "page-caption", **facts), shown, "html"))
    if len(lines) > _LINES or len(body) > _TEXT:
        blocks.append(author.paragraph("section-task", "page-cut", count=min(len(lines), _LINES)))
    return Draft("page", title, tuple(blocks))


def packing(page: Exchange, unpacked: int) -> dict[str, Fact | None]:
    """How many bytes of a body travelled, and packed with what, where that is not what the page has: both or nothing.

    The sizes are those of Content-Length, or the sum of the chunks (RFC 9112, section 7.1).
    """
    response, frame = page.response, page.response_frame or 0
    assert response is not None
    encoding, length = response.header("Content-Encoding"), response.header("Content-Length")
    sent: Fact | None = None
    if response.chunk_sizes:
        sizes = "+".join(map(str, response.chunk_sizes))
        sent = Fact(sum(response.chunk_sizes), (Evidence(frame, "http.chunk_size", sizes),))
    elif length is not None and _size(page):
        sent = Fact(_size(page), (Evidence(frame, "http.response.line", length.line),))
    if encoding is None or sent is None or sent.value == unpacked:
        return {"packed": None, "sent": None}
    name = Fact(visible(encoding.value, 40), (Evidence(frame, "http.response.line", encoding.line),))
    return {"packed": name, "sent": sent}


def _text(page: Exchange, body: bytes) -> str | None:
    """The page as text in the character set that it names, None when it is no text in it."""
    header = page.response.header("Content-Type") if page.response else None
    head = body[:1024].decode("ascii", "replace")
    named = _CHARSET.search(header.value if header else "") or _CHARSET.search(head)
    try:
        text = body[:_TEXT].decode(named[1] if named else "utf-8", "replace")
    except LookupError:
        text = body[:_TEXT].decode("utf-8", "replace")
    return None if "\0" in text or text.count("\ufffd") > len(text) / 20 else text


def _pictures(context: Context, fetched: list[Exchange], bodies: dict[int, bytes]) -> Draft | None:
    """Pictures that decode, each once; drawings (SVG) from the wire are not shown."""
    author = context.author
    blocks: list[Block] = []
    seen: set[str] = set()
    for each in fetched:
        body = bodies.get(each.response_frame or 0)
        if body is None or not _is_picture(each) or len(blocks) == _PICTURES:
            continue
        digest = hashlib.sha256(body).hexdigest()
        try:
            shot = picture(body, drawings=False)
        except Unfit:
            continue
        if digest in seen or min(shot.width, shot.height) < 8:
            continue
        seen.add(digest)
        facts = {"name": _name(each), "frame": frame_of(each.response_frame or 0)}
        size = {"width": shot.width, "height": shot.height, "count": len(body)}
        caption = author.figure("section-task", "picture-caption", **facts, **size)
        blocks.append(Picture(caption, shot.media, shot.data, _name(each)))
    if not blocks:
        return None
    intro = author.paragraph("section-task", "pictures-intro")
    return Draft("pictures", author.words.plain("section-task", "pictures-title", {}), (intro, *blocks))
