"""Writes docs/reference/commands.{zh,en}.md from the commands themselves, and the JSON Schema beside them.

`--check` only compares. Run it with the project's Python:

    .venv/bin/python scripts/reference_commands.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import typer  # noqa: E402 (the path comes first)
from typer.cli import get_docs_for_click  # noqa: E402

from reporter.cli.main import app  # noqa: E402

FOLDER = ROOT / "docs" / "reference"
SCHEMA = ROOT / "reporter" / "schemas" / "explain-1.schema.json"
_HEAD = {
    "zh": "# 命令\n\n本文由程序自己的帮助生成（因此是英文），与 `reporter COMMAND --help` 所写一致。\n",
    "en": "# Commands\n\nMade from the program's own help: the same as `reporter COMMAND --help` prints.\n",
}
_EXAMPLES = re.compile(r"^(\w[^\n]*:)\n((?:  [^\n]*\n|\n+(?=  ))+)", re.MULTILINE)


def document(language: str) -> str:
    """The page in one language; the help itself is English."""
    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="reporter")
    text = text.partition("\n")[2].strip() + "\n"
    text = text.replace("\n\b\n", "\n").replace("* `--help`:", "* `-h, --help`:")
    text = _EXAMPLES.sub(lambda match: f"{match[1]}\n\n```text\n{_dedented(match[2])}```\n", text)
    return f"{_HEAD[language]}\n{text}"


def _dedented(block: str) -> str:
    return "".join(f"{line[2:]}\n" for line in block.splitlines())


def files() -> dict[Path, str]:
    """Every file that is generated, with its text."""
    pages = {FOLDER / f"commands.{language}.md": document(language) for language in _HEAD}
    return {**pages, FOLDER / SCHEMA.name: SCHEMA.read_text(encoding="utf-8")}


def main() -> int:
    """Write the files, or with `--check` say whether they are fresh."""
    stale = [path for path, text in files().items() if not path.is_file() or path.read_text("utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path} is stale: run make reference", file=sys.stderr)  # noqa: T201
        return 1 if stale else 0
    for path in stale:
        path.write_text(files()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
