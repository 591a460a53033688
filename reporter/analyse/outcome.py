"""What has become of one TCP connection so far: how it was opened and closed, by whom, and by which frames."""

from __future__ import annotations

from reporter.analyse.lifecycle import Lifecycle
from reporter.analyse.missed import Missed
from reporter.analyse.resets import Stray
from reporter.model.stream import BOTH_ASK, Closing, MissedFin, Opening, Role

_WRAP = 1 << 32


class Outcome(Lifecycle):
    """What SYN, FIN and RST of a conversation have come to: every part of a report draws on it."""

    @property
    def outcome(self) -> Opening:
        """The opening as it stands: refused also where the last attempt after a refusal has had no answer yet."""
        if self.opening is not Opening.UNANSWERED:
            return self.opening
        if self.attempts.refusals:
            return Opening.REFUSED
        return Opening.WRONG_ANSWER if self.attempts.wrong else Opening.UNANSWERED

    @property
    def closing(self) -> Closing:
        """How the connection has ended so far."""
        if self.opening is Opening.REFUSED:
            return Closing.NEVER_OPEN
        if self._cut_off:
            return Closing.RESET
        if self.doubtful_reset is not None and not self.fins:
            return Closing.DOUBTFUL_RESET
        if len(self.fins) == 2:
            if self.crossing:
                return Closing.SIMULTANEOUS
            if len(self.fin_acked) < 2:
                return Closing.UNFINISHED
            first, second = self.fins
            return Closing.THREE_SEGMENT if self.fin_acked[first] == self.fin[second].frame else Closing.FOUR_WAY
        if not self.fins:
            return Closing.NOT_SEEN_OPEN if self.opening is Opening.UNANSWERED else Closing.NOT_CAPTURED
        return Closing.ONE_FIN if self._one_of_two else Closing.HALF_CLOSED

    @property
    def _one_of_two(self) -> bool:
        """Whether the one FIN captured may have had a fellow that was not."""
        unclear = self.unplaced or self.skipped is not None
        return len(self.fins) == 1 and (unclear or self.missing.unclear(self.fins[0].other))

    @property
    def closed_first(self) -> Role | None:
        """Who sent the first FIN, else the RST; None when both closed at once, or nobody, or nothing was open.

        None also where the other end's FIN may have come first and been missed by the capture, and where it cannot be
        told whether the RST ended anything.
        """
        if self.crossing or self.opening is Opening.REFUSED or (self.doubtful_reset is not None and not self.fins):
            return None
        if self._one_of_two and not self._first_sure:
            return None
        if self.fins:
            return self.fins[0]
        return self.reset_by if self.unseen_fin is None else None

    @property
    def unseen_fin(self) -> tuple[Role, Missed] | None:
        """What is very likely a FIN and its sender, where no FIN was captured."""
        return None if self.fins else self.missing.other_than(self.fin)

    @property
    def missed_fin(self) -> MissedFin | None:
        """The FIN that very likely was sent though it was not captured, where the other end's was."""
        if len(self.fins) != 1 or self._cut_off:
            return None
        role = self.fins[0].other
        missed = self.missing.fin(role)
        if missed is None:
            return None
        answered = self.fin[role.other].ack > missed.number
        return MissedFin(role, missed.number % _WRAP, missed.frame, missed.by_ack, answered)

    @property
    def reset_fin(self) -> tuple[Role, int] | None:
        """Who very likely sent a FIN that was not captured, before the RST, and the frame that tells of it."""
        doubtful = self.doubtful_reset
        if doubtful is not None and doubtful.fin is not None and doubtful.sender not in self.fin:
            return doubtful.sender, doubtful.mark.frame
        if self.reset_by is None or self.reset_frame is None:
            return None
        if self.skipped is not None:
            return self.reset_by, self.reset_frame
        found = self.missing.other_than(self.fin)
        return (found[0], found[1].frame) if found is not None else None

    @property
    def doubtful_reset(self) -> Stray | None:
        """A RST with a number that does not fit, after which nothing more came: it may have worked."""
        return None if self.unobeyed or self.reset_frame is not None else self.stray

    @property
    def over(self) -> bool:
        """Whether both ends have closed and confirmed it, or a RST has ended it."""
        missed = self.missed_fin
        return self.reset_frame is not None or len(self.fin_acked) + (missed is not None and missed.by_ack) == 2

    @property
    def handshake(self) -> tuple[int, ...]:
        """Frames of the captured part of the opening, without attempts that were refused before it.

        Of an opening with a SYN of each end also the SYN-ACKs and the ACKs that answer them; where nothing came of it
        every SYN, and the RSTs that refused them.
        """
        marks = {mark.frame for mark in (self.asked, self.syn.get(Role.SERVER)) if mark is not None}
        if self.third_ack is not None:
            marks.add(self.third_ack)
        if self.opening in BOTH_ASK:
            marks.update(self._crossed_answers.values(), self._crossed_acks.values())
        if self.opening in (Opening.UNANSWERED, Opening.REFUSED):
            marks.update(self.attempts.frames)
            marks.update(self.attempts.refusals)
            marks.update(self.attempts.wrong)
        return tuple(sorted(marks))

    @property
    def teardown(self) -> tuple[int, ...]:
        """Frames of the captured part of the closing, in order: FINs, their Acks, a reset."""
        frames = {self.fin[role].frame for role in self.fins} | set(self.fin_acked.values())
        if (missed := self.missed_fin) is not None:
            frames.add(missed.frame)
        if self.doubtful_reset is not None:
            frames.add(self.doubtful_reset.mark.frame)
        if self.reset_frame is not None and self.opening is not Opening.REFUSED:
            frames.add(self.reset_frame)
        return tuple(sorted(frames))
