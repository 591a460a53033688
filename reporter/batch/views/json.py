"""results.json: the class for programs."""

from __future__ import annotations

import json
from typing import Any

from reporter.batch.klass import Klass, Member, Partner
from reporter.batch.shared import Evidence
from reporter.batch.words import BatchWords
from reporter.render.json import without_steering

_EVIDENCE = 20


def document(klass: Klass, words: BatchWords) -> dict[str, Any]:
    """The class as JSON tells it."""
    return {"submissions": [_submission(each, words) for each in klass.members]}


def render(klass: Klass, words: BatchWords) -> bytes:
    """The class as JSON in UTF-8."""
    text = json.dumps(document(klass, words), ensure_ascii=False, indent=1) + "\n"
    return without_steering(text).encode("utf-8")


def _submission(member: Member, words: BatchWords) -> dict[str, Any]:
    row, submission = member.row, member.submission
    return {
        "key": submission.key,
        "student": {"id": submission.student.id, "name": submission.student.name},
        "files": list(member.files),
        "status": row.status,
        "reason": words.remarks(row.remarks),
        "remarks": [{"code": each.code, **dict(each.facts)} for each in row.remarks],
        "points": row.points,
        "of": row.of,
        "checks": [
            {
                "id": each["id"],
                "passed": each["passed"],
                "points": each["points"],
                "of": each["of"],
                "text": words.verdict(each),
                "cites": [{"capture": cite["capture"], "frames": cite["frames"]} for cite in each["cites"]],
            }
            for each in row.verdicts
        ],
        "shared": [_partner(each) for each in member.partners],
        "outputs": [f"reports/{submission.key}/{each.name}" for each in row.outputs],
    }


def _partner(partner: Partner) -> dict[str, Any]:
    return {
        "with": {"id": partner.student.id, "name": partner.student.name},
        "key": partner.key,
        "connections": len(partner.evidence),
        "evidence": [_evidence(each, partner.turned) for each in partner.evidence[:_EVIDENCE]],
    }


def _evidence(evidence: Evidence, turned: bool) -> dict[str, Any]:
    mine, theirs = (evidence.theirs, evidence.mine) if turned else (evidence.mine, evidence.theirs)
    return {
        "mine": {"capture": mine.capture, "stream": mine.stream, "frames": [mine.first, mine.last]},
        "theirs": {"capture": theirs.capture, "stream": theirs.stream, "frames": [theirs.first, theirs.last]},
        "same_addresses": evidence.same_addresses,
        "same_ports": evidence.same_ports,
        "seconds_apart": None if evidence.apart is None else float(evidence.apart),
    }
