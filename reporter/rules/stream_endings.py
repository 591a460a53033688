"""What can be said of a whole connection only when the capture is over: unused, unanswered, half closed, unreadable."""

from __future__ import annotations

from reporter.explain.endings import StreamEnd, stream_rule
from reporter.explain.evidence import Fact, Facts, frame_of, word
from reporter.model.stream import Closing, Opening, Role

_SHOWN = 5


@stream_rule("C12", facts="stream frame count part")
def encrypted_stream(end: StreamEnd) -> Facts | None:
    """A connection with TLS application data, and no HTTP that could be read from there on.

    `part` tells that there was some before, such as the CONNECT that asked for the tunnel.

    Reference: RFC 8446, section 5; Wireshark wiki, TLS (key log file).
    """
    told = end.told("C12")
    if told is None or end.conversation.pairing.last_message > told.frames[0] or end.stream.http2:
        return None
    part = word(end.conversation.pairing.last_message > 0)
    return {"stream": end.number, "frame": frame_of(told.frames[0]), "count": word(end.stream.packets), "part": part}


@stream_rule("C13", facts="stream frame port")
def undecoded_stream(end: StreamEnd) -> Facts | None:
    """A connection with payload for which Wireshark knows no protocol, from its first payload on.

    Reference: Wireshark User's Guide, Decode As.
    """
    told = end.told("C13")
    if told is None or end.stream.exchanges or end.stream.http2:
        return None
    return {"stream": end.number, "frame": frame_of(told.frames[0]), "port": told.facts.get("server_port")}


@stream_rule("H16", facts="stream frames closing packets")
def unused_connection(end: StreamEnd) -> Facts | None:
    """A connection that was opened and, up to the end of the capture, carried not a byte of data.

    Silent when the capture missed segments of it. Why it was opened the capture cannot tell; browsers open
    spare connections.

    Reference: RFC 9112, section 9.3 (persistence) and 9.4 (concurrency).
    """
    stream = end.stream
    if stream.opening is not Opening.THREE_WAY or any(stream.payload.values()) or end.told("C05"):
        return None
    closing = "open" if stream.closing is Closing.NOT_CAPTURED else "reset" if _reset(end) else "closed"
    if stream.closing is Closing.DOUBTFUL_RESET:
        closing = "doubtful"
    return {
        "stream": end.number,
        "frames": Fact(tuple(frame_of(frame) for frame in stream.handshake)),
        "closing": word(closing),
        "packets": word(stream.packets),
    }


@stream_rule("T09", facts="stream closer peer fin_frame ack_frame")
def half_closed_at_the_end(end: StreamEnd) -> Facts | None:
    """Only one end has sent a FIN when the capture ends: the other direction is still open as far as it shows.

    Silent when only one direction was captured, or segments are missing: the other FIN may be among them.

    Reference: RFC 9293, section 3.6.1 (half-closed connections).
    """
    conversation = end.conversation
    if end.stream.closing is not Closing.HALF_CLOSED or len(conversation.fins) != 1:
        return None
    if len(conversation.window) < 2 or end.told("C05"):
        return None
    closer = conversation.fins[0]
    acked = conversation.fin_acked.get(closer)
    return {
        "stream": end.number,
        "closer": word(closer),
        "peer": word(closer.other),
        "fin_frame": frame_of(conversation.fin[closer].frame),
        "ack_frame": frame_of(acked) if acked is not None else None,
    }


@stream_rule("T13", facts="stream seconds frame fin_frame timeout announced")
def closed_after_idling(end: StreamEnd) -> Facts | None:
    """The server closed the connection first, some time after its last response: likely its keep-alive time-out.

    Reference: RFC 9112, section 9.5.
    """
    told = end.told("T13")
    if told is None or end.stream.closed_first is not Role.SERVER:
        return None
    return {
        "stream": end.number,
        "seconds": told.facts["seconds"],
        "frame": told.facts["frame"],
        "fin_frame": frame_of(told.frames[0]),
        "timeout": told.facts["timeout"],
        "announced": told.facts["announced"],
    }


@stream_rule(
    "P32", facts="stream frames count more ended began missed passed unsure unsure_count unsure_answers doubted tail"
)
def unanswered_at_the_end(end: StreamEnd) -> Facts | None:
    """Requests that have no complete response when the capture ends; `more` tells that not all frames are named.

    `ended` is `reset`, `closed` (a FIN of the server), `unseen` (no segment of the server was captured) or `open`;
    it is None when none of them waits any more. `began` is the first frame of data of the server in which no whole
    response was recognised. `passed` are requests after which the client confirmed such data and asked again.
    `unsure` are requests (`unsure_count` of them without a response) of which one or more are answered in
    `unsure_answers`, but it cannot be told which; they are not among `frames`.
    `doubted` are those that begin where an earlier one ends whose length is in doubt: they may be part of that.
    `missed` tells that segments are missing from the capture, `tail` that not all of the file could be read.

    Reference: RFC 9112, sections 6.3, 8 and 9.5.
    """
    conversation = end.conversation
    pairing = conversation.pairing
    frames, (unsure, answers) = tuple(dict.fromkeys(pairing.unanswered_frames)), pairing.unsure
    if not frames and not unsure:
        return None
    began = pairing.unanswered_data
    ended = "reset" if _reset(end) else "closed" if Role.SERVER in conversation.fin else "open"
    if end.stream.closing is Closing.DOUBTFUL_RESET:
        ended = "doubtful"
    if Role.SERVER not in conversation.window:
        ended = "unseen"
    return {
        "stream": end.number,
        "frames": Fact(tuple(frame_of(frame) for frame in frames[:_SHOWN])),
        "count": word(conversation.pairing.unanswered),
        "more": word(pairing.unanswered - pairing.unsure_unanswered > min(len(frames), _SHOWN)),
        "ended": word(ended) if pairing.waiting else None,
        "began": frame_of(began) if began is not None else None,
        "passed": word(tuple(frame_of(frame) for frame in pairing.passed_frames[:_SHOWN])),
        "unsure": word(tuple(frame_of(frame) for frame in dict.fromkeys(unsure[:_SHOWN]))),
        "unsure_count": word(pairing.unsure_unanswered),
        "unsure_answers": word(tuple(frame_of(frame) for frame in answers[:_SHOWN])),
        "doubted": word(tuple(frame_of(frame) for frame in tuple(dict.fromkeys(pairing.waiting_in_doubt))[:_SHOWN])),
        "tail": word(end.tail),
        "missed": word(end.told("C05") is not None or end.told("C04") is not None),
    }


def _reset(end: StreamEnd) -> bool:
    """Whether a RST that its receiver had to obey has ended it, and no FIN of the server."""
    return end.conversation.reset_frame is not None and Role.SERVER not in end.conversation.fin
