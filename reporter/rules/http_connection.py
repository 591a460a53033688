"""Requests and their connection: reuse, HTTP/1.0, pipelining, answers that come early or never."""

from __future__ import annotations

from reporter.analyse.http import lengths_in_doubt, members
from reporter.analyse.step import Answered
from reporter.explain.at import At
from reporter.explain.evidence import Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.application import HttpRequest, HttpResponse
from reporter.model.stream import Role

_SHOWN = 5


@rule(
    "P25",
    on="http",
    when="request",
    facts="sender receiver number first_frame same_frame stream version midstream uncounted unread method target "
    "doubtful same_doubtful",
    rank=34,
)
def connection_reused(at: At) -> Facts | None:
    """Another request on a connection that has carried one: no new handshake was needed.

    `midstream` tells that the beginning of the connection was not captured, so that there may have been more before,
    `uncounted` that there may be more of them anywhere, for some of the client's data is missing or belongs to no
    request that was recognised (`unread` on, not told with TLS, whose handshake it may be); `same_frame` that the first
    one is in this frame too. `method` and `target` name the request where the frame holds several. `doubtful` is the
    frame of an earlier request whose length is in doubt, after the answer to which the connection must be closed,
    `same_doubtful` that it is in this frame.

    Reference: RFC 9112, sections 9.3, 6.1 and 6.3.
    """
    found = next((each for each in at.step.asked if each.exchange.number > 1), None)
    pairing = at.conversation.pairing
    first = pairing.first_request
    if found is None or first is None:
        return None
    first_frame = frame_of(first)
    version, frame = found.request.version, at.packet.frame
    several, doubtful = len(at.step.asked) > 1, _doubtful(at, found.exchange.number)
    return {
        **at.roles,
        "number": derived(found.exchange.number, first_frame, frame_of(at.packet.frame)),
        "first_frame": first_frame,
        "same_frame": word(first == at.packet.frame),
        "stream": at["tcp.stream"],
        "version": known(version, frame, "http.request.version") if version else None,
        "midstream": word(at.conversation.midstream),
        "uncounted": word(pairing.uncounted),
        "unread": frame_of(pairing.unread) if pairing.unread is not None and not at.conversation.tls else None,
        "method": known(found.request.method, frame, "http.request.method") if several else None,
        "target": known(found.request.target, frame, "http.request.uri") if several else None,
        "doubtful": frame_of(doubtful) if doubtful is not None else None,
        "same_doubtful": word(doubtful == frame),
    }


@rule("P26", on="http", facts="sender receiver version answer keep_alive close tunnel connection", rank=35)
def http_1_0(at: At) -> Facts | None:
    """A message of HTTP/1.0: the connection closes after the response unless `Connection: keep-alive` was
    agreed.

    `close` tells of Connection: close, which counts before keep-alive; `tunnel` of a CONNECT, whose connection lives on
    as a tunnel if it succeeds.

    Reference: RFC 9112, section 9.3; RFC 9110, section 9.3.6.
    """
    frame = at.packet.frame
    messages: list[tuple[HttpRequest | HttpResponse, str]] = [(each.request, "request") for each in at.step.asked]
    messages += [(each.response, "response") for each in at.step.answered if not _opens_tunnel(each)]
    for message, kind in messages:
        if message.version == "HTTP/1.0" and message.headers_known:
            line = message.header("Connection")
            options = {each.lower() for each in members(message.headers, "Connection")}
            return {
                **at.roles,
                "version": known(message.version, frame, f"http.{kind}.version"),
                "answer": word(kind == "response"),
                "keep_alive": word("keep-alive" in options and "close" not in options),
                "close": word("close" in options),
                "tunnel": word(isinstance(message, HttpRequest) and message.method == "CONNECT"),
                "connection": known(line.value, frame, f"http.{kind}.line", line.line) if line else None,
            }
    return None


@rule(
    "P27",
    on="http",
    when="request",
    facts="sender receiver count previous ack begun done_in unsure doubtful",
    rank=34,
)
def pipelined(at: At) -> Facts | None:
    """A request was sent before the answer to the one before it was there; answers must come in order.

    It shows in the Ack, the same on both requests, or in the answer: it began in frame `begun` and is complete only in
    frame `done_in`. `count` is the number of requests in this frame, `unsure` where the length of one of them is in
    doubt, so that it is not sure where the next begins. `doubtful` is the frame of a request whose length is in doubt
    before the last of them.

    Reference: RFC 9112, sections 9.3.2, 6.1 and 6.3; tshark field tcp.reassembled_in.
    """
    behind = at.conversation.pairing.behind
    answer = _unfinished(at) if behind is None else None
    previous = answer[0] if answer else behind
    if not at.step.asked or previous is None:
        return None
    here = behind == at.packet.frame
    same = not here and answer is None
    doubtful = _doubtful(at, at.step.asked[-1].exchange.number)
    return {
        **at.roles,
        "count": word(len(at.step.asked)) if here else None,
        "previous": None if here else frame_of(previous),
        "ack": derived(at.tcp.ack, at["tcp.ack"], known(at.tcp.ack, previous, "tcp.ack")) if same else None,
        "begun": frame_of(answer[1]) if answer else None,
        "done_in": known(answer[2], answer[1], "tcp.reassembled_in") if answer else None,
        "unsure": word(here and any(lengths_in_doubt(each.request.headers) for each in at.step.asked[:-1])),
        "doubtful": frame_of(doubtful) if doubtful is not None else None,
    }


@rule(
    "P32",
    on="tcp",
    when=("fin", "rst"),
    facts="sender receiver frames count method target unsure reset data put length ordered nothing silent missed",
    rank=38,
)
def without_response(at: At) -> Facts | None:
    """The connection ends (server's FIN, or a RST) while no complete response to a request was recognised.

    `data` is the first frame of data of the server in which none was recognised, `put` that in which Wireshark put
    `length` bytes of it together, without a response in them, `ordered` tells that all its data came in order, once.
    `nothing` tells that the server's numbers run on from its SYN to this frame, all in other responses, or, `silent`,
    without data; `missed`, that some of its data was confirmed and not captured. `method` and `target` name the request
    where it is one. `unsure` tells that one of them begins where an earlier one ends whose length is in doubt, so that
    it may be part of that.
    Silent when the server's numbers show a gap: the response may be what was not captured.

    Reference: RFC 9112, sections 8 and 9.5; tshark field tcp.reassembled.length.
    """
    conversation = at.conversation
    waiting, data = conversation.pairing.waiting_frames, conversation.pairing.unanswered_data
    reset = at.tcp.rst and conversation.reset_frame == at.packet.frame
    mark = conversation.fin.get(Role.SERVER)
    closes = at.tcp.fin and at.me is Role.SERVER and mark is not None and mark.frame == at.packet.frame
    if not waiting or not (reset or closes) or at.step.sent.gap:
        return None
    if reset and mark is not None:
        return None
    oldest = conversation.pairing.first_waiting
    request = oldest.request if oldest is not None and len(waiting) == 1 else None
    begun = oldest is not None and bool(oldest.interim)
    put, length = conversation.undecoded or (0, 0)
    known_put = data is not None and put > data and length > 0
    return {
        **at.roles,
        "frames": word(tuple(frame_of(frame) for frame in tuple(dict.fromkeys(waiting))[:_SHOWN])),
        "count": word(len(waiting)),
        "method": known(request.method, waiting[0], "http.request.method") if request is not None else None,
        "target": known(request.target, waiting[0], "http.request.uri") if request is not None else None,
        "unsure": word(bool(conversation.pairing.waiting_in_doubt)),
        "nothing": word(data is None and not begun and at.me is Role.SERVER and _whole(at)),
        "silent": word(not conversation.payload[at.me]),
        "missed": word(bool(conversation.ledger[Role.SERVER].unseen)),
        "reset": word(bool(reset)),
        "data": frame_of(data) if data is not None else None,
        "put": frame_of(put) if known_put else None,
        "length": known(length, put, "tcp.reassembled.length") if known_put else None,
        "ordered": word(Role.SERVER not in conversation.disordered),
    }


def _whole(at: At) -> bool:
    """Whether the numbers of this packet's sender run without a gap from its SYN to the end of this packet's data."""
    syn, end = at.conversation.syn.get(at.me), at.step.sent.end - at.tcp.fin
    return syn is not None and end - syn.next_seq == at.conversation.payload[at.me]


@rule("P33", on="http", when="request", facts="sender receiver code response_frame began", rank=36)
def early_response(at: At) -> Facts | None:
    """The final response was there before the request was complete; that is allowed, above all for errors.

    Reference: RFC 9112, section 9.5; RFC 9110, section 10.1.1.
    """
    for each in at.step.asked:
        exchange = each.exchange
        if exchange.response is None or exchange.response_frame is None or exchange.response_frame >= at.packet.frame:
            continue
        if each.request.first_frame < exchange.response_frame:
            return {
                **at.roles,
                "code": known(exchange.response.code, exchange.response_frame, "http.response.code"),
                "response_frame": frame_of(exchange.response_frame),
                "began": frame_of(each.request.first_frame),
            }
    return None


@rule("P37", on="http", when="request", facts="sender receiver fin_frame ack_frame here", over="P25", rank=34)
def too_late(at: At) -> Facts | None:
    """A request after the server's FIN: the connection brings no answer any more.

    `ack_frame` had confirmed that FIN; `here` tells that it is this frame. Silent when the request began before the
    FIN, or was answered before it was complete.

    Reference: RFC 9112, sections 9.3.1 and 9.5; RFC 9293, section 3.6.
    """
    fin = at.conversation.fin.get(at.peer)
    if fin is None:
        return None
    if not any(each.request.first_frame > fin.frame and each.exchange.response is None for each in at.step.asked):
        return None
    confirmed = at.conversation.fin_acked.get(at.peer)
    return {
        **at.roles,
        "fin_frame": frame_of(fin.frame),
        "ack_frame": frame_of(confirmed) if confirmed is not None else None,
        "here": word(confirmed == at.packet.frame),
    }


def _unfinished(at: At) -> tuple[int, int, int] | None:
    """Where the only request that waits was sent before this one and its answer is under way: the frames of that
    request, of the beginning and of the end of the answer.
    """
    message = at.conversation.under_way(at.peer, at.packet.frame)
    waiting = at.conversation.pairing.waiting_frames
    earlier = [frame for frame in waiting if frame < at.packet.frame]
    if message is None or at.conversation.tls or len(earlier) != 1 or not earlier[0] < message[0]:
        return None
    return earlier[0], *message


def _doubtful(at: At, number: int) -> int | None:
    """The frame of a request whose length is in doubt before request `number` of the connection."""
    doubtful = at.conversation.pairing.doubtful
    return doubtful[1] if doubtful is not None and doubtful[0] < number else None


def _opens_tunnel(each: Answered) -> bool:
    """Whether the connection goes on as something else than HTTP after this response."""
    asked = each.exchange.request if each.exchange is not None else None
    return each.response.code == 101 or (asked is not None and asked.method == "CONNECT" and each.response.code < 300)
