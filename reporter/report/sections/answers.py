"""The usual questions of a lab sheet, answered from the capture, each with its frames; or that it cannot tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reporter.explain.evidence import Evidence, Fact, derived, field, frame_of
from reporter.model.application import Header
from reporter.model.stream import Closing, Exchange, Role, RoleBasis
from reporter.report.again import Again, frames_of
from reporter.report.carried import growth, more_than, whole
from reporter.report.document import Block
from reporter.report.http2 import http2_of
from reporter.report.material import Story, Told
from reporter.report.roundtrip import round_trip
from reporter.report.sections import Context, Draft, section
from reporter.report.sections.exchange import pace_of, page_of
from reporter.report.sections.teardown import one_fin, reset_fin
from reporter.report.syns import confirmed, syns_of

Answer = tuple[str, dict[str, Any]]
#: Up to how many frames are named.
_NAMED = 8


@section("answers")
def answers(context: Context) -> Draft | None:
    """Questions that lab sheets ask of every such capture, in the order of events."""
    if context.story is None or not context.story.capture.keeper.of_stream(context.story.stream.number):
        return None
    author = context.author
    rows = []
    http2 = http2_of(context.story) if not context.story.stream.exchanges else None
    for name, answer in _QUESTIONS.items():
        key, facts = answer(context)
        words = f"{name}-{key}"
        if http2 is not None and name in _OF_HTTP:
            words, facts = _http2_answer(name, http2), http2
        of = _other(context, name) or context.story
        said = context.about(of).author.say("section-answers", words, **facts)
        if of.stream is not context.story.stream:
            lead = author.say("section-answers", "of", stream=context.stream(of))
            said = (*lead, author.run(author.words.lexicon["style"]["sentence_joiner"]), *said)
        rows.append((author.say("section-answers", name), said))
    caption = author.table("section-answers", "caption", stream=context.stream(context.story))
    blocks: tuple[Block, ...] = (
        author.paragraph("section-answers", "intro"),
        author.grid(caption, ("question", "answer"), rows, (36, 64)),
    )
    return Draft("answers", author.words.title("section-answers"), blocks, source=context.source())


def _http2_answer(name: str, http2: dict[str, Any]) -> str:
    """The key of the words for a question about an HTTP message where it is one of HTTP/2."""
    told = {
        "version": True,
        "get": http2["asked"] is not None,
        "status": http2["code"] is not None,
        "time": http2["time"] is not None,
    }
    return f"{name}-http2" if told.get(name) else "http2"


def _other(context: Context, name: str) -> Story | None:
    return {"opening": context.opening, "rtt": context.opening, "closing": context.closing}.get(name)


def _ends(context: Context) -> Answer:
    story = _story(context)
    for told in story.capture.keeper.of_stream(story.stream.number):
        step, packet = told.seen.step, told.packet
        if step is None or packet.tcp is None or packet.ip is None:
            continue
        family = "ipv6" if ":" in packet.ip.src else "ip"
        mine, other = (Role.CLIENT, Role.SERVER) if step.sender is Role.CLIENT else (Role.SERVER, Role.CLIENT)
        facts = {
            f"{mine}_address": field(packet, f"{family}.src"),
            f"{mine}_port": field(packet, "tcp.srcport"),
            f"{other}_address": field(packet, f"{family}.dst"),
            f"{other}_port": field(packet, "tcp.dstport"),
            "frame": frame_of(packet.frame),
        }
        return "assumed" if story.stream.basis is RoleBasis.PORT else "yes", facts
    return "no", {}


def _opening(context: Context) -> Answer:
    syns = syns_of(context.opening)
    if syns.both is None:
        return "no", {}
    facts: dict[str, Any] = {}
    for role in Role:
        packet, answer = syns.sent[role], syns.answers.get(role)
        facts |= {
            f"{role}_syn": frame_of(packet.frame),
            f"{role}_seq": field(packet, "tcp.seq"),
            f"{role}_raw": field(packet, "tcp.seq_raw"),
            f"{role}_answers": confirmed(syns.sent[role.other], answer) if answer is not None else None,
        }
    if syns.simultaneous:
        return "both", facts
    return "yes" if facts["server_answers"] is not None else "other", facts


def _rtt(context: Context) -> Answer:
    trip = round_trip(context.opening)
    if trip is None:
        return "no", {}
    if trip.seconds is None:
        return "untold", {"why": trip.why}
    return ("yes", {"rtt": trip.seconds}) if trip.aside is None else ("aside", {"rtt": trip.seconds, **trip.aside})


def _version(context: Context) -> Answer:
    page = _page(context)
    if page is None or page.request is None or page.request_frame is None:
        return "no", {}
    request, frame = page.request, page.request_frame
    asked = Fact(request.version, (Evidence(frame, "http.request.version", request.version),))
    facts: dict[str, Any] = {"asked": asked, "request": frame_of(frame), "answered": None, "response": None}
    facts["begun"] = frame_of(page.begun) if page.begun is not None else None
    http2 = http2_of(_story(context))
    facts["changed"] = http2["first"] if http2 is not None else None
    if page.response is not None and page.response_frame is not None:
        version = page.response.version
        facts["answered"] = Fact(version, (Evidence(page.response_frame, "http.response.version", version),))
        facts["response"] = frame_of(page.response_frame)
    return "yes", facts


def _language(context: Context) -> Answer:
    page = _page(context)
    header = page.request.header("Accept-Language") if page and page.request and page.request.headers_known else None
    if page is None or page.request is None or not page.request.headers_known:
        return "no", {}
    if header is None:
        return "none", {"frame": frame_of(page.request_frame or 0)}
    return "yes", {"value": _header(header, page.request_frame, "http.request.line")}


def _get(context: Context) -> Answer:
    told = _request(context)
    page = _page(context)
    if told is None or told.packet.tcp is None or page is None or page.request is None:
        return "no", {}
    packet = told.packet
    facts: dict[str, Any] = {"method": page.request.method, "frame": frame_of(packet.frame)}
    if len(packet.carriers) > 1:
        return "several", {**facts, "frames": [frame_of(frame) for frame in packet.carriers]}
    return "yes", {**facts, "seq": field(packet, "tcp.seq"), "length": field(packet, "tcp.len")}


def _sum(context: Context) -> Answer:
    """The Ack that confirms the request, as a sum of what the request carried."""
    told = _request(context)
    if told is None:
        return "none", {}
    facts = growth(_story(context), told)
    return ("no", {}) if facts is None else ("yes", facts)


def _status(context: Context) -> Answer:
    page = _page(context)
    if page is None or page.response is None or page.response_frame is None:
        return "no", {"begun": frame_of(page.begun) if page is not None and page.begun is not None else None}
    response, frame = page.response, page.response_frame
    facts: dict[str, Any] = {
        "code": Fact(response.code, (Evidence(frame, "http.response.code", str(response.code)),)),
        "phrase": response.phrase,
        "frame": frame_of(frame),
        "modified": None,
        "length": None,
    }
    for name, header in (("modified", "Last-Modified"), ("length", "Content-Length")):
        found = response.header(header)
        facts[name] = _header(found, frame, "http.response.line") if found is not None else None
    return "yes", facts


def _time(context: Context) -> Answer:
    page, story = _page(context), _story(context)
    if page is None or page.request_frame is None or page.response_frame is None or page.early:
        return "no", {}
    asked, answered = story.at(page.request_frame), story.at(page.response_frame)
    if asked is None or answered is None:
        return "no", {}
    facts: dict[str, Any] = {"request": frame_of(page.request_frame), "response": frame_of(page.response_frame)}
    if page.time is None:
        timed = story.capture.keeper.clock.tells(page.request_frame, page.response_frame)
        return "untold", {**facts, "timed": timed}
    one, two = field(asked.packet, "frame.time_epoch"), field(answered.packet, "frame.time_epoch")
    return "yes", {**facts, "time": derived(page.time, one, two), **pace_of(story, page)}


def _segments(context: Context) -> Answer:
    page, story = _page(context), _story(context)
    told = story.at(page.response_frame) if page and page.response_frame else None
    if page is None or told is None or told.packet.tcp is None:
        return "no", {}
    packet, carriers = told.packet, told.packet.carriers
    facts: dict[str, Any] = {"tls": "tls" in packet.protocols, "frame": frame_of(packet.frame)}
    if len(carriers) < 2:
        # The frame that completes it may be a FIN without data.
        bearer = story.at(carriers[0]) if carriers else told
        if bearer is None or bearer.packet.tcp is None or not whole(page, packet, bearer.packet.tcp.length):
            return "no", {}
        facts |= {"frame": frame_of(bearer.packet.frame), "length": field(bearer.packet, "tcp.len")}
        return "one", {**facts, "more": len(packet.responses) > 1 or more_than(page, bearer.packet)}
    # What TCP puts together for TLS is a record of it, and a response may take several.
    if facts["tls"] and not whole(page, packet, told.packet.tcp.reassembled_length or 0):
        return "no", {}
    facts["repeats"] = len(told.repeats)
    facts |= {
        "count": len(carriers) - len(told.repeats),
        "first": frame_of(carriers[0]),
        "last": frame_of(carriers[-1]),
    }
    return "several", {**facts, "total": field(packet, "tcp.reassembled.length")}


def _again(context: Context) -> Answer:
    story = _story(context)
    told = story.capture.keeper.of_stream(story.stream.number)
    found = frames_of(told)
    facts: dict[str, Any] = {"segments": len(told)}
    for kind, frames in found.items():
        facts |= {kind.value: len(frames), f"{kind}_frames": [frame_of(frame) for frame in frames[:_NAMED]]}
    if found[Again.SURE] or found[Again.LIKELY]:
        return ("yes" if found[Again.SURE] else "likely"), facts
    return ("part" if story.capture.keeper.dropped(story.stream.number) else "none"), facts


def _closing(context: Context) -> Answer:
    story = context.closing
    if story is not None and story.stream.closing is Closing.NEVER_OPEN:
        return "never", {"refused": frame_of(story.stream.refusals[0]) if story.stream.refusals else None}
    if story is not None and story.stream.closing is Closing.NOT_SEEN_OPEN:
        return "unseen", {}
    if story is None or not story.stream.teardown or story.stream.closing is Closing.NOT_CAPTURED:
        return "no", {}
    stream = story.stream
    frames = [frame_of(frame) for frame in stream.teardown]
    first = frame_of(stream.fin_frame) if stream.fin_frame is not None else frames[0]
    facts: dict[str, Any] = {"closer": stream.closed_first, "frames": frames, "first": first, **reset_fin(stream)}
    if stream.closing in (Closing.RESET, Closing.DOUBTFUL_RESET):
        return str(stream.closing), facts
    if stream.closing is Closing.SIMULTANEOUS:
        return "both", facts
    if stream.closing is Closing.ONE_FIN:
        facts |= one_fin(stream)
        if stream.closed_first is not None:
            return "first", facts
        return "answered" if facts["answered"] and facts["by_ack"] else "unplaced", facts
    if stream.closed_first is None:
        return "no", {}
    if stream.closing is Closing.UNFINISHED:
        return "unfinished", facts
    return "half" if stream.closing is Closing.HALF_CLOSED else "yes", facts


#: The questions about an HTTP message; of HTTP/2 they share an answer.
_OF_HTTP = ("version", "language", "get", "sum", "status", "time", "segments")
#: The questions in their order; each answer is the key of its words and their facts.
_QUESTIONS: dict[str, Callable[[Context], Answer]] = {
    "ends": _ends,
    "opening": _opening,
    "rtt": _rtt,
    "version": _version,
    "language": _language,
    "get": _get,
    "sum": _sum,
    "status": _status,
    "time": _time,
    "segments": _segments,
    "again": _again,
    "closing": _closing,
}


def _story(context: Context) -> Story:
    assert context.story is not None
    return context.story


def _page(context: Context) -> Exchange | None:
    return page_of(_story(context).stream)


def _request(context: Context) -> Told | None:
    page = _page(context)
    return _story(context).at(page.request_frame) if page and page.request_frame else None


def _header(header: Header, frame: int | None, name: str) -> Fact:
    return Fact(header.value, (Evidence(frame or 0, name, header.line),))
