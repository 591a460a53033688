"""Results in an output folder of which the submissions are not there any more: removed, unless that is most of them.

A row may be called otherwise than before, with another roster or pattern, and the same people hand in other work next
week: the captures tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reporter.batch.job import digest_of
from reporter.batch.ledger import Ledger
from reporter.batch.submission import Submission
from reporter.errors import UsageTrouble

#: From so many submissions on it is no chance that none of them is as it was; and of how many one at least has to be.
_CLASS, _ONE_IN = 5, 10


def gone_from(
    ledger: Ledger, submissions: Sequence[Submission], output: Path, *, let_go: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys in the ledger that none of these submissions (with their files) has; and those of work that is lost.

    Work is lost of whom nothing is there any more, also of those who are on the roster. Raises UsageTrouble where that
    is more than half of the work, or (nearly) everybody has handed in something else, unless it is let go: the
    submissions are then another class, a part of this one, or another task.
    """
    gone = tuple(sorted(ledger.rows().keys() - {each.key for each in submissions}))
    there = {each.key: each for each in submissions if each.entries}
    done = ledger.worked_on()
    lost = tuple(key for key in sorted(done) if key not in there)
    if lost:
        everything = _digests(submissions)
        lost = tuple(key for key in lost if not done[key] & everything)
    if not let_go and 2 * len(lost) > len(done):
        raise _refused(output, f"another class: {len(lost)} of its {len(done)} submissions are not among these")
    if not let_go and _is_other_work(done, there):
        raise _refused(output, "other submissions of these students: their captures are not among these")
    return gone, lost


def _is_other_work(done: Mapping[str, set[str]], there: Mapping[str, Submission]) -> bool:
    """Whether what is there is by the same people, and (nearly) none of it is what was worked on."""
    known = [key for key in done if done[key] and key in there]
    wanted = len(known) // _ONE_IN + 1
    same = 0
    for key in known:
        same += bool(done[key] & _digests([there[key]]))
        if same >= wanted:  # as always: not all captures are read for this
            return False
    return len(known) >= _CLASS


def _digests(submissions: Iterable[Submission]) -> set[str]:
    return {digest_of(piece.path) for each in submissions for piece in each.captures}


def _refused(output: Path, what: str) -> UsageTrouble:
    return UsageTrouble(
        f"the folder holds the results of {what}, and their reports would be removed",
        where=f"-o {output}",
        to_do="name another folder with -o, or correct the path of the submissions; with --replace the earlier results"
        " are removed",
    )
