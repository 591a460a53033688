"""The pages of some PDF reports look as they did when somebody last looked at them (README.md)."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat
from PIL.PngImagePlugin import PngInfo

from reporter.render.pdf import render_pdf
from tests.captures import BUNDLED
from tests.golden.made import BUILT, HERE, documents, fonts_of, poppler

pytestmark = pytest.mark.tshark
#: Dots per inch, pages in a row of a sheet, and how far two pictures of a page may differ: in levels of 0 to 255,
#: slightly blurred, so that the same words drawn by another version of a font count little, other words much.
_DOTS, _ACROSS, _TOLERANCE, _BLUR = 21, 6, 1.6, 0.9


@dataclass(frozen=True)
class Sheet:
    """One report whose pages are stored."""

    capture: str
    language: str
    theme: str

    @property
    def name(self) -> str:
        return f"{self.capture.partition('.')[0]}.{self.language}.{self.theme}.png"


SHEETS = [
    *(
        Sheet(capture, language, "lab")
        for capture in ("half-close.pcapng", "page-python-curl.pcap", "tls-only.pcapng")
        for language in ("zh", "en")
    ),
    Sheet("dns-arp-curl.pcapng", "zh", "brief"),
    Sheet("loss-rto.pcapng", "en", "plain"),
]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_the_pages_look_the_same(sheet: Sheet, update_golden: bool, tmp_path: Path) -> None:
    if poppler() is None:
        pytest.skip("pdftoppm (poppler) is not installed")
    document = documents(BUNDLED / sheet.capture, [sheet.language], sheet.theme)[sheet.language]
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(render_pdf(document))
    fonts = fonts_of(pdf)
    new = joined(pages_of(pdf, tmp_path))
    golden = HERE / "pages" / sheet.name
    if update_golden:
        golden.parent.mkdir(exist_ok=True)
        note = PngInfo()
        note.add_text("fonts", fonts)
        new.save(golden, optimize=True, pnginfo=note)
    with Image.open(golden) as picture:
        stored = str(picture.info["fonts"])
        wrong = differing(picture.convert("L"), new)
    if fonts != stored:
        pytest.skip(f"the golden pages are set in {stored}; here it would be {fonts}")
    if wrong:
        BUILT.mkdir(parents=True, exist_ok=True)
        new.save(BUILT / sheet.name)
    assert not wrong, f"pages that look otherwise: {wrong}; compare {BUILT / sheet.name}, and if meant: make golden"


def pages_of(pdf: Path, folder: Path) -> list[Image.Image]:
    """Small grey pictures of the pages, in sixteen shades."""
    program = poppler()
    assert program is not None
    subprocess.run([program, "-r", str(_DOTS), "-gray", pdf, folder / "page"], check=True)
    return [Image.open(file).convert("L") for file in sorted(folder.glob("page*.pgm"))]


def joined(pages: list[Image.Image]) -> Image.Image:
    """The pages on one sheet, in sixteen shades; where there is no page, it is black."""
    width, height = pages[0].size
    rows = -(-len(pages) // _ACROSS)
    sheet = Image.new("L", (_ACROSS * width, rows * height), 0)
    for index, page in enumerate(pages):
        sheet.paste(page, (index % _ACROSS * width, index // _ACROSS * height))
    return sheet.point(lambda level: level // 17 * 17)


def differing(old: Image.Image, new: Image.Image) -> list[str]:
    """The pages that differ by more than the tolerance, and by how much."""
    if old.size != new.size:
        return [f"another number of pages: a sheet of {old.size} was one of {new.size}"]
    blur = ImageFilter.GaussianBlur(_BLUR)
    difference = ImageChops.difference(old.filter(blur), new.filter(blur))
    width = old.size[0] // _ACROSS
    height = round(width * 2**0.5)
    rows = round(old.size[1] / height)
    height = old.size[1] // rows
    wrong = []
    for index in range(rows * _ACROSS):
        left, top = index % _ACROSS * width, index // _ACROSS * height
        level = ImageStat.Stat(difference.crop((left, top, left + width, top + height))).mean[0]
        if level > _TOLERANCE:
            wrong.append(f"page {index + 1} by {level:.1f}")
    return wrong


def test_other_words_are_seen_and_another_smoothing_is_not() -> None:
    if not (HERE / "pages").is_dir():
        pytest.skip("no golden pages yet")
    with Image.open(HERE / "pages" / "half-close.zh.lab.png") as picture:
        page = picture.convert("L")
    assert not differing(page, page)
    assert not differing(page, page.filter(ImageFilter.GaussianBlur(0.4)))
    assert differing(page, ImageChops.offset(page, 0, 4)), "a line that is set lower"
    with Image.open(HERE / "pages" / "half-close.en.lab.png") as picture:
        other = picture.convert("L")
    assert differing(page, other)
