"""One TCP connection as the capture shows it, and the HTTP exchanges on it."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from reporter.model.application import HttpRequest, HttpResponse
from reporter.model.http2 import Http2Exchange
from reporter.model.role import Role as Role
from reporter.model.value import value


class RoleBasis(StrEnum):
    """How the client was told apart, from firm to assumed."""

    SYN = "syn"
    SYN_ACK = "syn-ack"
    REQUEST = "request"
    PORT = "port"


class Opening(StrEnum):
    """How the connection began (RFC 9293, section 3.5).

    `ANSWER_MISSED`: the SYN was evidently answered, but no SYN-ACK was captured. `WRONG_ANSWER`: the other end
    answered, but no segment of it confirms this SYN (RFC 9293, section 3.5, figures 8 and 9). `SPLIT`: the server
    answered with a SYN without ACK, the client that with a SYN-ACK, and the server that with an ACK.
    """

    THREE_WAY = "three-way"
    SIMULTANEOUS = "simultaneous"
    SPLIT = "split"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    ANSWER_MISSED = "answer-missed"
    WRONG_ANSWER = "wrong-answer"
    INCOMPLETE = "incomplete"
    NOT_CAPTURED = "not-captured"


#: Openings in which each end sends a SYN without ACK.
BOTH_ASK = (Opening.SIMULTANEOUS, Opening.SPLIT)


class Closing(StrEnum):
    """How the connection ended (RFC 9293, section 3.6).

    `UNFINISHED`: both FINs were captured, the Ack of the second was not. `ONE_FIN`: one FIN was captured, and the
    other may have been sent without being captured, as segments of that end are missing; where none are, a single
    FIN is `HALF_CLOSED`. `NEVER_OPEN`: its SYN was refused, so nothing was there to close; `NOT_SEEN_OPEN`: no answer
    that confirms it was captured, so whether it was opened, and closed later, cannot be told. `DOUBTFUL_RESET`: no FIN
    was captured, and last a RST that its receiver need not have obeyed.
    """

    FOUR_WAY = "four-way"
    THREE_SEGMENT = "three-segment"
    SIMULTANEOUS = "simultaneous"
    HALF_CLOSED = "half-closed"
    ONE_FIN = "one-fin"
    UNFINISHED = "unfinished"
    RESET = "reset"
    DOUBTFUL_RESET = "doubtful-reset"
    NEVER_OPEN = "never-open"
    NOT_SEEN_OPEN = "not-seen-open"
    NOT_CAPTURED = "not-captured"


class State(StrEnum):
    """TCP states (RFC 9293, section 3.3.2)."""

    LISTEN = "LISTEN"
    SYN_SENT = "SYN-SENT"
    SYN_RECEIVED = "SYN-RECEIVED"
    ESTABLISHED = "ESTABLISHED"
    FIN_WAIT_1 = "FIN-WAIT-1"
    FIN_WAIT_2 = "FIN-WAIT-2"
    CLOSE_WAIT = "CLOSE-WAIT"
    CLOSING = "CLOSING"
    LAST_ACK = "LAST-ACK"
    TIME_WAIT = "TIME-WAIT"
    CLOSED = "CLOSED"


@value
class States:
    """The states of both ends once a packet has reached its receiver; None where the capture cannot tell."""

    client: State | None = None
    server: State | None = None

    def of(self, role: Role) -> State | None:
        """The state of one end."""
        return self.client if role is Role.CLIENT else self.server


@value
class Endpoint:
    """An address and a port: on loopback the port alone tells the ends apart."""

    address: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


@value
class Exchange:
    """One request and its final response on one stream, paired in order (RFC 9112, section 9.3).

    `number` counts from 1 within the stream. Frames are those on which tshark reports the message: the
    frame that completed it. Times are relative seconds of those frames, `time` is the seconds between them: None when
    one is missing, for `early`, or when the timestamps go back in between. `interim` are frames of 1xx answers.
    `begun` is the frame of the first data in place of a message that is missing here: captured, and with the numbers
    that the message must have, but no whole message that tshark recognised. `unasked` tells of a response before
    which the client had sent nothing on the connection. `perhaps` are the frames of messages of which one may be what
    is missing here, where the capture cannot tell which response answers which request.
    """

    stream: int
    number: int
    request: HttpRequest | None = None
    request_frame: int | None = None
    request_time: Decimal | None = None
    response: HttpResponse | None = None
    response_frame: int | None = None
    response_time: Decimal | None = None
    time: Decimal | None = None
    interim: tuple[int, ...] = ()
    begun: int | None = None
    unasked: bool = False
    perhaps: tuple[int, ...] = ()

    @property
    def spread(self) -> bool:
        """Whether `request_frame` only completed the request, which began in an earlier frame."""
        return self.request is not None and self.request_frame != self.request.first_frame

    @property
    def early(self) -> bool:
        """Whether the response was complete before the request was (RFC 9112, section 9.5)."""
        asked, answered = self.request_frame, self.response_frame
        return asked is not None and answered is not None and answered < asked


@value
class MissedFin:
    """What is very likely a FIN of `role` that was not captured: the number `number`, the last of its direction.

    `frame` tells of it: its `tcp.ack` (else its sender's own `tcp.seq`) is one more. `answered`: the other end's
    captured FIN confirms it, so that it came first.
    """

    role: Role
    number: int
    frame: int
    by_ack: bool
    answered: bool


@value
class Stream:
    """One connection at the end of the capture. `frames` of the handshake and teardown are None when not captured.

    `heard` is the end of which alone packets were captured (None: of both). `answer_told` is the frame that shows that
    the SYN was answered where no SYN-ACK was captured, or only one so much later (`repeated_answer`) that most likely
    it repeats the first. `fin_frame` is the first FIN captured, of `fin_sender`;
    `missed_fin` is the other one where it very likely was sent and not captured. `reset_fin` is who very likely sent a
    FIN that was not captured, before a RST ended the connection, and the frame that tells of it.
    `wrong_answers` are frames that answer its SYN with another number, where none answers it with the right one.
    `refusals` are the RSTs that refused its SYNs: all of them, or attempts before the one that opened it.
    `late_third` tells that the third segment carries data and came so late that an empty ACK may have come before it.
    `doubtful_reset` is the frame of a RST with a number that does not fit what was captured, after which nothing came.
    `seconds` are those from the first to the last packet, None where the timestamps go back in between.
    `http2` are the exchanges of HTTP/2, in order of their first packets; `exchanges` are those of HTTP/1.
    """

    number: int
    client: Endpoint
    server: Endpoint
    basis: RoleBasis
    opening: Opening
    closing: Closing
    closed_first: Role | None
    closed_by_both: bool
    packets: int
    first_frame: int
    last_frame: int
    start: Decimal
    end: Decimal
    seconds: Decimal | None
    payload: dict[Role, int]
    exchanges: tuple[Exchange, ...]
    handshake: tuple[int, ...]
    teardown: tuple[int, ...]
    completeness: int | None
    ended: States
    heard: Role | None = None
    answer_told: int | None = None
    fin_frame: int | None = None
    fin_sender: Role | None = None
    missed_fin: MissedFin | None = None
    reset_fin: tuple[Role, int] | None = None
    repeated_answer: int | None = None
    refusals: tuple[int, ...] = ()
    wrong_answers: tuple[int, ...] = ()
    doubtful_reset: int | None = None
    late_third: bool = False
    http2: tuple[Http2Exchange, ...] = ()

    @property
    def unanswered(self) -> int:
        """How many requests have no response in the capture; one whose request cannot be told is one of theirs."""
        alone = sum(1 for each in self.exchanges if each.request_frame and not each.response_frame)
        return alone - sum(1 for each in self.exchanges if each.perhaps and not each.request_frame)

    @property
    def upgrade(self) -> Exchange | None:
        """The exchange of HTTP/1 that was answered with 101.

        Its request is that of HTTP/2 stream 1 where the connection changed to HTTP/2 (RFC 7540, section 3.2).
        """
        return next((each for each in self.exchanges if each.response is not None and each.response.code == 101), None)

    @property
    def answered(self) -> int:
        """How many requests of HTTP/1 and of HTTP/2 have a response."""
        whole = sum(1 for each in self.exchanges if each.request_frame and each.response_frame)
        return whole + sum(1 for each in self.http2 if each.answered)

    @property
    def one_way(self) -> bool:
        """Whether packets of one end only were captured."""
        return self.heard is not None
