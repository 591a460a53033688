"""Results in an output folder of which the submissions are not there any more: removed, unless that is most of them.

A row may be called otherwise than before, with another roster or pattern: what was handed in by it tells too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reporter.batch.job import digest_of
from reporter.batch.ledger import Ledger
from reporter.batch.submission import Submission
from reporter.errors import UsageTrouble


def gone_from(
    ledger: Ledger, submissions: Sequence[Submission], output: Path, *, let_go: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys in the ledger that none of these submissions (with their files) has; and those of work that is lost.

    Raises UsageTrouble where more than half of the work that was done would be lost, unless it is let go: the
    submissions are then another class, or a part of this one.
    """
    gone = tuple(sorted(ledger.rows().keys() - {each.key for each in submissions}))
    done = ledger.worked_on()
    lost = tuple(key for key in gone if key in done)
    if lost:
        # Only now: it is every capture of the class that is read for this.
        there = {digest_of(piece.path) for each in submissions for piece in each.captures}
        lost = tuple(key for key in lost if not done[key] & there)
    if not let_go and 2 * len(lost) > len(done):
        raise UsageTrouble(
            f"the folder holds the results of another class: {len(lost)} of its {len(done)} submissions are not"
            " among these, and their reports would be removed",
            where=f"-o {output}",
            to_do="name another folder with -o, or correct the path of the submissions; with --replace the earlier"
            " results are removed",
        )
    return gone, lost
