"""index.html: the class page. It carries all it needs, and runs nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reporter import __version__
from reporter.batch.klass import Klass, Member, points_text, verdict_sign
from reporter.batch.run import REPORTS
from reporter.batch.shared import Evidence, Shared
from reporter.batch.views.sheet import sharing
from reporter.batch.words import BatchWords, shown, titles
from reporter.pipeline.catalogue import entries
from reporter.resources import templates_dir

_BINS, _FINDINGS, _EVIDENCE = 10, 15, 8
#: Topics of `reporter.rules` that speak of trouble.
_TROUBLE = ("capture_quality", "capture_endings", "handshake_trouble", "loss", "stream_endings")
_NAMES = {"report.html": "HTML", "report.pdf": "PDF"}


def render(klass: Klass, words: BatchWords) -> bytes:
    """The class as one HTML page in UTF-8."""
    folder = templates_dir() / "batch"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = (Markup(_read(folder / name)) for name in ("page.css", "page.js"))  # noqa: S704 (files of ours)
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none'; "
        "form-action 'none'"
    )
    page = environment.get_template("index.html.j2").render(
        words=words,
        say=words.say,
        language={"zh": "zh-CN"}.get(words.language, words.language),
        version=__version__,
        style=style,
        script=script,
        policy=policy,
        klass=klass,
        rows=[_row(each, words) for each in klass.members],
        statuses=[(status, words.status(status), count) for status, count in klass.statuses()],
        bins=_bins(klass),
        rankings=[
            (words.say("page", name), found)
            for name, found in zip(("troubles", "findings"), _findings(klass, words), strict=True)
            if found
        ],
        mistakes=klass.mistakes(),
        pairs=[_pair(each, klass, words) for each in klass.shared],
    )
    return page.encode("utf-8", "replace")


def _row(member: Member, words: BatchWords) -> dict[str, Any]:
    row, key = member.row, member.submission.key
    return {
        "key": key,
        "id": shown(member.student.id),
        "name": shown(member.student.name),
        "status": row.status,
        "status_text": words.status(row.status),
        "remarks": [words.remark(each) for each in row.remarks],
        "points": points_text(row.points),
        "sort_points": -1 if row.points is None else row.points,
        "of": points_text(row.of),
        "shared": sharing(member, words),
        "verdicts": [
            {
                "id": each["id"],
                "sign": verdict_sign(each),
                "text": words.verdict(each),
                "points": points_text(each["points"]),
                "of": points_text(each["of"]),
            }
            for each in row.verdicts
        ],
        "links": [
            (_NAMES.get(each.name, each.name), "/".join(quote(part) for part in (REPORTS, key, each.name)))
            for each in row.outputs
        ],
        "files": [shown(each) for each in member.files[:20]],
    }


def _bins(klass: Klass) -> list[dict[str, Any]]:
    """The distribution of points in up to ten steps of equal width."""
    most = klass.rubric.points if klass.rubric is not None else 0
    points = [each.row.points for each in klass.members if each.row.points is not None]
    if not most or not points:
        return []
    counts = [0] * _BINS
    for each in points:
        counts[min(int(round(each * _BINS / most, 6)), _BINS - 1)] += 1
    largest = max(counts)
    return [
        {
            "low": points_text(round(most * place / _BINS, 2)),
            "high": points_text(round(most * (place + 1) / _BINS, 2)),
            "count": count,
            "height": round(100 * count / largest),
        }
        for place, count in enumerate(counts)
    ]


def _findings(klass: Klass, words: BatchWords) -> tuple[list[tuple[str, str, int]], list[tuple[str, str, int]]]:
    """The commonest situations that mean trouble, and the commonest of the others."""
    known, troubles = titles(words.language), _troubles()
    found = [(code, known.get(code, code), count) for code, count in klass.findings()]
    bad = [each for each in found if each[0] in troubles]
    return bad[:_FINDINGS], [each for each in found if each not in bad][:_FINDINGS]


@cache
def _troubles() -> frozenset[str]:
    """The codes of the topics that speak of what went wrong, on the wire or in capturing."""
    return frozenset(each.code for each in entries() if each.topic in _TROUBLE)


def _pair(pair: Shared, klass: Klass, words: BatchWords) -> dict[str, Any]:
    by_key = {each.submission.key: each for each in klass.members}
    one, other = by_key[pair.one], by_key[pair.other]
    return {
        "one": words.person(one.student, pair.one),
        "other": words.person(other.student, pair.other),
        "one_key": pair.one,
        "other_key": pair.other,
        "count": len(pair.evidence),
        "evidence": [_evidence(each, words) for each in pair.evidence[:_EVIDENCE]],
        "more": max(len(pair.evidence) - _EVIDENCE, 0),
    }


def _evidence(each: Evidence, words: BatchWords) -> str:
    mine, theirs = each.mine, each.theirs
    return words.say(
        "page",
        "evidence",
        mine_capture=mine.capture,
        mine_stream=mine.stream,
        mine_first=mine.first,
        mine_last=mine.last,
        their_capture=theirs.capture,
        their_stream=theirs.stream,
        their_first=theirs.first,
        their_last=theirs.last,
        addresses=words.say("page", "addresses-same" if each.same_addresses else "addresses-other"),
        ports=words.say("page", "ports-same" if each.same_ports else "ports-other"),
        times=_times(each.apart, words),
    )


def _times(apart: Decimal | None, words: BatchWords) -> str:
    if apart is None:
        return words.say("page", "times-unknown")
    shown = round(apart, 3)
    return words.say("page", "times-other", seconds=f"{shown:f}") if shown else words.say("page", "times-same")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
