"""`reporter new` and `reporter report DIR`: a folder of one's own words, pictures and captures becomes a report."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

from reporter.cli.main import app, ending
from reporter.report import sections
from tests.captures import BUNDLED, ROOT

pytestmark = pytest.mark.tshark
CAPTURE = BUNDLED / "refused.pcapng"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Runs `reporter` in this process, in an empty folder: the exit code and the message."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["reporter", *map(str, arguments)])
        capsys.readouterr()
        code = ending(app)
        out, message = capsys.readouterr()
        assert "Traceback" not in message
        return code, out + message

    return call


@pytest.fixture
def lab(run):
    """A folder with a capture and nothing else but a report.toml that asks for HTML."""
    folder = Path("lab")
    folder.mkdir()
    shutil.copy(CAPTURE, folder / "lab.pcapng")
    (folder / "report.toml").write_text('lang = "en"\noutput = "report.html"\n')
    return folder


def page(lab, run):
    assert run("report", lab) == (0, "")
    return (lab / "report.html").read_text(encoding="utf-8")


def test_what_no_font_has_is_said_beside_the_pdf(lab, run, monkeypatch):
    monkeypatch.setattr("reporter.render.pdf.laid_out", lambda *_: (b"%PDF-", "🎉"))
    code, said = run("report", lab, "-o", "report.pdf")
    assert (code, "has the characters 🎉" in said, Path("report.pdf").exists()) == (0, True, True)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_new_folder_becomes_a_report(run, lang):
    code, out = run("new", "my-lab", "--lang", lang)
    assert code == 0
    names = {path.name for path in Path("my-lab").iterdir()}
    assert names == {"report.toml", "before-method.md", "after-summary.md"}
    assert all(name in out for name in names)
    code, out = run("report", "my-lab")
    assert (code, "holds no capture" in out) == (1, True)
    shutil.copy(CAPTURE, "my-lab/lab.pcapng")
    assert run("report", "my-lab", "-o", "out.html") == (0, "")
    made = Path("out.html").read_text(encoding="utf-8")
    assert ("示例" if lang == "zh" else "(sample)") in made
    assert 'id="own-1"' in made
    assert made.index('id="own-1"') < made.index('id="method"') < made.index('id="summary"') < made.index('id="own-2"')


def test_every_key_in_the_starter_is_one_that_may_be_written(run):
    """Each commented line, once it is no comment, is understood."""
    for lang in ("zh", "en"):
        run("new", lang, "--lang", lang)
        file = Path(lang) / "report.toml"
        lines = [
            line.removeprefix("# ") if line.startswith("# ") and ("= " in line or line.startswith("# [")) else line
            for line in file.read_text(encoding="utf-8").splitlines()
        ]
        file.write_text("\n".join(lines), encoding="utf-8")
        code, out = run("report", lang)
        assert (code, "there is no capture 'opening.pcapng'" in out) == (1, True), out


def test_nothing_is_overwritten(run):
    Path("my-lab").mkdir()
    Path("my-lab/report.toml").write_text("mine")
    code, out = run("new", "my-lab")
    assert code == 2
    assert "report.toml is there already; nothing was written" in out
    assert [path.name for path in Path("my-lab").iterdir()] == ["report.toml"]
    assert Path("my-lab/report.toml").read_text() == "mine"
    Path("file").write_text("")
    assert run("new", "file")[0] == 2


def test_words_stand_where_their_names_say(lab, run):
    (lab / "before-handshake.md").write_text("Before *it*.\n\n# Mine\n\nApart.\n\n## Deeper\n\nIn.\n")
    (lab / "after-handshake.md").write_text("After it, see [the frame](#frame-1) and Figure 1.\n")
    (lab / "instead-of-summary.md").write_text("# My summary\n\nIn place of it.\n")
    shot = io.BytesIO()
    Image.new("RGB", (3, 3)).save(shot, "PNG")
    (lab / "shot.png").write_bytes(shot.getvalue())
    (lab / "server.py").write_text("def serve():\n    return 'x'\n")
    (lab / "after-method.md").write_text("![A shot](shot.png)\n\n```file=server.py\n```\n")
    made = page(lab, run)
    order = ["Apart.", 'id="handshake"', "Before <em>it</em>", "After it", 'id="exchange"', "My summary", "In place"]
    text = made[made.index("<main") :]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    assert '<a class="ref" href="#frame-1">the frame</a> and <a class="ref" href="#figure-1">' in made
    assert 'id="own-1-1"' in made
    assert "In order of events the capture shows" not in made
    assert '<img src="data:image/png;base64,' in made
    assert '<span class="t-word">def</span>' in made
    for used in ("report.toml", "before-handshake.md", "shot.png", "server.py"):
        assert f"{used}, SHA-256 " in made
    assert "reporter report lab --lang en" in made


def test_a_section_with_nothing_of_ours_shows_the_words(lab, run):
    (lab / "after-before.md").write_text("No name was looked up, I typed the address.\n")
    made = page(lab, run)
    assert 'id="before"' in made
    assert "I typed the address" in made


def test_a_folder_may_name_its_sections_and_their_captures(lab, run):
    shutil.copy(BUNDLED / "truncated.pcapng", lab / "a.pcapng")
    with (lab / "report.toml").open("a") as file:
        file.write('captures = ["lab.pcapng", "a.pcapng"]\nsections = ["teardown", "handshake"]\n')
        file.write('[from]\nhandshake = "lab.pcapng"\n')
    made = page(lab, run)
    assert made.index('id="teardown"') < made.index('id="handshake"')
    assert 'id="summary"' not in made
    assert "lab.pcapng, TCP stream 0 (as asked for this section)" in made


def test_default_outputs_are_both_formats(lab, run, monkeypatch):
    (lab / "report.toml").write_text("")
    asked = []
    monkeypatch.setattr("reporter.pipeline.report.make_reports", lambda *a, **b: asked.extend(a[1]))
    assert run("report", lab)[0] == 0
    assert asked == [lab / "report.pdf", lab / "report.html"]


@pytest.mark.parametrize(
    ("name", "text", "says", "where"),
    [
        (
            "report.toml",
            "captures = ['lap.pcapng']",
            "no capture 'lap.pcapng'; did you mean 'lab.pcapng'",
            "report.toml",
        ),
        ("report.toml", "captures = ['../lab.pcapng']", "outside the folder", "report.toml"),
        ("report.toml", "captures = 3", "must be a list", "report.toml, line 1"),
        ("report.toml", "sections = ['handshak']", "did you mean 'handshake'", "report.toml, line 1"),
        ("report.toml", "sections = ['method', 'method']", "stands twice", "report.toml, line 1"),
        ("report.toml", "capture = 'x'", "did you mean 'captures'", "report.toml, line 1"),
        ("report.toml", "[from]\nhandshak = 'lab.pcapng'", "did you mean 'handshake'", "report.toml, line 2"),
        ("report.toml", "[from]\nhandshake = 'lap.pcapng'", "did you mean 'lab.pcapng'", "report.toml, line 2"),
        ("report.toml", "[from]\nhandshake = 2", "must be text", "report.toml, line 2"),
        ("report.toml", "output = ['../x.html']", "outside the folder", "report.toml"),
        ("report.toml", "filter = 'tcp and'", "refuses the display filter", "report.toml, line 1\n"),
        ("after-handshak.md", "x", "did you mean 'handshake'", "after-handshak.md"),
        ("after-handshake.md", "a\n\n[b](#handshak)", "no place #handshak; did you mean 'handshake'", ".md, line 3"),
        ("after-handshake.md", "[b](#frame-99)", "no place #frame-99", ".md, line 1"),
        ("after-handshake.md", "![b](x.png)", "no file 'x.png'", ".md, line 1"),
    ],
)
def test_what_is_wrong_in_a_folder_is_told(lab, run, name, text, says, where):
    (lab / name).write_text(text)
    code, out = run("report", lab)
    assert code in (1, 2), out
    assert says in out
    assert where in out
    assert "to do:" in out
    assert not (lab / "report.html").exists()


def test_a_frame_of_the_second_capture_has_a_place_that_the_page_of_folders_names(lab, run):
    shutil.copy(BUNDLED / "truncated.pcapng", lab / "second.pcapng")
    (lab / "after-handshake.md").write_text("[b](#frame-999)")
    code, out = run("report", lab)
    assert code == 2
    assert "frame 7 of the second capture is #frame-2-7" in out
    for lang in ("zh", "en"):
        assert "`#frame-2-7`" in (ROOT / "docs" / f"folder.{lang}.md").read_text("utf-8")


def test_a_folder_without_settings(run):
    Path("empty").mkdir()
    code, out = run("report", "empty")
    assert (code, "has no report.toml" in out) == (1, True)
    assert "reporter new" in out


def test_a_title_for_every_section_that_words_may_stand_in():
    """Words may stand in a section that has nothing to say: then it needs its title."""
    from reporter.explain.words import Words

    sections.load()
    for lang in ("zh", "en"):
        words = Words(lang)
        assert all(words.has(f"section-{name}", "title") for name in sections.SECTIONS)
