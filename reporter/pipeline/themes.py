"""What `reporter template` does: themes listed, begun, checked against captures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reporter.errors import OutputTrouble, Trouble, UsageTrouble
from reporter.explain.course import trouble_in_words
from reporter.explain.words import Words
from reporter.handwritten import nearest
from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.report.added import order_of, template_of
from reporter.report.sections import SECTIONS
from reporter.report.theme import Theme, find_theme, read_theme, themes
from reporter.report.themefile import FILE, read_theme_file
from reporter.resources import templates_dir

#: What a check renders unless told otherwise: an ordinary page, loss, and a capture without HTTP.
FEW = ("page-nginx-browser.pcapng", "loss-fast-retransmit.pcapng", "http-none.pcapng")
Progress = Callable[[str, int | None], None]
#: The template of the page itself, which needs no other to draw it.
_FRAME = "report.html.j2"


def listed(roots: Sequence[Path] = ()) -> list[tuple[str, str]]:
    """The themes there are: name, and what it says about itself."""
    found = []
    for name in themes(roots):
        folder = find_theme(name, roots).folders[0]
        found.append((name, str(read_theme_file(folder / FILE)[0].get("about", ""))))
    return found


def begin(target: Path, base: str) -> list[Path]:
    """Write a small theme to start from; the files written. Raises Trouble for a folder that is not empty."""
    find_theme(base)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputTrouble("there is something already", where=str(target), to_do="name a folder that is not there")
    source = templates_dir() / "examples" / "new-theme"
    written = []
    for file in sorted(each for each in source.rglob("*") if each.is_file()):
        text = file.read_text(encoding="utf-8").replace("BASE", base)
        copy = target / file.relative_to(source)
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, encoding="utf-8")
        except OSError as error:
            what = f"the theme cannot be written: {error.strerror}"
            raise OutputTrouble(what, where=str(copy), to_do="name another folder") from error
        written.append(copy)
    return written


def captures_here(every: bool) -> list[Path]:
    """The captures that come with the source, or a few of them; none where it was installed without them."""
    folder = templates_dir().parent / "captures"
    if every:
        return sorted(each for each in folder.glob("*.pcap*") if each.is_file())
    return [folder / name for name in FEW if (folder / name).is_file()]


def check_theme(place: Path, captures: Sequence[Path], progress: Progress) -> list[Trouble]:
    """Everything wrong with a theme: its files read, then the captures rendered in all its languages."""
    found = trouble_in_theme(place)
    if found:
        return found  # what is wrong already would be told again with every capture
    where = str(place.resolve())
    return list(_rendered(where, find_theme(where), captures, progress))


def trouble_in_theme(place: Path) -> list[Trouble]:
    """Everything wrong with the files of a theme, as far as reading them tells. Raises Trouble without a theme."""
    from reporter.render.families import missing_families
    from reporter.render.lint import check_templates
    from reporter.render.sheets import check_sheets

    theme, wrong = read_theme(str(place.resolve()))
    found: list[Trouble] = [*wrong]
    if found:
        return found
    order_of(theme)
    folder = theme.folders[0]
    found += missing_families(theme)
    found += _words(theme, folder)
    found += check_templates(theme, folder)
    found += check_sheets(theme, folder)
    found += _unused(theme, folder)
    return found


def _words(theme: Theme, folder: Path) -> Iterator[Trouble]:
    added = [f"section-{name}" for name in theme.sections if name not in SECTIONS]
    yield from trouble_in_words(folder, added, [f"cover-{name}" for name in theme.cover])
    catalogues = {language: Words(language, theme.overlays) for language in theme.languages}
    for code in added:
        keys = {language: frozenset(words.entry(code)) for language, words in catalogues.items()}
        for language, own in keys.items():
            for key in sorted(frozenset().union(*keys.values(), {"title"}) - own):
                yield UsageTrouble(
                    f"the words [{code}] have no {key} ({language})",
                    where=str(folder / "prose" / language),
                    to_do=f'write {key} = "…" under [{code}]',
                )
    for name in theme.cover:
        for language, words in catalogues.items():
            if f"cover-{name}" not in words.lexicon["report"]:
                what = f"the line {name!r} of the cover has no label ({language})"
                to_do = f'write [lexicon.report] and cover-{name} = "…"'
                yield UsageTrouble(what, where=str(folder / "prose" / language), to_do=to_do)


def _unused(theme: Theme, folder: Path) -> Iterator[Trouble]:
    """Templates of the theme that nothing draws."""
    own = sorted(str(file.relative_to(folder)) for file in folder.rglob("*.j2") if file.is_file())
    others = {str(file.relative_to(at)) for at in theme.folders[1:] for file in at.rglob("*.j2")} | {_FRAME}
    sections = {template_of(name) for name in theme.sections}
    text = "".join((folder / name).read_text(encoding="utf-8", errors="replace") for name in own)
    for name in own:
        if name not in others | sections and f'"{name}"' not in text and f"'{name}'" not in text:
            yield UsageTrouble(
                f"no page uses the template {name}{nearest(name, others | sections)}",
                where=str(folder / name),
                to_do="give it the name of one of ours, or include it",
            )


def _rendered(place: str, theme: Theme, captures: Sequence[Path], progress: Progress) -> Iterator[Trouble]:
    from reporter.render.proof import proof

    told: set[tuple[str, str]] = set()
    for capture in captures:
        for language in theme.languages:
            progress(f"{capture.name} ({language})", None)
            options = replace(_SAMPLE, lang=language, theme=place)
            try:
                found: list[Trouble] = [*proof(make_document([capture], options=options, progress=_quietly))]
            except Trouble as trouble:
                found = [trouble]
            for each in found:
                if (each.what, each.where) not in told:
                    told.add((each.what, each.where))
                    yield each


def _quietly(what: str, count: int | None) -> None:
    pass


#: A cover for the check; the options of each rendering are these with its language and theme.
_SAMPLE = ReportOptions(
    student="李示例",
    student_id="00000000",
    major="网络工程（示例）",
    school="示例大学",
    course_name="计算机网络",
    teacher="王示例",
    date="2026-01-01",
)
