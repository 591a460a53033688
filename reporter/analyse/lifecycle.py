"""How one TCP connection opens and closes: which segments do it, and what has become of it."""

from __future__ import annotations

from collections import deque

from reporter.analyse.attempts import Attempts, answers, answers_crossed
from reporter.analyse.challenge import of_an_earlier, wrong_answer
from reporter.analyse.crossing import Crossed
from reporter.analyse.foresight import Foresight, client_of, ends
from reporter.analyse.ledger import Direction
from reporter.analyse.missed import Missed, Missing
from reporter.analyse.padding import may_be_padding
from reporter.analyse.pieces import Confirmation, Sent
from reporter.analyse.resets import Stray, lies_below, unconnected
from reporter.analyse.step import Acked, Mark, Move
from reporter.model.packet import Packet
from reporter.model.stream import BOTH_ASK, Endpoint, Opening, Role
from reporter.model.tcp import Tcp, TcpOptions

_WRAP = 1 << 32


class Lifecycle:
    """The part of a conversation that knows SYN, FIN and RST.

    `syn`, `fin` and `options` are by the role that sent them; `reset_by` is who sent the first RST that its receiver
    has to obey, `reset` that RST, `resets` counts them all; `stray` is the last one before that it need not obey,
    `unobeyed` tells that more came of the connection after it; `attempts` are those to open it, `late_syn` a SYN
    without ACK on the open one.
    `syns` are the last few segments with SYN of each end, copies included, and `syn_count` counts them all;
    `bare_syn` is the frame of an end's first SYN without ACK; `syn_flags` and `syn_window` are of its SYN.
    `ledger` are the numbers that each end has sent, `missing` what of them is evidently missing at the end, `acks` what
    each end has confirmed last.
    `unplaced`: before the first FIN captured there may have been one that was not.
    `skipped` is the number of an end, very likely its FIN, that was not captured and that its RST has passed.
    `answer_told` is the frame that shows that the SYN was answered, though no SYN-ACK had been captured.
    `bare` is the last segment of each end with none of ACK, SYN and RST: none of a connection, its FIN no FIN of one;
    `bare_answer` is the last RST that answers one where there is no connection.
    """

    def __init__(self, packet: Packet, foresight: Foresight) -> None:
        sender, receiver = ends(packet)
        self.client, self.basis = client_of(foresight, sender, receiver)
        self.server = receiver if self.client == sender else sender
        self._foresight = foresight
        self.opening = Opening.NOT_CAPTURED
        self.packets = 0
        self.syn: dict[Role, Mark] = {}
        self.syns: dict[Role, deque[Mark]] = {Role.CLIENT: deque(maxlen=4), Role.SERVER: deque(maxlen=4)}
        self.syn_count = {Role.CLIENT: 0, Role.SERVER: 0}
        self.bare_syn: dict[Role, int] = {}
        self.bare: dict[Role, Mark] = {}
        self.bare_answer: int | None = None
        self.fin: dict[Role, Mark] = {}
        self.fins: list[Role] = []
        self.fin_acked: dict[Role, int] = {}
        self.acks: dict[Role, Acked] = {}
        self.options: dict[Role, TcpOptions] = {}
        self.syn_flags: dict[Role, int] = {}
        self.syn_window: dict[Role, int] = {}
        self.ledger = {Role.CLIENT: Direction(), Role.SERVER: Direction()}
        self.missing = Missing(self.ledger)
        self.third_ack: int | None = None
        self.answer_told: int | None = None
        self.resets = 0
        self.reset_by: Role | None = None
        self.reset_frame: int | None = None
        self.reset: Mark | None = None
        self.skipped: int | None = None
        self.stray: Stray | None = None
        self.unobeyed = False
        self.attempts = Attempts()
        self.late_syn: int | None = None
        self.crossing = False
        self._cut_off = False
        self._crossed_answers: dict[Role, int] = {}
        self._crossed_acks: dict[Role, int] = {}
        self._third_number: int | None = None
        self._first_sure = False
        self.unplaced = False
        self._told_missed = False

    @property
    def midstream(self) -> bool:
        """Whether no SYN of this connection was captured."""
        return not self.syn

    @property
    def sack_in_force(self) -> bool:
        """Whether both SYNs were captured and permit selective acknowledgment."""
        return len(self.options) == 2 and all(each.sack_permitted for each in self.options.values())

    def role(self, packet: Packet) -> Role:
        """Who sent a packet of this stream."""
        tcp, client = packet.tcp, self.client
        is_client = tcp is not None and tcp.src_port == client.port and packet.source == client.address
        return Role.CLIENT if is_client else Role.SERVER

    @property
    def asked(self) -> Mark | None:
        """The client's SYN of the attempt that stands: the first one, or the first after a refusal."""
        return self.attempts.standing or self.syn.get(Role.CLIENT)

    @property
    def crossed(self) -> Crossed:
        """What becomes of a SYN of each end."""
        return self._foresight.crossed

    @property
    def late_syn_ack(self) -> int | None:
        """The frame of a SYN-ACK that was recorded after the segment that answers it."""
        return self._foresight.late.syn_ack

    def late_fin(self, role: Role) -> int | None:
        """The frame of a FIN of `role` that was recorded after an Ack of it."""
        return self._foresight.late.fin.get(self._end(role))

    def _end(self, role: Role) -> Endpoint:
        return self.client if role is Role.CLIENT else self.server

    def _covers(self, mark: Mark | None, owner: Role, tcp: Tcp) -> bool:
        if mark is None or not tcp.has_ack:
            return False
        return mark.covered_by(self.ledger[owner].unwrapped(tcp.ack))

    def _confirms_fin(self, mark: Mark, confirms: Confirmation | None) -> bool:
        return confirms is not None and (confirms.fin > 0 or (mark.padded and mark.covered_by(confirms.ack)))

    def _mark(self, me: Role, packet: Packet, tcp: Tcp, sent: Sent) -> Mark:
        ack = self.ledger[me.other].unwrapped(tcp.ack) if tcp.has_ack else 0
        ident = packet.ip.ident if packet.ip is not None else ""
        numbers = sent.start, tcp.length, sent.end, ack
        options = tcp.options if tcp.syn else None
        padded = may_be_padding(packet)
        return Mark(packet.frame, packet.time, *numbers, tcp.has_ack, ident, tcp.seq_raw, padded, options)

    def _move(self, me: Role, packet: Packet, tcp: Tcp, sent: Sent, confirms: Confirmation | None) -> Move | None:
        self.missing.heard.add(me)
        if tcp.rst:
            return self._reset(me, packet, tcp, sent)
        if tcp.syn:
            return self._open(me, packet, tcp, sent)
        if not tcp.has_ack:
            self.bare[me] = self._mark(me, packet, tcp, sent)
        fin = tcp.fin and tcp.has_ack
        peer = me.other
        late, told = self._foresight.late, (self._end(peer), tcp.ack)
        self.missing.note(me, packet.frame, tcp, sent, confirms, more=told in late.more, ends=told in late.ends)
        if self.unplaced and sent.fresh and self.fins == [peer] and sent.start >= self.fin[peer].ack:
            # New data of the other end: it had not closed before.
            self.unplaced, self._first_sure = False, True
        if self.opening is Opening.UNANSWERED and tcp.has_ack:
            if answers(self.syn.get(Role.CLIENT), me, sent, confirms):
                self.opening, self.answer_told = Opening.ANSWER_MISSED, packet.frame
                self.attempts.repeats = self._foresight.late.sent_again(packet.time)
                if me is Role.CLIENT:
                    self.third_ack, self._third_number = packet.frame, self.ledger[peer].unwrapped(tcp.ack)
                    if not tcp.length and not tcp.fin:
                        return Move.THIRD_ACK
            elif me is Role.SERVER:
                asked, theirs = self.syn.get(Role.CLIENT), self.ledger[Role.CLIENT]
                below = asked is not None and theirs.unwrapped(tcp.ack) <= asked.seq
                sure = below or of_an_earlier(tcp, asked, theirs)
                self.attempts.answered_wrong(packet.frame, tcp.ack, syn=False, sure=sure)
        if self.opening in BOTH_ASK and answers_crossed(self.syn, me, tcp, sent, self.ledger[peer]):
            self._crossed_acks.setdefault(me, packet.frame)
        if (
            self.third_ack is None
            and me is Role.CLIENT
            and tcp.has_ack
            and confirms is not None
            and confirms.syn
            and not confirms.unseen
            and Role.CLIENT in self.syn
            and sent.start in (self.syn[me].seq + 1, self.syn[me].next_seq)
        ):
            self.third_ack = packet.frame
            if self.opening in (Opening.NOT_CAPTURED, Opening.INCOMPLETE):
                self.opening = Opening.THREE_WAY
            if not tcp.fin and not confirms.fin:
                return Move.THIRD_ACK
        if self._cut_off:
            if fin:
                self.fin.setdefault(me, self._mark(me, packet, tcp, sent))
            return None
        if fin and me not in self.fin:
            return self._fin(me, packet, tcp, sent)
        if peer in self.fin and peer not in self.fin_acked and self._confirms_fin(self.fin[peer], confirms):
            self.fin_acked[peer] = packet.frame
            if len(self.fins) == 2:
                return Move.CROSSING_ACK if self.crossing else Move.LAST_ACK
            if self.missing.fin(me) is not None:
                return Move.LAST_ACK
            self._first_sure = not self.missing.unclear(me) and not self.unplaced
            return Move.ACK_OF_FIRST_FIN
        if self.fins == [me] and not self._told_missed and self._missed_by(packet, peer) is not None:
            self._told_missed = True
            return Move.ACK_OF_MISSED_FIN
        return None

    def _missed_by(self, packet: Packet, role: Role) -> Missed | None:
        """The missed FIN of `role`, if the Ack of this packet is the first to tell of it."""
        missed = self.missing.fin(role)
        return missed if missed is not None and missed.by_ack and missed.frame == packet.frame else None

    def _reset(self, me: Role, packet: Packet, tcp: Tcp, sent: Sent) -> Move | None:
        untried = not (self.syn or self.acks or self.reset_frame)
        if untried and unconnected(tcp, self.bare.get(me.other)):
            self.bare_answer = packet.frame
            return None
        refusal = self.opening in (Opening.UNANSWERED, Opening.REFUSED) and me is Role.SERVER
        old = self.attempts.old_answer
        if old is not None and me is Role.CLIENT and tcp.seq == old[1]:
            # In SYN-SENT a wrong Ack is refused by a RST, and the attempt goes on (RFC 9293, section 3.10.7.3).
            self.attempts.refuted = packet.frame
            return None
        if self.reset_frame is None and len(self.fin_acked) < 2 and lies_below(sent, self.ledger[me]):
            self.stray, self.unobeyed = Stray(self._mark(me, packet, tcp, sent), me, below=True), False
            return None
        if sent.gap == 1 and self.fins == [me.other] and self.reset_frame is None:
            # Past one number that was not captured, after the other end's FIN: very likely this end's own.
            self.skipped = sent.start - 1
        elif sent.gap and not refusal and self.reset_frame is None and self.third_ack is not None:
            # Beyond all numbers captured: only a RST with the very next one must be obeyed (RFC 5961, section 3.2).
            self.stray, self.unobeyed = (
                Stray(self._mark(me, packet, tcp, sent), me, below=False, passed=sent.gap),
                False,
            )
            return None
        fin = self.fin.get(me.other)
        if fin is not None and self._covers(fin, me.other, tcp):
            self.fin_acked.setdefault(me.other, packet.frame)
        if self.reset_frame is None:
            if not refusal and self.third_ack is not None:
                self.missing.reset(me, packet.frame, tcp)
            self.reset_by, self.reset_frame = me, packet.frame
            self.reset = self._mark(me, packet, tcp, sent)
            self._cut_off = len(self.fin_acked) < 2
        if refusal:
            self.opening = Opening.REFUSED
            self.attempts.refuse(packet.frame)
            return Move.REFUSAL
        return Move.RESET

    def _open(self, me: Role, packet: Packet, tcp: Tcp, sent: Sent) -> Move:
        if self.fins:
            # A new attempt with the same ports that tshark did not tell apart: no part of this connection.
            return Move.SYN_ACK if tcp.has_ack else Move.SYN
        if self.third_ack is not None and not tcp.has_ack:
            self.late_syn = packet.frame
        if self.opening is Opening.REFUSED:
            # Asked again: what refused the attempt before ended no connection.
            self.opening, self.reset_by, self.reset_frame, self.reset = Opening.UNANSWERED, None, None, None
            self._cut_off = False
        if self.attempts.old_syn and tcp.has_ack:
            # What answered an older SYN is forgotten with it.
            self.attempts.old_syn = False
            self.syn.pop(me, None)
            self.syns[me].clear()
        # Wireshark counts from the last initial sequence number that was offered: another one begins anew.
        known = self.syn.get(me)
        other = known is not None and known.answers and tcp.has_ack and known.raw != tcp.seq_raw
        if known is None or (other and self.third_ack is None):
            self.syn[me] = self._mark(me, packet, tcp, sent)
            self.options[me] = tcp.options
            self.syn_flags[me] = tcp.flag_bits
            self.syn_window[me] = tcp.window
        self.syns[me].append(self._mark(me, packet, tcp, sent))
        self.syn_count[me] += 1
        self.attempts.ask(self.syns[me][-1])
        if tcp.has_ack:
            if me is Role.SERVER and wrong_answer(tcp, self.syn.get(Role.CLIENT), self.ledger[Role.CLIENT]):
                self.attempts.answered_wrong(packet.frame, tcp.ack, syn=True)
                return Move.SYN_ACK
            if self.attempts.repeats:
                self.attempts.repeated = packet.frame
            elif self.opening in (Opening.UNANSWERED, Opening.ANSWER_MISSED):
                whole = self._third_number == self.syn[me].next_seq
                self.opening = Opening.THREE_WAY if whole else Opening.INCOMPLETE
            if self.opening in BOTH_ASK:
                self._crossed_answers.setdefault(me, packet.frame)
            return Move.SYN_ACK
        self.bare_syn.setdefault(me, packet.frame)
        if len(self.bare_syn) == 2:
            self.opening = Opening.SPLIT if self._foresight.crossed.split else Opening.SIMULTANEOUS
        elif self.opening is Opening.NOT_CAPTURED and self.packets == 1:
            self.opening = Opening.UNANSWERED
        return Move.SYN

    def _fin(self, me: Role, packet: Packet, tcp: Tcp, sent: Sent) -> Move:
        peer = me.other
        mark = self._mark(me, packet, tcp, sent)
        told = self.acks.get(peer)
        self.fin[me] = mark
        if told is not None and told.ack >= mark.next_seq:
            # Recorded late, or sent again: it had been confirmed before.
            self.fin_acked[me] = told.frame
            if self.fins and self.fin[peer].ack >= mark.next_seq:
                self.fins.insert(0, me)
                if mark.ack >= self.fin[peer].next_seq:
                    self.fin_acked.setdefault(peer, packet.frame)
                return Move.FIRST_FIN
        self.fins.append(me)
        if len(self.fins) == 1:
            open_end = (self._end(peer), tcp.ack) in self._foresight.late.more
            self.unplaced = self.missing.unclear(peer) and not (self._foresight.still_open or open_end)
            return Move.LONE_FIN if self.unplaced else Move.FIRST_FIN
        if peer in self.fin_acked:
            return Move.SECOND_FIN
        if not self.fin[peer].covered_by(mark.ack):
            self.crossing = True
            return Move.CROSSING_FIN
        self.fin_acked[peer] = packet.frame
        return Move.MERGED_FIN
