"""A class whose names and captures carry hostile text: in the class page, tables, JSON, ledger, logs and grade book
it is text."""

from __future__ import annotations

import csv
import html
import io
import json
import sqlite3
import zipfile
from html.parser import HTMLParser

import pytest

from tests.batch.test_class import batch
from tests.hostile import KINDS, comments_of, harmless, write_hostile

pytestmark = [pytest.mark.tshark, pytest.mark.slow, pytest.mark.xdist_group("hostile-class")]
RUBRIC = """
[[check]]
id = "asked"
kind = "exchange"
host = "*"
points = 2
[[check]]
id = "told"
kind = "filter"
filter = 'http contains "{student.name}"'
points = 1
"""


def named(kind):
    """What a student may call a file; a slash would make folders of it."""
    return kind.decode("utf-8", "replace").replace("/", "_")[:60]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    top = tmp_path_factory.mktemp("hostile-class")
    capture = write_hostile(top / "hostile.pcapng", exchanges=2, longest=2000).read_bytes()
    with zipfile.ZipFile(top / "class.zip", "w") as archive:
        for number, kind in enumerate(KINDS):
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w") as each:
                if number % 4 == 3:
                    each.writestr(f"{named(kind)}.pcapng", b"no capture" + kind)
                else:
                    each.writestr(f"{named(kind)}.pcapng", capture)
                if number % 5 == 0:
                    each.writestr("report.toml", f"stream = {json.dumps(named(kind))}")
            archive.writestr(f"202600{number:02}-{named(kind)}.zip", inner.getvalue())
    (top / "rubric.toml").write_text(RUBRIC)
    book = io.StringIO()
    csv.writer(book).writerows(
        [("学号", "姓名", "成绩"), *((f"202600{number:02}", named(kind), "") for number, kind in enumerate(KINDS))]
    )
    (top / "grades.csv").write_text(book.getvalue(), encoding="utf-8", newline="")
    folder = top / "out"
    asked = ("--rubric", top / "rubric.toml", "--formats", "pcapng", "--jobs", "2", "--gradebook", top / "grades.csv")
    runs = [
        batch(top / "class.zip", folder, *asked, "--dry-run"),
        batch(top / "class.zip", folder, *asked, "--json"),
    ]
    return folder, runs


def test_everybody_has_a_row_and_what_is_printed_steers_nothing(out):
    for done in out[1]:
        harmless(done.stdout.decode())
        harmless(done.stderr.decode())
    rows = json.loads(out[1][1].stdout)["submissions"]
    assert json.loads((out[0] / "results.json").read_bytes())["submissions"] == rows
    assert [row["student"]["id"] for row in rows] == [f"202600{number:02}" for number in range(len(KINDS))]
    statuses = [row["status"] for row in rows]
    assert set(statuses[3::4]) == {"unreadable"}
    assert {status for at, status in enumerate(statuses) if at % 4 != 3} <= {"ok", "warnings"}
    assert {row["points"] for at, row in enumerate(rows) if at % 4 != 3} == {2, 3}


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.names, self.attributes = [], set()

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


def test_the_class_page_shows_text(out):
    page = (out[0] / "index.html").read_text(encoding="utf-8")
    harmless(page)
    tags = Tags()
    tags.feed(page)
    assert tags.names.count("script") == 1
    assert not {"img", "iframe", "object", "base", "form"} & set(tags.names)
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert not [value for name, value in tags.attributes if name in ("href", "src") and ":" in value]
    assert "{{ 7*7 }}" in html.unescape(page)
    assert "<script>window.hostile=1<_script>" in html.unescape(page)


def test_no_cell_of_a_table_is_a_formula_or_steers(out):
    text = (out[0] / "results.csv").read_text(encoding="utf-8-sig")
    harmless(text.replace("\r\n", "\n"))
    for row in csv.reader(io.StringIO(text)):
        assert not [cell for cell in row if cell.lstrip()[:1] in tuple("=+-@\t|%")]
    with zipfile.ZipFile(out[0] / "results.xlsx") as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    everything = html.unescape("".join(parts.values()))
    harmless(everything.replace("\r\n", "\n"))
    assert "<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert "<hyperlink" not in everything
    assert "_x001B_" not in everything


def test_what_is_kept_steers_no_terminal(out):
    """The ledger, the logs, and the names of all files."""
    for path in out[0].rglob("*"):
        harmless(path.name)
        if path.suffix == ".log":
            harmless(path.read_text(encoding="utf-8"))
    assert list((out[0] / "logs").glob("*.log"))
    with sqlite3.connect(out[0] / "ledger.sqlite") as ledger:
        dump = "\n".join(ledger.iterdump())
    harmless(dump)
    assert "7*7" in dump


def test_the_grade_book_has_points_and_is_else_as_it_was(out):
    book = (out[0].parent / "grades.csv").read_bytes().decode()
    rows = list(csv.reader(io.StringIO(book)))
    assert [row[1] for row in rows[1:]] == [row[0] for row in csv.reader(io.StringIO(as_written()))]
    assert {row[2] for at, row in enumerate(rows[1:]) if at % 4 != 3} == {"2", "3"}
    assert {row[2] for row in rows[4::4]} == {""}


def as_written():
    text = io.StringIO()
    csv.writer(text).writerows((named(kind),) for kind in KINDS)
    return text.getvalue()


def test_the_annotated_copies_have_text_in_their_comments(out):
    copies = sorted(out[0].glob("reports/*/*-annotated.pcapng"))
    assert len(copies) == len(KINDS) - len(KINDS) // 4
    told = comments_of(copies[0])
    assert "script>window.hostile=1" in told
    harmless(told)
