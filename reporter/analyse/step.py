"""What one TCP segment means in its conversation: the value that rules read."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from reporter.analyse.pieces import Confirmation, Sent
from reporter.analyse.twins import Twin
from reporter.model.application import HttpRequest, HttpResponse
from reporter.model.stream import Exchange, Role, States
from reporter.model.tcp import TcpOptions
from reporter.model.value import value


class Move(StrEnum):
    """The part a segment plays in opening or closing its connection."""

    SYN = "syn"
    SYN_ACK = "syn-ack"
    THIRD_ACK = "third-ack"
    FIRST_FIN = "first-fin"
    LONE_FIN = "lone-fin"  #: the other end's may have come before, not captured
    ACK_OF_MISSED_FIN = "ack-of-missed-fin"  #: confirms what is very likely a FIN that was not captured
    ACK_OF_FIRST_FIN = "ack-of-first-fin"
    SECOND_FIN = "second-fin"
    MERGED_FIN = "merged-fin"
    CROSSING_FIN = "crossing-fin"
    CROSSING_ACK = "crossing-ack"
    LAST_ACK = "last-ack"
    RESET = "reset"
    REFUSAL = "refusal"


@value
class Idle:
    """The pause before this segment: the previous segment of the stream, who sent it, seconds between."""

    frame: int
    sender: Role
    seconds: Decimal


@value
class KeepAlive:
    """A TCP keep-alive probe, or the answer to the probe in frame `probe` (RFC 9293, section 3.8.4).

    `by_numbers` is True when the ledger shows it: the probe's Seq is one below what its receiver confirmed.
    `told_by` is then a frame of that receiver with this Ack; for the first packet captured it is a later one.
    """

    answer: bool
    probe: int | None
    by_numbers: bool
    told_by: int | None = None


@value
class WindowProbe:
    """A probe of a zero window, or the answer to the probe in frame `probe` (RFC 9293, section 3.8.6.1).

    Of a probe itself, `probe` is the one before it, if the other end has said nothing since.
    `zero_frame` is the frame that announced the window of zero; `fresh` tells that the probe has a new byte.
    """

    answer: bool
    probe: int | None
    zero_frame: int
    fresh: bool


@value
class Repeat:
    """An Ack that confirms nothing new: the frame that first carried this Ack, and how many times since."""

    first_frame: int
    count: int


@value
class Stamped:
    """A frame and the TSval of its timestamps option (`tcp.options.timestamp.tsval`), None where it has none."""

    frame: int
    value: int | None


@value
class Acked:
    """Where the Ack of one end stands: `ack` (unwrapped) first carried by `frame`.

    `duplicates` counts the duplicate ACKs of it (RFC 5681, section 2; those that only report data received
    twice are not counted), the last in `last_duplicate`. `sacked` is the highest number reported by SACK
    above it, `sack_frame` the last frame with such a block. `time` is that of the last of these frames, `sign` the
    first of them, with its TSval. `uncounted` tells that the first Ack captured of this end reported a gap already:
    duplicates may have come before it.
    """

    frame: int
    ack: int
    time: Decimal
    duplicates: int = 0
    last_duplicate: int | None = None
    sacked: int | None = None
    sack_frame: int | None = None
    sign: Stamped | None = None
    uncounted: bool = False


@value
class Advertised:
    """The last window that one end has advertised (`tcp.window_size`) and the frame that carried it."""

    window: int
    frame: int


@value
class Whole:
    """The message that this frame completes.

    `repeats` are those of its segments (`tcp.segment`) that only carried again what others had carried. `parts` are
    frame and `tcp.len` of the others when they are few and came in order, `closes` tells that these lengths add up to
    `tcp.reassembled.length`.
    """

    repeats: tuple[int, ...]
    parts: tuple[tuple[int, int], ...] | None
    closes: bool


@value
class Share:
    """This segment's part in a reassembled message: the `index`-th piece (from 1) of what frame `done_in` completes.

    `index` is 0 where the pieces were not captured in order; one that only repeats others is not counted.
    """

    done_in: int
    index: int


@value
class Mark:
    """A remembered SYN, FIN or RST: frame, relative time, numbers (unwrapped); `answers`: with ACK bit;
    `ident`: its IP identification; `raw`: its number on the wire; `padded`: its data may be padding of the frame;
    `options`: those of a SYN."""

    frame: int
    time: Decimal
    seq: int
    length: int
    next_seq: int
    ack: int
    answers: bool
    ident: str = ""
    raw: int = 0
    padded: bool = False
    options: TcpOptions | None = None

    def covered_by(self, ack: int) -> bool:
        """Whether an Ack (unwrapped) confirms all of it, or its first number, where its data may be padding."""
        return ack >= self.next_seq or (self.padded and ack == self.seq + 1)


@value
class Asked:
    """A request reported on this frame and the exchange it begins."""

    request: HttpRequest
    exchange: Exchange


@value
class Answered:
    """A response reported on this frame and the exchange it answers (None: no request is known that it answers).

    `among` are frames of requests of which it answers one, where the capture cannot tell which; `begun` is the first
    frame of the client's data that no request was recognised in, `unasked` as in Exchange.
    """

    response: HttpResponse
    exchange: Exchange | None
    among: tuple[int, ...] = ()
    begun: int | None = None
    unasked: bool = False


@value
class Step:
    """One segment in its conversation. `copy_of` is the packet of which this is the same one captured again: no
    end has sent anything by it.
    """

    sender: Role
    first: bool
    before: States
    after: States
    sent: Sent
    confirms: Confirmation | None
    repeat: Repeat | None
    move: Move | None
    idle: Idle | None
    keep_alive: KeepAlive | None
    window_probe: WindowProbe | None
    share: Share | None
    whole: Whole | None
    acked_before: Acked | None
    window_before: Advertised | None
    asked: tuple[Asked, ...]
    answered: tuple[Answered, ...]
    copy_of: Twin | None = None
