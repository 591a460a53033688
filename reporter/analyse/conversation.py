"""Follows one TCP connection packet by packet and says what each segment means in it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from reporter.analyse.challenge import of_another
from reporter.analyse.clock import STEADY, Clock
from reporter.analyse.foresight import Foresight
from reporter.analyse.ledger import Direction, duplicate_block
from reporter.analyse.messages import Messages
from reporter.analyse.pieces import Confirmation
from reporter.analyse.probes import Probing
from reporter.analyse.roundtrip import LATE, RoundTrip
from reporter.analyse.shut import Shut
from reporter.analyse.spoken import Spoken
from reporter.analyse.states import OPEN, UNTOLD, Event, Lone, Machine
from reporter.analyse.step import (
    Acked,
    Advertised,
    Answered,
    Asked,
    Idle,
    Mark,
    Move,
    Repeat,
    Stamped,
    Step,
)
from reporter.analyse.twins import Twin
from reporter.model.link import CE
from reporter.model.packet import Packet
from reporter.model.stream import Endpoint, Opening, Role, State, Stream
from reporter.model.tcp import Flags, Tcp
from reporter.model.value import value

_SYN_FIN_RST = Flags.SYN.value | Flags.FIN.value | Flags.RST.value


@value
class Outline:
    """What other conversations may know of one: `over` as it stood when they began; `answer` is its SYN-ACK.

    `waits` is the end in TIME-WAIT, with frame and time of its last ACK, where that was the last segment.
    """

    number: int
    first_frame: int
    client: Endpoint
    over: bool
    answer: Mark | None = None
    waits: tuple[Role, int, Decimal] | None = None


class Conversation(Probing):
    """One stream so far. Rules read the public attributes; only `advance` changes them.

    `data_frame` is each end's last frame with new data, `marked` its last one with CE in the IP header.
    `parallel` are the connections between the same client and the same server that were open when this one
    began, `reused` an earlier one with its ports.
    `spoken` is what they said above TCP, `pairing` its exchanges of HTTP/1.
    `told` belongs to the explainer: which of its texts have been told here.
    `late_third` tells that the segment that completes the handshake carries data and came long after the SYN-ACK: an
    empty ACK may have come before it, and its time is the application's.
    `trip` is the round trip of the handshake. `tls` tells that TLS has begun.
    `undecoded` is the last frame in which a message of the server was put together without an HTTP response in it, and
    its length, `disordered` are the ends of whose data a segment came after a gap, late or again.
    """

    def __init__(self, packet: Packet, foresight: Foresight, clock: Clock = STEADY, *, keep: bool = True) -> None:
        assert packet.tcp is not None
        super().__init__(packet, foresight)
        self.number = packet.tcp.stream
        self.first_frame = packet.frame
        self.last_frame = packet.frame
        self.start = self.end = packet.time
        self.parallel: tuple[Outline, ...] = ()
        self.reused: Outline | None = None
        self.told = 0
        self.payload = {Role.CLIENT: 0, Role.SERVER: 0}
        self.largest_window: dict[Role, Advertised] = {}
        self.max_length: dict[Role, int] = {Role.CLIENT: 0, Role.SERVER: 0}
        self.data_frame: dict[Role, int] = {}
        self.marked: dict[Role, int] = {}
        self.completeness: int | None = None
        self.spoken = Spoken(self.number, clock, keep=keep)
        self.pairing = self.spoken.pairing
        self._clock = clock
        self.late_third = False
        self.tls = False
        self.trip = RoundTrip()
        self._machine = Machine()
        self._last: tuple[int, Role, Decimal] | None = None
        self._acks: dict[Role, Repeat] = {}
        self._messages = {Role.CLIENT: Messages(), Role.SERVER: Messages()}
        self.undecoded: tuple[int, int] | None = None
        self.disordered: set[Role] = set()

    def outline(self) -> Outline:
        """What other connections may know of it."""
        answer = self.syn.get(Role.SERVER)
        states = self._machine.states
        waiting = {Role.CLIENT: states.client, Role.SERVER: states.server}
        role = next((each for each, state in waiting.items() if state is State.TIME_WAIT), None)
        last = role is not None and self.over and self.fin_acked.get(role.other) == self.last_frame
        waits = (role, self.last_frame, self.end) if role is not None and last else None
        return Outline(self.number, self.first_frame, self.client, self.over, answer, waits)

    def was_open(self, role: Role) -> bool:
        """Whether this end had evidently not closed before the first FIN captured, which is the other's."""
        return not self.midstream or self.payload[role] > 0 or self._foresight.still_open

    def under_way(self, role: Role, frame: int) -> tuple[int, int] | None:
        """The first frame of this end's message that is not yet complete in `frame`, and the one that completes it."""
        return self._messages[role].under_way(frame)

    def advance(self, packet: Packet, copy_of: Twin | None = None) -> Step:
        """Enter the next packet of the stream; `copy_of` is the same packet, when it was captured before."""
        tcp = packet.tcp
        assert tcp is not None
        me = self.role(packet)
        peer = me.other
        first = self.packets == 0
        self._count(packet, tcp)
        if self.stray is not None and not tcp.rst:
            self.unobeyed = True
        before = self._machine.states
        window_probe = self._probes_window(me, packet, tcp)
        keep_alive = None if window_probe else self._keep_alive(me, packet, tcp)
        if keep_alive and not keep_alive.answer and first and keep_alive.by_numbers:
            # The probe's number was used before the capture began.
            self.ledger[me].base = self.ledger[me].next = tcp.seq + 1
            self.ledger[me].acked = tcp.seq + 1
        ident = packet.ip.ident if packet.ip is not None else ""
        foreign = self.third_ack is None and of_another(tcp, me, self.opening, self.syn, self.ledger)
        # What no end of this connection takes in: numbers of another one, and a segment without ACK.
        apart = (foreign and tcp.syn) or not (tcp.has_ack or tcp.syn or tcp.rst)
        numbers = Direction() if apart else self.ledger[me]
        sent = numbers.send(packet.frame, packet.time, tcp, ident=ident, copy=copy_of is not None)
        self.payload[me] += sent.fresh + sent.late if not keep_alive else 0
        if tcp.length and (sent.gap or sent.fills or sent.late or sent.repeated):
            self.disordered.add(me)
        if sent.fresh and not keep_alive:
            self.data_frame[me] = packet.frame
        if tcp.length and not keep_alive:
            self.spoken.data(me, packet, sent)
        self.max_length[me] = max(self.max_length[me], tcp.length)
        if packet.ip is not None and packet.ip.ecn == CE:
            self.marked[me] = packet.frame
        counts = tcp.has_ack and not tcp.rst and not foreign
        confirms = self.ledger[peer].acknowledge(tcp.ack) if counts else None
        if confirms is not None and confirms.unseen:
            self.spoken.http2.lost(peer)
        repeat = self._repeat(me, packet, tcp, confirms) if copy_of is None else None
        acked_before = self.acks.get(me)
        if copy_of is None:
            self._note_ack(me, packet, tcp, asks=keep_alive is not None or window_probe is not None)
        whole = self._messages[me].whole(packet, tcp, sent)
        if whole is not None and me is Role.SERVER and not packet.responses:
            self.undecoded = packet.frame, tcp.reassembled_length or 0
        move = self._move(me, packet, tcp, sent, confirms) if copy_of is None else None
        if self.trip.waits and copy_of is None:
            third, ordinary = self.third_ack is not None, self.opening is Opening.THREE_WAY
            self.trip.enter(packet, self._clock, refusal=move is Move.REFUSAL, third=third, three_way=ordinary)
        if copy_of is not None or (foreign and tcp.syn) or (before is OPEN and not tcp.flag_bits & _SYN_FIN_RST):
            # A second copy changes no state, nor does an ordinary segment of an open connection.
            after = before
        else:
            after = self._machine.advance(self._event(me, tcp, move, counts=counts))
            if self.stray is not None and self.stray.mark.frame == packet.frame and not self.stray.below:
                after = UNTOLD
        if self.third_ack == packet.frame and tcp.length and Role.SERVER in self.syn:
            accepted = self.syn[Role.SERVER]
            wait = self._clock.between(accepted.frame, accepted.time, packet.frame, packet.time)
            self.late_third = wait is not None and wait >= LATE
        idle = None
        if self._last is not None:
            frame, sender, time = self._last
            pause = self._clock.between(frame, time, packet.frame, packet.time)
            idle = Idle(frame, sender, pause) if pause is not None else None
        self._last = (packet.frame, me, packet.time)
        window_before = self.advertised.get(me)
        self._note_window(me, packet, tcp)
        asked: tuple[Asked, ...] = ()
        answered: tuple[Answered, ...] = ()
        if packet.requests or packet.responses:
            ack = self.ledger[Role.SERVER].unwrapped(tcp.ack) if tcp.has_ack else None
            start = self._messages[me].start_of(packet, sent)
            asked, answered = self.spoken.messages(me, packet, sent, ack=ack, start=start, unasked=self._client_silent)
        return Step(
            sender=me,
            first=first,
            before=before,
            after=after,
            sent=sent,
            confirms=confirms,
            repeat=repeat,
            move=move,
            idle=idle,
            keep_alive=keep_alive,
            window_probe=window_probe,
            share=self._messages[me].share(packet, tcp, sent),
            whole=whole,
            acked_before=acked_before,
            window_before=window_before,
            asked=asked,
            answered=answered,
            copy_of=copy_of,
        )

    def _event(self, me: Role, tcp: Tcp, move: Move | None, *, counts: bool) -> Event:
        peer = me.other
        return Event(
            sender=me,
            syn=tcp.syn,
            fin=tcp.fin and tcp.has_ack,
            rst=tcp.rst and move is not None,
            ack=counts,
            acks_syn=self._covers(self.syn.get(peer), peer, tcp),
            acks_fin=self._covers(self.fin.get(peer), peer, tcp),
            answered=bool((tcp.completeness or 0) & 2),
            crossing=move is Move.CROSSING_FIN,
            unmet=tcp.fin and self._foresight.crosses and peer not in self.fin,
            opened=self._opened(me, tcp),
            lone=self._lone(me, move),
            told=move is Move.FIRST_FIN and me in self.fin_acked,
        )

    def _opened(self, me: Role, tcp: Tcp) -> bool:
        """Whether this segment shows that both ends have the other's SYN, though not both were captured."""
        if tcp.syn or tcp.rst or not tcp.has_ack or self.fins not in ([], [me] if tcp.fin else []):
            return False
        if self.opening is Opening.ANSWER_MISSED:
            return True
        accepted = self.syn.get(Role.SERVER)
        if me is Role.CLIENT or accepted is None or Role.CLIENT in self.syn:
            return False
        return self.ledger[Role.CLIENT].unwrapped(tcp.ack) > accepted.ack

    def _lone(self, me: Role, move: Move | None) -> Lone | None:
        """What a FIN, or the Ack of one that was not captured, tells where the other FIN is not in the capture."""
        peer = me.other
        if move is Move.LONE_FIN:
            both = len(self.missing.heard) == 2 and self.missing.fin(peer) is not None
            return Lone.SECOND if both else Lone.UNKNOWN
        if move is Move.ACK_OF_MISSED_FIN:
            return Lone.OVER if me in self.fin_acked else Lone.UNKNOWN
        answers = move is Move.SECOND_FIN or move is Move.MERGED_FIN
        return Lone.SECOND if answers and self.unplaced else None

    def summary(self) -> Stream:
        """The stream as it stands at the end of the capture."""
        return Stream(
            number=self.number,
            client=self.client,
            server=self.server,
            basis=self.basis,
            opening=self.outcome,
            closing=self.closing,
            closed_first=self.closed_first,
            closed_by_both=self.crossing and len(self.fins) == 2,
            packets=self.packets,
            first_frame=self.first_frame,
            last_frame=self.last_frame,
            start=self.start,
            end=self.end,
            seconds=self._clock.between(self.first_frame, self.start, self.last_frame, self.end),
            payload=dict(self.payload),
            exchanges=self.pairing.exchanges(),
            http2=self.spoken.http2.exchanges(),
            handshake=self.handshake,
            teardown=self.teardown,
            completeness=self.completeness,
            ended=self._machine.states,
            heard=next(iter(self.window)) if len(self.window) == 1 else None,
            answer_told=self.answer_told,
            fin_frame=self.fin[self.fins[0]].frame if self.fins else None,
            fin_sender=self.fins[0] if self.fins else None,
            missed_fin=self.missed_fin,
            reset_fin=self.reset_fin,
            late_third=self.late_third,
            repeated_answer=self.attempts.repeated,
            refusals=tuple(self.attempts.refusals),
            wrong_answers=tuple(self.attempts.wrong) if self.outcome is Opening.WRONG_ANSWER else (),
            doubtful_reset=self.doubtful_reset.mark.frame if self.doubtful_reset is not None else None,
        )

    def _count(self, packet: Packet, tcp: Tcp) -> None:
        self.packets += 1
        self.resets += tcp.rst
        self.last_frame, self.end = packet.frame, packet.time
        self.tls = self.tls or packet.tls is not None
        if tcp.completeness is not None:
            self.completeness = tcp.completeness

    @property
    def _client_silent(self) -> bool:
        """Whether its numbers and the server's Acks show that the client has sent nothing but its SYN so far."""
        syn, sent = self.syn.get(Role.CLIENT), self.ledger[Role.CLIENT]
        return syn is not None and sent.next is not None and sent.next == syn.next_seq

    def _repeat(self, me: Role, packet: Packet, tcp: Tcp, confirms: Confirmation | None) -> Repeat | None:
        if not tcp.has_ack:
            return None
        if confirms is not None or me not in self._acks:
            self._acks[me] = Repeat(packet.frame, 0)
            return None
        if tcp.length or tcp.syn or tcp.fin or tcp.rst:
            return None
        if self.ledger[me.other].unwrapped(tcp.ack) != self.ledger[me.other].acked:
            return None
        known = self._acks[me]
        self._acks[me] = Repeat(known.first_frame, known.count + 1)
        return self._acks[me]

    def _note_ack(self, me: Role, packet: Packet, tcp: Tcp, *, asks: bool) -> None:
        if not tcp.has_ack or tcp.rst:
            return
        theirs = self.ledger[me.other]
        ack = theirs.unwrapped(tcp.ack)
        if ack != theirs.acked:
            return
        state = self.acks.get(me)
        new = state is None or state.ack != ack
        blocks = [(theirs.unwrapped(left), theirs.unwrapped(right)) for left, right in tcp.options.sack]
        twice = duplicate_block(blocks, ack) is not None
        sacked = max((right for left, right in blocks if left > ack), default=None)
        if state is None or new:
            above = state if state is not None and state.sacked is not None and state.sacked > ack else None
            state = Acked(packet.frame, ack, packet.time, uncounted=state is None and sacked is not None)
            if above is not None:
                state = replace(state, sacked=above.sacked, sack_frame=above.sack_frame, sign=above.sign)
        elif not (tcp.length or tcp.syn or tcp.fin or asks or twice):
            unchanged = tcp.window == self.window.get(me) and not tcp.labels.zero_window_probe_ack
            # With SACK in force, an ACK that leaves a gap says so in a block (RFC 2018, section 4).
            later = not self.sack_in_force and bool(theirs.outstanding) and theirs.outstanding[-1].start > ack
            if sacked is not None or (unchanged and later):
                state = replace(state, duplicates=state.duplicates + 1, last_duplicate=packet.frame, time=packet.time)
        if sacked is not None:
            highest = max(sacked, state.sacked or sacked)
            state = replace(state, sacked=highest, sack_frame=packet.frame, time=packet.time)
        if state.sign is None and packet.frame in (state.last_duplicate, state.sack_frame):
            state = replace(state, sign=Stamped(packet.frame, tcp.options.ts_value))
        self.acks[me] = state

    def _note_window(self, me: Role, packet: Packet, tcp: Tcp) -> None:
        self.window[me] = tcp.window
        if tcp.syn:
            # What this end said before it began is of an earlier connection with the same ports.
            self.advertised.pop(me, None)
            self.largest_window.pop(me, None)
            self.shut.pop(me, None)
        if tcp.rst or tcp.syn:
            return
        if not tcp.window and me not in self.shut:
            self.shut[me] = Shut()
        if me in self.shut:
            self.shut[me].note(tcp.window, packet.frame, packet.time)
        said = Advertised(tcp.window, packet.frame)
        self.advertised[me] = said
        if me not in self.largest_window or tcp.window > self.largest_window[me].window:
            self.largest_window[me] = said
