"""Makes the pictures of the README and of the gallery in docs/pictures from bundled captures, so that they stay true.

    .venv/bin/python scripts/pictures.py

Needs pdftoppm (poppler-utils) and chromium; Wireshark's own pictures have a script of their own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "pictures"
CAPTURE = ROOT / "captures" / "page-node-browser.pcapng"
#: Pages of the PDF that are shown: the first that hold these words.
WANTED = {
    "zh": ("流 0 的时序图\n", "第 1 帧的报文窗口\n"),
    "en": ("Stream 0 in time order\n", "Packet window of frame 1\n"),
}
#: What the covers say.
NAMES = {
    "zh": ("--student", "李示例", "--id", "00000000", "--date", "2026-01-01"),
    "en": ("--student", "Example Student", "--id", "00000000", "--date", "2026-01-01"),
}
_EDGE = 12


class Sample(NamedTuple):
    """A report of the gallery: its capture, language and theme; the pages shown are the first that hold these words."""

    capture: str
    language: str
    theme: str
    words: tuple[str, ...]
    first: int = 1


#: The pictures of docs/gallery.*.md by name; the commands under them there make the same reports.
GALLERY = {
    "gallery-lab.zh": Sample("page-nginx-browser.pcapng", "zh", "lab", ("李示例", "各请求的时间\n", "台账（除注明外")),
    "gallery-lab.en": Sample(
        "loss-fast-retransmit.pcapng",
        "en",
        "lab",
        ("Example Student", "Trouble on stream 0\n", "Sequence numbers of stream 0 over time\n"),
    ),
    "gallery-brief": Sample("page-node-curl.pcapng", "en", "brief", ("",) * 2),
    "gallery-plain": Sample("half-close.pcapng", "zh", "plain", ("李示例", "流 0 的时序图\n")),
}


def run(*command: object) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd=ROOT)
    return done.stdout.decode("utf-8", "replace")


def reporter(*arguments: object) -> None:
    """Run the program; 4 (a submission could not be used) is success here."""
    done = subprocess.run([sys.executable, "-m", "reporter", *map(str, arguments)], cwd=ROOT, capture_output=True)
    if done.returncode not in (0, 4):
        raise SystemExit(done.stderr.decode())


def beside(pictures: list[Image.Image], height: int) -> Image.Image:
    """The pictures in a row, framed by a thin line, all of one height."""
    scaled = [each.convert("RGB").resize((round(each.width * height / each.height), height)) for each in pictures]
    row = Image.new("RGB", (sum(each.width + _EDGE for each in scaled) + _EDGE, height + 2 * _EDGE), "#c8ccd2")
    left = _EDGE
    for each in scaled:
        row.paste(each, (left, _EDGE))
        left += each.width + _EDGE
    return row


def pages(folder: Path, language: str) -> Image.Image:
    """Two pages of the PDF."""
    return sample(folder, Sample(CAPTURE.name, language, "lab", WANTED[language], first=3), 900)


def sample(folder: Path, wanted: Sample, height: int) -> Image.Image:
    """Pages of a report, in a row."""
    pdf = folder / f"{wanted.theme}-{wanted.language}.pdf"
    given = ["--lang", wanted.language, "--theme", wanted.theme, *NAMES[wanted.language]]
    reporter("report", ROOT / "captures" / wanted.capture, "-o", pdf, *given)
    count = int(run("pdfinfo", pdf).partition("Pages:")[2].split()[0])
    texts = {
        number: run("pdftotext", "-f", number, "-l", number, pdf, "-") for number in range(wanted.first, count + 1)
    }
    chosen: list[int] = []
    for words in wanted.words:
        found = [number for number, text in texts.items() if words in text and number not in chosen]
        if not found:
            raise SystemExit(f"no page of {pdf.name} says {words!r}")
        chosen.append(found[0])
    shown = []
    for number in chosen:
        page = folder / f"{pdf.stem}-{number}"
        run("pdftoppm", "-r", 100, "-png", "-singlefile", "-f", number, "-l", number, pdf, page)
        shown.append(Image.open(page.with_suffix(".png")))
    return beside(shown, height)


def screens(folder: Path, language: str) -> Image.Image:
    """The HTML report and the class page, as a browser shows them."""
    page = folder / "report.html"
    reporter("report", CAPTURE, "-o", page, "--lang", language)
    run(sys.executable, "scripts/make_class.py", folder / "class", "--students", 12)
    handed_in, out = folder / "class", folder / "out"
    given = ["--roster", handed_in / "roster.csv", "--rubric", handed_in / "rubric.toml", "--formats", "html"]
    reporter("batch", handed_in / "submissions.zip", "-o", out, *given, "--quiet", "--lang", language)
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        return beside([_screen(browser, page, "#overview"), _screen(browser, out / "index.html")], 640)


def _screen(browser: Browser, page: Path, place: str = "") -> Image.Image:
    shown = browser.new_page(viewport={"width": 1000, "height": 900})
    shown.goto(page.as_uri() + place)
    taken = Image.open(BytesIO(shown.screenshot()))
    shown.close()
    return taken


def main() -> None:
    """Write the pictures, in few colours to keep them small."""
    TARGET.mkdir(exist_ok=True)
    for language, ending in (("zh", ".zh"), ("en", "")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for title, picture in (("report", pages(folder, language)), ("pages", screens(folder, language))):
                save(f"{title}{ending}", picture)
    with tempfile.TemporaryDirectory() as name:
        for title, wanted in GALLERY.items():
            save(title, sample(Path(name), wanted, 720))


def save(title: str, picture: Image.Image) -> None:
    """Write a picture."""
    picture.quantize(64).save(TARGET / f"{title}.png", optimize=True)


if __name__ == "__main__":
    main()
