"""The values of the ledger: a piece of numbers, what one segment sent, what one Ack confirms."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from decimal import Decimal

from reporter.model.value import value


@value
class Piece:
    """Numbers [start, end) first carried by `frame`; `payload` of them are bytes, the rest SYN or FIN.

    `whole` is False when the frame carried more than this piece (a partly repeated segment).
    `ident` is the IP identification. `resent` are later frames that carried any of it again, `times` their times,
    `spans` the numbers they carried, `idents` their identifications. `copied` tells that the same packet was captured
    a second time: when it reached the other end is then not known.
    """

    start: int
    end: int
    frame: int
    payload: int
    syn: bool
    fin: bool
    whole: bool
    time: Decimal
    ident: str = ""
    resent: tuple[int, ...] = ()
    times: tuple[Decimal, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    idents: tuple[str, ...] = ()
    copied: bool = False

    def within(self, start: int, end: int) -> Piece:
        """The same piece with only those copies that carried any of [start, end)."""
        if not self.resent:
            return self
        kept = [index for index, (left, right) in enumerate(self.spans) if left < end and right > start]
        if len(kept) == len(self.resent):
            return self
        return replace(
            self,
            resent=tuple(self.resent[index] for index in kept),
            times=tuple(self.times[index] for index in kept),
            spans=tuple(self.spans[index] for index in kept),
            idents=tuple(self.idents[index] for index in kept),
        )


@value
class Sent:
    """What one segment did to its direction.

    `fresh` payload bytes were new, `repeated` numbers had been captured before (from `first_frame` on),
    `gap` numbers before it have not been captured, `fills` tells that it lies below numbers seen earlier,
    `acknowledged` that the peer had confirmed all of it before. `earlier` is the piece that first carried the repeated
    numbers, those not yet confirmed where there are some, with its copies so far (None: not captured, or
    `forgotten`). `edge` is the piece that ended at `expected` (None when only an Ack told it), `above` the piece
    captured before that begins where this segment ends. `late` payload bytes had been confirmed before any captured
    frame carried them.
    """

    start: int
    end: int
    fresh: int
    repeated: int
    gap: int
    expected: int | None
    fills: bool
    acknowledged: bool
    first_frame: int | None
    first_time: Decimal | None
    earlier: Piece | None = None
    forgotten: bool = False
    edge: Piece | None = None
    above: Piece | None = None
    late: int = 0


@value
class Confirmation:
    """What one Ack newly confirms: `ack = before + payload + syn + fin + unseen`.

    `pieces` are confirmed completely, in order; `partial` is the piece that the Ack cuts, of which
    `partial_bytes` are confirmed. `unseen` numbers were confirmed though no captured frame carried them.
    """

    ack: int
    before: int
    pieces: tuple[Piece, ...]
    partial: Piece | None
    partial_bytes: int
    payload: int
    syn: int
    fin: int
    unseen: int

    @property
    def _all(self) -> tuple[Piece, ...]:
        return self.pieces if self.partial is None else (*self.pieces, self.partial)

    def copies(self) -> tuple[int, ...]:
        """The later frames, in order, that carried again what is confirmed and none of it for the first time."""
        found = (piece.within(max(piece.start, self.before), min(piece.end, self.ack)) for piece in self._all)
        return tuple(
            sorted({frame for piece in found for frame in piece.resent} - {piece.frame for piece in self._all})
        )

    def carried_again(self, frames: Container[int]) -> int:
        """How many of the numbers that are confirmed `frames` carried again."""
        total = 0
        for piece in self._all:
            reached, end = max(piece.start, self.before), min(piece.end, self.ack)
            spans = (span for frame, span in zip(piece.resent, piece.spans, strict=True) if frame in frames)
            for left, right in sorted(spans):
                total += max(0, min(right, end) - max(left, reached))
                reached = max(reached, min(right, end))
        return total
