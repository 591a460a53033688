"""The attempts to open a connection: its SYNs, and what became of each that came to nothing."""

from __future__ import annotations

from collections.abc import Mapping

from reporter.analyse.ledger import Direction
from reporter.analyse.pieces import Confirmation, Sent
from reporter.analyse.step import Mark
from reporter.model.stream import Role
from reporter.model.tcp import Tcp

#: Up to how many SYNs of one opening are listed.
_MOST = 64
#: A segment whose number lies farther beyond all that its sender had sent is of another connection.
_FAR = 1 << 17


class Attempts:
    """What a connection remembers of its SYNs.

    `frames` are those of the first SYNs, `refusals` those of the first RSTs that refused one, `refusal` the last of
    these; `standing` is the SYN of the attempt that has not been refused. `old_answer` is a segment (frame, Ack) that
    answers a SYN with the number of an earlier connection (`old_syn`: a SYN-ACK), `refuted` the RST of the client that
    refuses it; `wrong` are the frames of the first that certainly do so. `repeated` is a SYN-ACK so long after the
    segment that answers one that it is most likely sent again (`repeats`: one is to come).
    """

    def __init__(self) -> None:
        self.frames: list[int] = []
        self.refusals: list[int] = []
        self.refusal: int | None = None
        self.standing: Mark | None = None
        self.old_answer: tuple[int, int] | None = None
        self.old_syn = False
        self.wrong: list[int] = []
        self.repeats = False
        self.repeated: int | None = None
        self.refuted: int | None = None

    def ask(self, mark: Mark) -> None:
        """Enter a SYN or SYN-ACK."""
        if len(self.frames) < _MOST:
            self.frames.append(mark.frame)
        if self.standing is None and not mark.answers:
            self.standing = mark

    def answered_wrong(self, frame: int, ack: int, *, syn: bool, sure: bool = True) -> None:
        """Enter a segment that answers a SYN with the number of an earlier connection; `syn`: a SYN-ACK. Unless it is
        `sure`, its Ack may also confirm what the capture missed.
        """
        self.old_answer, self.old_syn = (frame, ack), syn
        if sure and len(self.wrong) < _MOST:
            self.wrong.append(frame)

    def refuse(self, frame: int) -> None:
        """Enter a RST that answers a SYN."""
        self.refusal, self.standing = frame, None
        if len(self.refusals) < _MOST:
            self.refusals.append(frame)


def answers(asked: Mark | None, me: Role, sent: Sent, confirms: Confirmation | None) -> bool:
    """Whether a segment of `me` shows that the SYN `asked` was answered, though no SYN-ACK has been captured.

    A client confirms nothing, with its next number, before it has got the SYN-ACK; a server that confirms what
    the client has sent has accepted its SYN. A wrong Ack is one of an earlier connection (RFC 9293, figure 9).
    """
    if asked is None:
        return False
    if me is Role.CLIENT:
        return asked.seq < sent.start <= (sent.expected or 0) + _FAR
    return confirms is not None and confirms.syn == 1 and not confirms.unseen


def answers_crossed(syn: Mapping[Role, Mark], me: Role, tcp: Tcp, sent: Sent, theirs: Direction) -> bool:
    """Whether a segment of `me` only confirms the other end's SYN, both having sent nothing else (`theirs`: its
    numbers)."""
    mine, other = syn.get(me), syn.get(me.other)
    if tcp.length or tcp.fin or not tcp.has_ack or mine is None or other is None:
        return False
    return sent.start == mine.next_seq and theirs.unwrapped(tcp.ack) == other.next_seq
