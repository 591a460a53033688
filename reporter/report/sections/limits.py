"""What the captures do not show, and how to capture it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any

from reporter.explain.words import Ours, Rich
from reporter.model.stream import Closing, Opening, RoleBasis
from reporter.report.choose import lookups
from reporter.report.document import Bullets
from reporter.report.http2 import has_http2
from reporter.report.material import Story
from reporter.report.sections import Context, Draft, section
from reporter.report.sections.exchange import nothing_of
from reporter.report.tls import tls_of

#: Up to how many protocols, and runs of frames of each, are named.
_KINDS, _SPANS = 8, 4
#: Words of a capture filter: those that ask for something above IP, and those that ask for nothing else.
_ABOVE_IP = frozenset(("tcp", "udp", "port", "portrange", "icmp", "icmp6"))
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_HARMLESS = _ABOVE_IP | frozenset(("ip", "ip6", "src", "dst", "and", "or", "(", ")", "&", "|"))


@section("limits", None)
def limits(context: Context) -> Draft | None:
    """What is not in the captures, in the order in which the report would show it."""
    author = context.author
    found = [*_files(context), *_of_story(context), *_outside(context), ("one-place", {})]
    items: list[Rich] = [author.say("section-limits", key, **facts) for key, facts in found]
    count = len(context.captures)
    title = author.words.plain("section-limits", "title-of", {"count": count})
    intro = author.paragraph("section-limits", "intro", count=count)
    return Draft("limits", title, (intro, Bullets(tuple(items))))


Item = tuple[str, dict[str, Any]]


def _files(context: Context) -> Iterator[Item]:
    for capture in context.captures:
        if capture.tail:
            key = "tail-cut" if capture.tail == "cut short" else "tail-damaged"
            yield key, {"file": capture.name, "count": capture.keeper.count}
        if capture.cut[0]:
            count, first = capture.cut
            yield "text-cut", {"file": capture.name, "count": count, "first": first}
        if key := capture.packed():
            yield key, {"file": capture.name}


def _of_story(context: Context) -> Iterator[Item]:
    story = context.story
    if story is None:
        yield "no-tcp", {}
        return
    stream, name = story.stream, {"stream": context.stream(story)}
    if stream.opening is Opening.NOT_CAPTURED:
        yield _missing(context, story, context.opening, "opening")
    if stream.opening is Opening.ANSWER_MISSED:
        yield "answer-missed", {**name, "one_way": stream.one_way, "again": stream.repeated_answer}
    if stream.opening is Opening.WRONG_ANSWER:
        yield "wrong-answer", name
    elif stream.closing is Closing.NOT_SEEN_OPEN:
        yield "not-seen-open", name
    if stream.basis is RoleBasis.PORT:
        yield "roles-assumed", {"client": str(stream.client)}
    if stream.closing is Closing.NOT_CAPTURED:
        yield _missing(context, story, context.closing, "closing")
    if stream.closing is Closing.DOUBTFUL_RESET:
        yield "doubtful-reset", name
    if stream.closing is Closing.HALF_CLOSED:
        yield "half-closed", name
    if stream.closing is Closing.ONE_FIN:
        yield "one-fin", {**name, "missed": stream.missed_fin is not None}
    if stream.closing is Closing.UNFINISHED:
        yield "unfinished", name
    if not stream.exchanges or has_http2(story.capture, stream.number):
        yield nothing_of(story), name
    elif (tls := tls_of(story)) is not None and tls["hidden"] is not None:
        yield "only-tls", name


def _missing(context: Context, story: Story, shown: Story | None, part: str) -> Item:
    """A part that the story lacks; shown from another connection it is still not that of the story."""
    facts = {"stream": context.stream(story), "one_way": story.stream.one_way, "tail": story.capture.tail}
    if shown is None or shown == story or shown.stream is story.stream:
        return f"no-{part}", facts
    ends = {(each.stream.client, each.stream.server) for each in (story, shown)}
    return f"other-{part}", {**facts, "other": context.stream(shown), "same": len(ends) == 1}


def without_arp(capture_filter: str) -> bool:
    """Whether a capture filter surely lets no ARP through: it names only ports and protocols above IP (pcap-filter)."""
    words = re.findall(r"[\w.:-]+|\S", capture_filter.lower())
    return any(word in _ABOVE_IP for word in words) and all(word in _HARMLESS or word.isdigit() for word in words)


def without_dns(capture_filter: str) -> bool:
    """Whether a capture filter surely lets no DNS through: all it lets through has ports, none of them 53."""
    words = re.findall(r"[\w.:-]+|\S", capture_filter.lower())
    if not words or not set(words) & {"port", "portrange"} or set(words) & {"src", "dst"}:
        return False
    if not all(word in _HARMLESS or _PORTS.fullmatch(word) for word in words):
        return False
    parts = " ".join(words).replace("|", " or ").split(" or ")
    spans = [[_PORTS.fullmatch(word) for word in part.split()] for part in parts]
    return all(any(found) and not any(each and _has_53(each) for each in found) for found in spans)


def _has_53(ports: re.Match[str]) -> bool:
    return int(ports[1]) <= 53 <= int(ports[2] or ports[1])


def _outside(context: Context) -> Iterator[Item]:
    stories = context.stories
    if not stories:
        return
    filters = [text for each in context.captures for _, text in each.particulars.interfaces or (("", ""),)]
    named = "; ".join(dict.fromkeys(filter(None, filters)))
    if any(
        each.packet.captured < each.packet.length
        for story in stories
        for each in story.capture.keeper.of_stream(story.stream.number)
    ):
        yield "snaplen", {}
    outside = [told.packet for capture in context.captures for told in capture.keeper.outside()]
    if ":" not in stories[0].stream.client.address and not any(packet.arp for packet in outside):
        yield "no-arp", {"filters": named, "shut": all(map(without_arp, filters))}
    if not any(packet.dns for packet in outside):
        yield "no-dns", {"filters": named, "shut": all(map(without_dns, filters)), "literal": _literal(stories)}
    yield from _left_out(context)
    others = sum(len(capture.streams) for capture in context.captures) - len(stories)
    if others > 0:
        yield "other-streams", {"count": others, "told": len(stories)}


def _left_out(context: Context) -> Iterator[Item]:
    """The packets outside any TCP connection that no section tells of, by protocol."""
    before = context.chosen_for["before"]
    for capture in context.captures:
        told: set[int] = set()
        if capture is before.capture:
            stream = before.story.stream if before.story is not None else None
            told = {each.packet.frame for each in lookups(capture, stream)}
        kinds: dict[str, list[int]] = {}
        for each in capture.keeper.outside():
            if each.packet.frame not in told and (capture.shown is None or each.packet.frame in capture.shown):
                kinds.setdefault(each.packet.protocol, []).append(each.packet.frame)
        say = context.author.words.plain
        named = [
            say("section-limits", "kind", {"protocol": protocol, **ranges(frames)})
            for protocol, frames in kinds.items()
        ]
        count = sum(map(len, kinds.values())) + (capture.keeper.outside_dropped if capture.shown is None else 0)
        if count:
            facts = {"count": count, "kinds": list(map(Ours, named[:_KINDS])), "more": len(named) > _KINDS}
            yield "left-out", {**facts, "file": capture.name if len(context.captures) > 1 else ""}


def ranges(frames: Sequence[int]) -> dict[str, Any]:
    """How many frames, their numbers in order with neighbours as `7–9`, and whether there are more than are named."""
    spans: list[list[int]] = []
    for frame in frames:
        if spans and frame == spans[-1][1] + 1:
            spans[-1][1] = frame
        else:
            spans.append([frame, frame])
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in spans[:_SPANS]]
    return {"count": len(frames), "frames": list(map(Ours, shown)), "more": len(spans) > _SPANS}


def _literal(stories: Sequence[Story]) -> int | None:
    """The frame of the first request of the report, when its Host is an address and not a name."""
    requests = ((each.request, each.request_frame) for story in stories for each in story.stream.exchanges)
    request, frame = next((pair for pair in requests if pair[0] is not None), (None, None))
    host = request.header("Host") if request is not None else None
    if host is None:
        return None
    name = host.value.strip()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    try:
        ip_address(name)
    except ValueError:
        return None
    return frame
