"""The program as a library: three functions that stay as they are from version to version.

    from reporter.api import explain, packets, report

    report(["lab.pcapng"], ["lab.pdf", "lab.html"], lang="en", student="示例")
    for packet in packets("lab.pcapng", lang="en"):
        print(packet["frame"], packet["text"])

All raise `reporter.errors.Trouble` for what a user can put right: `what`, `where` and `to_do` say it in words.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reporter.capture.file import CaptureFile, check
from reporter.explain.words import Words
from reporter.extract.fieldpass import FieldPass
from reporter.options import ReportOptions
from reporter.pipeline.explain import Explained, Explanation
from reporter.render import json

PathLike = str | os.PathLike[str]


def explain(path: PathLike, *, lang: str = "zh", decode_as: Sequence[str] = ()) -> dict[str, Any]:
    """Everything that is said of a capture, as the object that `reporter explain --format json` writes.

    `lang` is `zh` or `en`; `decode_as` are rules as tshark's `-d` takes them. The object follows the JSON Schema
    `reporter/schemas/explain-1.schema.json`: times in seconds, lengths in bytes. It holds the whole capture; for
    large ones use `packets`.
    """
    file, words, span = Path(path), Words(lang), json.Span()
    told = []
    with _explained(file, decode_as, keep=True) as explanation:
        for each in explanation:
            span.learn(each.seen)
            told.append(_object(each, words))
        endings = explanation.endings()
        streams = [
            json.stream_object(
                stream, [json.ending_object(each, words) for each in endings.streams.get(stream.number, ())]
            )
            for stream in explanation.streams()
        ]
    return {
        "schema": json.SCHEMA,
        "capture": json.capture_object(CaptureFile.of(file), span, explanation.tail),
        "findings": [json.ending_object(each, words) for each in endings.capture],
        "streams": streams,
        "packets": told,
    }


def packets(path: PathLike, *, lang: str = "zh", decode_as: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Each packet of a capture with its findings, in order, in bounded memory: the `$defs.packet` of the schema."""
    words = Words(lang)
    with _explained(Path(path), decode_as, keep=False) as explanation:
        for each in explanation:
            yield _object(each, words)


def report(captures: Sequence[PathLike], outputs: Sequence[PathLike], **options: Any) -> None:
    """Write one report of the captures to each output, PDF or HTML by its ending.

    `options` are the fields of `reporter.options.ReportOptions`: `lang`, `stream`, `display_filter`, `title`,
    `student`, `date`, `theme` and the others. Outputs are complete files, or as they were before.
    """
    from reporter.pipeline.report import make_reports

    paths = [Path(each) for each in captures]
    for path in paths:
        check(path)
    chosen = ReportOptions(**options)
    make_reports(paths, [Path(each) for each in outputs], options=chosen, progress=lambda *_: None)


@contextmanager
def _explained(path: Path, decode_as: Sequence[str], *, keep: bool) -> Iterator[Explanation]:
    check(path)
    rules = tuple(decode_as)
    with FieldPass(path, decode_as=rules) as source:
        yield Explanation(path, decode_as=rules, keep=keep, source=source)


def _object(each: Explained, words: Words) -> dict[str, Any]:
    return json.packet_object(each.seen, each.findings, words)
