"""Writes templates/examples/rules.json: what each rule says of a bundled capture. `--check` only compares.

Run it with the project's Python after captures, rules or prose have changed:

    .venv/bin/python scripts/examples.py
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reporter.errors import Trouble  # noqa: E402 (the path comes first)
from reporter.explain.words import Words  # noqa: E402
from reporter.options import LANGUAGES  # noqa: E402
from reporter.pipeline import Explanation  # noqa: E402

TARGET = ROOT / "templates" / "examples" / "rules.json"
#: Captures of whole, ordinary lab work: examples come from these where they can.
_FIRST = ("page-nginx-browser", "keepalive-full", "page-node-browser", "dns-arp-curl")
_ENDINGS = (".pcap", ".pcapng", ".pcapng.gz")

Examples = dict[str, dict[str, Any]]


def captures() -> list[Path]:
    """The bundled captures, those that teach best first."""
    found = [path for path in (ROOT / "captures").iterdir() if path.name.endswith(_ENDINGS)]
    rank = {name: index for index, name in enumerate(_FIRST)}
    return sorted(found, key=lambda path: (rank.get(path.name.partition(".")[0], len(rank)), path.name))


def said_of(path: Path, words: Iterable[Words]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that is said in full of a capture: the entry in the words, and the example."""
    explanation = Explanation(path, strict=True)
    for each in explanation:
        for finding in each.findings:
            if not finding.again:
                text = {one.language: one.text(finding) for one in words}
                yield finding.rule, {"capture": path.name, "frame": finding.frame, "text": text}
    endings = explanation.endings()
    for ending in [*(each for number in sorted(endings.streams) for each in endings.streams[number]), *endings.capture]:
        text = {one.language: one.plain(ending.entry, "text", ending.facts) for one in words}
        where = {} if ending.stream is None else {"stream": ending.stream}
        yield ending.entry, {"capture": path.name, **where, "text": text}


def examples(paths: Iterable[Path]) -> Examples:
    """The first example of each entry."""
    words = [Words(language) for language in LANGUAGES]
    found: Examples = {}
    for path in paths:
        try:
            for name, example in said_of(path, words):
                found.setdefault(name, example)
        except Trouble as trouble:
            print(f"{path.name}: {trouble.what}", file=sys.stderr)  # noqa: T201
    return found


def written(found: Examples) -> str:
    """The file's text."""
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Write the file, or with `--check` say whether it is fresh."""
    text = written(examples(captures()))
    if "--check" not in sys.argv:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(text, encoding="utf-8")
        return 0
    fresh = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
    if not fresh:
        print(f"{TARGET} is stale: run scripts/examples.py", file=sys.stderr)  # noqa: T201
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
