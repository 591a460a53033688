"""The Seq/Ack ledger of one direction: which frames carried which numbers, and which an Ack confirms.

Every SYN, every payload byte and every FIN uses one sequence number (RFC 9293, section 3.4), so
`next = seq + len + SYN + FIN`. An Ack confirms exactly the numbers below it that were not confirmed before.
Numbers are tshark's relative ones, unwrapped so that they keep growing past 2^32.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from reporter.analyse.pieces import Confirmation, Piece, Sent
from reporter.model.tcp import Tcp

_WRAP = 1 << 32
_HISTORY = 256
_OUTSTANDING = 1 << 16
_COPIES = 16
_UNSEEN = 64
#: Numbers of one connection, of which nothing but empty segments was captured, do not lie so far apart.
_FAR = 1 << 17


def unwrap(number: int, near: int) -> int:
    """The value congruent to `number` modulo 2^32 that lies closest to `near`."""
    distance = (number - near) % _WRAP
    if distance >= _WRAP // 2:
        distance -= _WRAP
    return near + distance


def duplicate_block(blocks: Sequence[tuple[int, int]], ack: int) -> tuple[int, int] | None:
    """The first SACK block if it reports data received twice: below the Ack, or inside the second block.

    Reference: RFC 2883, section 4. All numbers unwrapped.
    """
    if not blocks:
        return None
    left, right = blocks[0]
    inside = len(blocks) > 1 and blocks[1][0] <= left and right <= blocks[1][1]
    return blocks[0] if right <= ack or inside else None


class Direction:
    """The numbers that one end has sent, as far as captured."""

    def __init__(self) -> None:
        self.base: int | None = None
        self.next: int | None = None
        self.acked: int | None = None
        self.outstanding: list[Piece] = []
        self.history: deque[Piece] = deque(maxlen=_HISTORY)
        self.forgotten_below: int | None = None
        self.edge: Piece | None = None
        self.unseen: list[tuple[int, int]] = []
        self.opened = False
        self.zero: int | None = None

    def unwrapped(self, seq: int) -> int:
        """A sequence number of this direction, unwrapped."""
        near = self.next if self.next is not None else self.acked
        return seq if near is None else unwrap(seq, near)

    def begin(self, seq: int, zero: int | None = None) -> None:
        """Enter the number of a SYN. Numbers that only empty segments told are of another connection if they lie far
        from it, or were counted from another `zero` (the number on the wire that tshark calls 0).
        """
        strange = not (self.opened or self.outstanding or self.history)
        moved = None not in (zero, self.zero) and zero != self.zero
        if strange and self.next is not None and (moved or abs(self.unwrapped(seq) - self.next) > _FAR):
            self.base = self.next = self.acked = self.edge = None
            self.unseen.clear()
        self.opened = True

    def send(self, frame: int, time: Decimal, tcp: Tcp, *, ident: str = "", copy: bool = False) -> Sent:
        """Enter one captured segment of this direction: `time` in relative seconds; what of it is fresh.

        `ident` is the identification of its IP packet. A `copy` is a packet that was captured before: nothing is
        sent again by it.
        """
        if not self.opened:
            zero = (tcp.seq_raw - tcp.seq) % _WRAP
            if tcp.syn:
                self.begin(tcp.seq, zero)
            self.zero = zero
        start = self.unwrapped(tcp.seq)
        end = start + tcp.length + int(tcp.syn) + int(tcp.fin)
        expected = self.next
        if tcp.rst and end == start and expected is None:
            # A RST to a SYN has the number of no connection (RFC 9293, section 3.5.2).
            return Sent(start, end, 0, 0, 0, None, False, False, None, None)
        if self.base is None:
            self.base = start
        if expected is None:
            self.next = expected_now = start
        else:
            expected_now = expected
        edge = self.edge
        if end == start:
            gap = max(0, start - expected_now)
            if gap and not tcp.rst:
                # The numbers before it were used, though no captured frame carried them.
                self.next, self.edge = start, None
            return Sent(start, end, 0, 0, gap, expected, False, False, None, None, edge=edge)
        acknowledged = self.acked is not None and end <= self.acked
        ahead = start >= expected_now
        first = None if ahead else self._carrier(start, end)
        lowest = first and (self._confirmed_from(start, end) or first)
        fresh_parts = [(start, end)] if ahead else self._fresh(start, end)
        fresh_numbers = sum(right - left for left, right in fresh_parts)
        fresh = 0
        for left, right in fresh_parts:
            has_syn = tcp.syn and left == start
            has_fin = tcp.fin and right == end
            payload = right - left - int(has_syn) - int(has_fin)
            fresh += payload
            piece = Piece(left, right, frame, payload, has_syn, has_fin, (left, right) == (start, end), time, ident)
            self._keep(piece)
            if right > expected_now:
                self.edge = piece
        repeated = (end - start) - fresh_numbers
        earlier = first.within(start, end) if repeated and first is not None else None
        if earlier is not None and copy:
            self._note_twin(start, end)
        elif earlier is not None:
            self._note_copy(start, end, frame, time, ident)
        forgotten = bool(repeated) and earlier is None and self._forgot(start)
        fills = bool(fresh_numbers) and start < expected_now
        self.next = max(expected_now, end)
        return Sent(
            start=start,
            end=end,
            fresh=fresh,
            repeated=repeated,
            gap=max(0, start - expected_now),
            expected=expected,
            fills=fills,
            acknowledged=acknowledged,
            first_frame=lowest.frame if earlier and lowest else None,
            first_time=lowest.time if earlier and lowest else None,
            earlier=earlier,
            forgotten=forgotten,
            edge=edge,
            above=self._beginning_at(end) if fills else None,
            late=self._late(start + int(tcp.syn), end - int(tcp.fin)) if self.unseen else 0,
        )

    def acknowledge(self, ack: int) -> Confirmation | None:
        """Enter an Ack of the peer; None when it confirms nothing new."""
        ack = self.unwrapped(ack)
        if self.acked is not None and ack <= self.acked:
            return None
        before = self.acked if self.acked is not None else self.base
        if self.acked is None and self.opened and before is not None and ack <= before:
            return None  # no number of this connection, whose beginning is known
        if before is None or ack <= before:
            self.acked = ack
            if self.next is None:
                self.base = self.next = ack
            return None
        if self.forgotten_below is not None and before < self.forgotten_below <= ack:
            before = self.forgotten_below
        done: list[Piece] = []
        partial: Piece | None = None
        partial_bytes = 0
        while self.outstanding and self.outstanding[0].start < ack:
            piece = self.outstanding.pop(0)
            if piece.end <= ack:
                done.append(piece)
                self.history.append(piece)
            else:
                partial = piece
                partial_bytes = ack - piece.start - int(piece.syn)
                cut = replace(piece, start=ack, payload=piece.payload - partial_bytes, syn=False, whole=False)
                self.outstanding.insert(0, cut)
                self.history.append(replace(piece, end=ack, payload=partial_bytes, fin=False, whole=False))
                break
        payload = sum(piece.payload for piece in done) + partial_bytes
        syn = sum(piece.syn for piece in done) + int(partial.syn if partial else 0)
        fin = sum(piece.fin for piece in done)
        unseen = ack - before - payload - syn - fin
        if unseen:
            self._note_unseen(before, ack, [*done, partial] if partial is not None else done)
        self.acked = ack
        if self.next is None or ack > self.next:
            self.next, self.edge = ack, None
        return Confirmation(
            ack=ack,
            before=before,
            pieces=tuple(done),
            partial=partial,
            partial_bytes=partial_bytes,
            payload=payload,
            syn=syn,
            fin=fin,
            unseen=unseen,
        )

    def covering(self, number: int) -> Piece | None:
        """The piece that carried a number, if it is still remembered."""
        return self._carrier(number, number + 1)

    def carriers(self, start: int, end: int) -> list[Piece]:
        """The remembered pieces that carried any of [start, end), in order of their numbers."""
        found: list[Piece] = []
        for piece in reversed(self.history):
            if piece.end <= start:
                break
            if piece.start < end:
                found.append(piece)
        found.reverse()
        for piece in self.outstanding[self._first_reaching(start) :]:
            if piece.start >= end:
                break
            found.append(piece)
        return found

    def _fresh(self, start: int, end: int) -> list[tuple[int, int]]:
        """Parts of [start, end) that no Ack has confirmed and no captured frame has carried."""
        parts: list[tuple[int, int]] = []
        left = start if self.acked is None else max(start, self.acked)
        for piece in self.outstanding[self._first_reaching(left) :]:
            if piece.start >= end:
                break
            if piece.start > left:
                parts.append((left, piece.start))
            left = max(left, piece.end)
        if left < end:
            parts.append((left, end))
        return parts

    def _note_unseen(self, left: int, right: int, pieces: Sequence[Piece]) -> None:
        """Remember the parts of [left, right) that these pieces, in order, leave open."""
        for piece in pieces:
            if piece.start > left:
                self.unseen.append((left, piece.start))
            left = max(left, piece.end)
        if left < right:
            self.unseen.append((left, right))
        del self.unseen[:-_UNSEEN]

    def _late(self, start: int, end: int) -> int:
        """How many numbers of [start, end) had been confirmed unseen; from now on they are seen."""
        late, open_parts = 0, []
        for left, right in self.unseen:
            low, high = max(left, start), min(right, end)
            if low >= high:
                open_parts.append((left, right))
                continue
            late += high - low
            open_parts += [part for part in ((left, low), (high, right)) if part[0] < part[1]]
        self.unseen = open_parts
        return late

    def _first_reaching(self, number: int) -> int:
        index = bisect_left(self.outstanding, number, key=lambda piece: piece.start)
        return index - 1 if index and self.outstanding[index - 1].end > number else index

    def _carrier(self, start: int, end: int) -> Piece | None:
        for piece in self.outstanding[self._first_reaching(start) :]:
            if piece.start >= end:
                break
            return piece
        for piece in reversed(self.history):
            if piece.start < end and piece.end > start:
                return piece
            if piece.end <= start:
                break
        return None

    def _confirmed_from(self, start: int, end: int) -> Piece | None:
        """The confirmed piece that carried the lowest of these numbers, if it is still remembered; a SYN is no data."""
        found = None
        for piece in reversed(self.history):
            if piece.end <= start:
                break
            found = piece if piece.start < end and (piece.payload or not piece.syn) else found
        return found

    def _note_copy(self, start: int, end: int, frame: int, time: Decimal, ident: str) -> None:
        for index in range(self._first_reaching(start), len(self.outstanding)):
            piece = self.outstanding[index]
            if piece.start >= end:
                break
            if piece.frame != frame:
                self.outstanding[index] = _resent(piece, frame, time, (start, end), ident)
        for back in range(1, len(self.history) + 1):
            piece = self.history[-back]
            if piece.end <= start:
                break
            if piece.start < end:
                self.history[-back] = _resent(piece, frame, time, (start, end), ident)

    def _note_twin(self, start: int, end: int) -> None:
        for index in range(self._first_reaching(start), len(self.outstanding)):
            if self.outstanding[index].start >= end:
                break
            self.outstanding[index] = replace(self.outstanding[index], copied=True)

    def _beginning_at(self, number: int) -> Piece | None:
        index = bisect_left(self.outstanding, number, key=lambda piece: piece.start)
        found = self.outstanding[index] if index < len(self.outstanding) else None
        return found if found is not None and found.start == number else None

    def _forgot(self, number: int) -> bool:
        return len(self.history) == _HISTORY and number < self.history[0].start

    def _keep(self, piece: Piece) -> None:
        if not self.outstanding or self.outstanding[-1].start <= piece.start:
            self.outstanding.append(piece)
        else:
            insort(self.outstanding, piece, key=lambda each: each.start)
        if len(self.outstanding) > _OUTSTANDING:
            self.forgotten_below = self.outstanding.pop(0).end


def _resent(piece: Piece, frame: int, time: Decimal, span: tuple[int, int], ident: str) -> Piece:
    return replace(
        piece,
        resent=(*piece.resent, frame)[-_COPIES:],
        times=(*piece.times, time)[-_COPIES:],
        spans=(*piece.spans, span)[-_COPIES:],
        idents=(*piece.idents, ident)[-_COPIES:],
    )
