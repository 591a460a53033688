"""Makes the pictures of docs/themes.*.md: pages of the two example themes, in docs/pictures. It needs pdftoppm.

.venv/bin/python scripts/theme_pictures.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pypdf

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reporter.options import ReportOptions  # noqa: E402 (the path comes first)
from reporter.pipeline.report import make_reports  # noqa: E402

CAPTURE = ROOT / "captures" / "page-nginx-browser.pcapng"
OUT = ROOT / "docs" / "pictures"
#: Name of the picture: theme, language, the page, as its number or by a text on it.
PICTURES: dict[str, tuple[str, str, int | str]] = {
    "university-cover": ("university", "zh", 1),
    "university-marking": ("university", "zh", "评分标准与得分"),
    "compact": ("compact", "en", 1),
}


def main() -> None:
    """Write the pictures."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, (theme, language, wanted) in PICTURES.items():
            pdf = Path(folder) / f"{theme}-{language}.pdf"
            if not pdf.exists():
                options = ReportOptions(
                    lang=language,
                    theme=str(ROOT / "templates" / "examples" / theme),
                    student="李示例" if language == "zh" else "Example Student",
                    student_id="00000000",
                    school="示例大学",
                    course_name="计算机网络" if language == "zh" else "Computer Networks",
                    teacher="王示例" if language == "zh" else "Example Teacher",
                    date="2026-01-01",
                )
                make_reports([CAPTURE], [pdf], options=options, progress=lambda *_: None)
            page = str(wanted if isinstance(wanted, int) else _page(pdf, wanted))
            command = ["pdftoppm", "-r", "50", "-f", page, "-l", page, "-singlefile", "-png", str(pdf), str(OUT / name)]
            subprocess.run(command, check=True)


def _page(pdf: Path, text: str) -> int:
    """The last page that has the text: the first is that of the contents."""
    pages = pypdf.PdfReader(pdf).pages
    return max(number for number, page in enumerate(pages, 1) if text in page.extract_text())


if __name__ == "__main__":
    main()
