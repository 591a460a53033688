"""The quality of the capture as a whole: what it lacks, where it was taken, and how to take it better.

Each rule here sums up what the rule of the same code said packet by packet.
"""

from __future__ import annotations

from reporter.explain.endings import OUTSIDE, CaptureEnd, StreamEnd, capture_rule
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.model.stream import BOTH_ASK, Closing, Endpoint, Opening, Role

_SHOWN = 8
#: Openings whose SYN was accepted.
_ACCEPTED = (Opening.THREE_WAY, *BOTH_ASK, Opening.INCOMPLETE, Opening.ANSWER_MISSED)


@capture_rule("C01", facts="streams count whole")
def beginnings_missing(end: CaptureEnd) -> list[Facts]:
    """Connections of which the opening is not in the capture.

    Reference: Wireshark User's Guide, Capturing Live Network Data.
    """
    return _summary(end, "C01")


@capture_rule("C02", facts="streams count whole tail")
def closings_missing(end: CaptureEnd) -> list[Facts]:
    """Connections of which neither FIN nor RST is in the capture, without those not seen to open.

    `tail` tells that not all of the file could be read (`cut short` or `damaged`).

    Reference: tshark field tcp.completeness (16 FIN, 32 RST).
    """
    found = [each for each in end.where("C02") if each.stream.closing is not Closing.NOT_SEEN_OPEN]
    return [{**facts, "tail": word(end.tail)} for facts in _streams(end, found)]


@capture_rule("C03", facts="streams count whole")
def one_direction(end: CaptureEnd) -> list[Facts]:
    """Connections of which one end is seen to confirm what the other sent, but not one packet of the other.

    Reference: RFC 9293, section 3.4; Wireshark User's Guide, capture filters.
    """
    return _streams(end, [each for each in end.where("C03") if len(each.conversation.window) == 1])


@capture_rule("H18", facts="streams count whole again")
def answers_missed(end: CaptureEnd) -> list[Facts]:
    """Connections of which the SYN-ACK is missing between segments of both ends: the capture missed it.

    `again` of them have a later SYN-ACK, which most likely repeats the one that was missed.

    Reference: RFC 9293, section 3.5 and figure 6.
    """
    missed = [each for each in end.streams if each.stream.opening is Opening.ANSWER_MISSED]
    found = [each for each in missed if not each.stream.one_way]
    again = sum(each.stream.repeated_answer is not None for each in found)
    return [{**facts, "again": word(again)} for facts in _streams(end, found)]


@capture_rule("C04", facts="count frames")
def frames_cut(end: CaptureEnd) -> list[Facts]:
    """Frames of which the file holds fewer bytes than were on the wire.

    Reference: tshark fields frame.len and frame.cap_len; Wireshark User's Guide, snapshot length.
    """
    return _frames(end, "C04")


@capture_rule("C05", facts="count frames")
def segments_missed(end: CaptureEnd) -> list[Facts]:
    """Acks for numbers that no packet captured before has carried, though both directions were captured.

    Reference: tshark field tcp.analysis.ack_lost_segment.
    """
    return _frames(end, "C05")


@capture_rule("T17", facts="streams count frames")
def fins_missed(end: CaptureEnd) -> list[Facts]:
    """Connections of which a FIN was very likely sent that is not in the capture, where no ordinary Ack shows it (that
    is C05): a RST, or a segment of its own sender, counts past it in one of `frames`.

    Reference: RFC 9293, section 3.4 (a FIN uses one sequence number).
    """
    found = [(each, frame) for each in end.streams if (frame := _passed_fin(each)) is not None]
    streams = [each for each, _ in found]
    frames = tuple(frame_of(frame) for _, frame in found[:_SHOWN])
    return [{"streams": Fact(_numbers(streams)), "count": word(len(found)), "frames": Fact(frames)}] if found else []


@capture_rule("T16", facts="streams count frames")
def resets_in_doubt(end: CaptureEnd) -> list[Facts]:
    """Connections of which the last that was captured is a RST beyond every number captured from its sender.

    Reference: RFC 5961, section 3.2 (a receiver obeys only a RST with exactly the number it expects).
    """
    found = [
        (each, stray.mark.frame)
        for each in end.streams
        if (stray := each.conversation.doubtful_reset) is not None and not stray.below and stray.fin is None
    ]
    streams = [each for each, _ in found]
    frames = tuple(frame_of(frame) for _, frame in found[:_SHOWN])
    return [{"streams": Fact(_numbers(streams)), "count": word(len(found)), "frames": Fact(frames)}] if found else []


@capture_rule("C06", facts="near far near_gap far_gap count frames")
def taken_at(end: CaptureEnd) -> list[Facts]:
    """Where the capture was taken, when every connection of which it can be told says the same end.

    `near_gap` and `far_gap` are those of the first such connection, whose third segment is the first of `frames`.

    Reference: RFC 9293, figure 6; tshark field frame.time_epoch.
    """
    found = end.told("C06")
    if not found or len({str(each.facts["near"]) for each in found.values()}) != 1:
        return []
    first = found[min(found)].facts
    return [
        {
            **{name: first[name] for name in ("near", "far", "near_gap", "far_gap")},
            "count": word(len(found)),
            "frames": Fact(tuple(frame_of(found[stream].frames[0]) for stream in sorted(found)[:_SHOWN])),
        }
    ]


@capture_rule("C07", facts="streams count whole")
def taken_on_loopback(end: CaptureEnd) -> list[Facts]:
    """Connections whose two ends are on one machine, or that came from a loopback interface.

    Reference: Wireshark wiki, CaptureSetup/Loopback.
    """
    proved = [each for each in end.where("C07") if bool(end.told("C07")[each.stream.number].facts.get("local"))]
    return _streams(end, proved)


@capture_rule("C08", facts="count frames")
def giants(end: CaptureEnd) -> list[Facts]:
    """Segments longer than the MSS: captured before the adapter split them or after it joined them.

    Reference: Wireshark wiki, CaptureSetup/Offloading.
    """
    return _frames(end, "C08")


@capture_rule("C09", facts="count frames")
def checksums_unfinished(end: CaptureEnd) -> list[Facts]:
    """Checksums left for the adapter to complete; counted once for each end of a connection.

    Reference: Wireshark User's Guide, Checksum Offload.
    """
    return _frames(end, "C09")


@capture_rule("C11", facts="count frames")
def duplicates(end: CaptureEnd) -> list[Facts]:
    """Packets that are in the capture twice.

    Reference: RFC 791, section 3.1 (Identification); RFC 6864, section 4.
    """
    return _frames(end, "C11")


@capture_rule("C12", facts="tls quic streams part")
def unreadable(end: CaptureEnd) -> list[Facts]:
    """Content that only the two ends can read: connections with TLS and no readable HTTP from there on, and QUIC.

    `part` of these connections carried readable HTTP before.

    Reference: RFC 8446, section 5; RFC 9001; Wireshark wiki, TLS (key log file).
    """
    told = end.told("C12")
    tls = [
        each
        for each in end.where("C12")
        if each.conversation.pairing.last_message <= told[each.stream.number].frames[0] and not each.stream.http2
    ]
    part = [each for each in tls if each.conversation.pairing.last_message]
    outside = told.get(OUTSIDE)
    if not tls and outside is None:
        return []
    return [
        {
            "tls": derived(len(tls), *_numbers(tls)) if tls else None,
            "quic": derived(outside.count, *(frame_of(frame) for frame in outside.frames)) if outside else None,
            "streams": Fact(_numbers(tls)) if tls else None,
            "part": derived(len(part), *_numbers(part)) if part else None,
        }
    ]


@capture_rule("C13", facts="ports streams count")
def undecoded(end: CaptureEnd) -> list[Facts]:
    """Connections whose payload Wireshark takes for plain data; their server ports may need Decode As.

    Reference: Wireshark User's Guide, Decode As.
    """
    found = [each for each in end.where("C13") if not each.stream.exchanges and not each.stream.http2]
    if not found:
        return []
    ports: dict[object, Fact] = {}
    for each in found:
        port = end.told("C13")[each.stream.number].facts.get("server_port")
        if port is not None:
            ports.setdefault(port.value, port)
    return [
        {
            "ports": Fact(tuple(list(ports.values())[:_SHOWN])),
            "streams": Fact(_numbers(found)),
            "count": derived(len(found), *_numbers(found)),
        }
    ]


@capture_rule("C14", facts="count frames")
def clock_set_back(end: CaptureEnd) -> list[Facts]:
    """Frames whose timestamp lies before that of the frame captured before them.

    Reference: tshark fields frame.time_epoch and frame.time_delta; Wireshark User's Guide, Time Stamps.
    """
    return _frames(end, "C14")


@capture_rule("P32", facts="streams count requests more unsure unsure_count open unseen tail")
def requests_without_response(end: CaptureEnd) -> list[Facts]:
    """Requests of all connections that have no complete response when the capture ends.

    `requests` are their frames, of which `more` tells that not all are named; `unsure` are frames of which only
    `unsure_count` have none, but it cannot be told which; `open` tells that one of them still
    waits on a connection of which the server's end was not captured, `unseen` that of one no segment of the server was;
    `tail` that not all of the file could be read.

    Reference: RFC 9112, sections 8 and 9.5.
    """
    found = [each for each in end.streams if each.conversation.pairing.unanswered]
    if not found:
        return []
    frames = dict.fromkeys(frame for each in found for frame in each.conversation.pairing.unanswered_frames)
    asked = tuple(frame_of(frame) for frame in frames)
    pairings = [each.conversation.pairing for each in found]
    unsure = [frame_of(frame) for frame in dict.fromkeys(frame for each in pairings for frame in each.unsure[0])]
    return [
        {
            "streams": Fact(_numbers(found)),
            "requests": Fact(asked[:_SHOWN]),
            "more": word(len(asked) > _SHOWN),
            "unsure": Fact(tuple(unsure[:_SHOWN])),
            "unsure_count": word(sum(each.unsure_unanswered for each in pairings)),
            "count": derived(sum(each.unanswered for each in pairings), *asked[:_SHOWN], *unsure[:_SHOWN]),
            "open": word(any(each.conversation.pairing.waiting and _server_open(each) for each in found)),
            "unseen": word(any(Role.SERVER not in each.conversation.window for each in found)),
            "tail": word(end.tail),
        }
    ]


@capture_rule("H17", facts="client server count most streams")
def connections_in_parallel(end: CaptureEnd) -> list[Facts]:
    """One client and one server port with several connections open at the same time, opened in this capture.

    `most` is how many of them were open at once, as far as the capture shows when each ended.

    Reference: RFC 9112, section 9.4 (concurrency).
    """
    groups: dict[tuple[str, str], list[StreamEnd]] = {}
    successors: dict[int, int] = {}
    last: dict[tuple[Endpoint, Endpoint], int] = {}
    for each in sorted(end.streams, key=lambda one: one.stream.first_frame):
        if each.stream.opening in _ACCEPTED:
            both = each.stream.client, each.stream.server
            if both in last:
                successors[last[both]] = each.stream.first_frame
            last[both] = each.stream.number
        if each.stream.opening in (Opening.THREE_WAY, *BOTH_ASK):
            groups.setdefault((each.stream.client.address, str(each.stream.server)), []).append(each)
    told: list[Facts] = []
    for group in groups.values():
        most = _most_at_once(group, successors)
        if most > 1:
            told.append(
                {
                    "client": word(group[0].stream.client.address),
                    "server": word(str(group[0].stream.server)),
                    "count": derived(len(group), *_numbers(group)),
                    "most": derived(most, *_numbers(group)),
                    "streams": Fact(_numbers(group)),
                }
            )
    return told[:_SHOWN]


def _most_at_once(group: list[StreamEnd], successors: dict[int, int]) -> int:
    """How many were open at the same time: from the SYN to the second FIN or a RST, or to no end where none is known.

    `successors` has the first frame of the next connection with the same four numbers, which ended this one: ports in
    use are not given out twice.
    """
    events: list[tuple[int, int]] = []
    for each in group:
        stream, conversation = each.stream, each.conversation
        events.append((stream.first_frame, 1))
        closed = [successors[stream.number]] if stream.number in successors else []
        if conversation.over:
            closed.append(conversation.reset_frame or max(conversation.fin_acked.values()))
        if len(conversation.fin) == len(Role):
            closed.append(max(mark.frame for mark in conversation.fin.values()))
        if closed:
            events.append((min(closed), -1))
    most = now = 0
    for _, change in sorted(events):
        now += change
        most = max(most, now)
    return most


def _numbers(ends: list[StreamEnd]) -> tuple[Fact, ...]:
    return tuple(known(each.stream.number, each.stream.first_frame, "tcp.stream") for each in ends[:_SHOWN])


def _summary(end: CaptureEnd, code: str) -> list[Facts]:
    return _streams(end, list(end.where(code)))


def _streams(end: CaptureEnd, found: list[StreamEnd]) -> list[Facts]:
    if not found:
        return []
    return [
        {
            "streams": Fact(_numbers(found)),
            "count": derived(len(found), *_numbers(found)),
            "whole": word(len(end.streams)),
        }
    ]


def _frames(end: CaptureEnd, code: str) -> list[Facts]:
    total = end.total(code)
    frames = end.frames(code)
    return [{"count": derived(total, *frames), "frames": Fact(frames)}] if total else []


def _passed_fin(end: StreamEnd) -> int | None:
    """The frame that counts past what is very likely a FIN not captured; None also where an Ack tells of it."""
    missed, reset = end.stream.missed_fin, end.stream.reset_fin
    if missed is not None and not missed.by_ack:
        return missed.frame
    if reset is None:
        return None
    unseen = end.conversation.missing.other_than(end.conversation.fin)
    ordinary = unseen is not None and unseen[1].by_ack and unseen[1].frame != end.conversation.reset_frame
    return None if ordinary else reset[1]


def _server_open(end: StreamEnd) -> bool:
    conversation = end.conversation
    reset = conversation.reset_frame is not None or end.stream.closing is Closing.DOUBTFUL_RESET
    ended = reset or Role.SERVER in conversation.fin
    return Role.SERVER in conversation.window and not ended
