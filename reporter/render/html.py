"""A Document as one HTML file: the theme's templates, styles and script put together, everything escaped.

The same templates serve the screen (`paged=False`: evidence can be hovered and focused, packets filtered)
and the PDF (`paged=True`: no script, as few boxes as possible). Nothing in the file refers to the outside.
"""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Namespace
from markupsafe import Markup, escape

from reporter.errors import UsageTrouble
from reporter.explain.evidence import Evidence
from reporter.explain.visible import visible
from reporter.explain.words import Rich, Span
from reporter.render import axes, highlight, typeset
from reporter.render.prose import prose
from reporter.report.document import (
    Block,
    Caption,
    Code,
    Commentary,
    Document,
    PacketList,
    PacketRow,
    PacketWindow,
    Section,
    frame_anchor,
)
from reporter.report.prose import Element
from reporter.resources import compiled_templates, templates_dir

#: How language codes of ours are written in HTML; others are written as they are.
_TAGS = {"zh": "zh-CN"}
_LONGEST_EVIDENCE = 60
_NO_BREAK = "\N{NO-BREAK SPACE}"


def render_html(document: Document, *, theme: Path | None = None, paged: bool = False) -> str:
    """The document as HTML text. `theme` is a folder whose files come before those of the document's theme.

    Raises UsageTrouble for a theme that cannot be used.
    """
    if theme is not None and not theme.is_dir():
        raise UsageTrouble(
            "the theme is not a folder",
            where=str(theme),
            to_do="name the folder that holds the theme's files",
        )
    folders = (*((theme,) if theme else ()), *(document.theme or (templates_dir() / "reports" / "lab",)))
    environment = _environment(folders)
    try:
        page = _Page(document, _labels(environment, document), _parts(environment, folders), paged=paged)
        base = _source(environment, "style.css")
        paper = _source(environment, "print.css")
        own = "\n".join(_source(environment, name) for name in _additions(folders))
        if paged:
            sheets: dict[str, Markup] = {"style": _sheet(base, paper, page.widths(), own)}
            script = Markup("")
        else:
            sheets = {
                "style": _sheet(base, page.widths(), _source(environment, "screen.css"), own),
                "paper": _sheet(paper, own),
            }
            script = _inline(_source(environment, "report.js"))
        return environment.get_template("report.html.j2").render(
            document=document,
            paged=paged,
            language_tag=_TAGS.get(document.language, document.language),
            labels=page.labels,
            page=page,
            now=Namespace(section=None, block=None, depth=1),
            rich=page.rich,
            remark_rules=_remark_rules,
            state_changes=_state_changes,
            sheets=sheets,
            script=script,
            policy=_policy(sheets.values(), script),
        )
    except TemplateError as error:
        raise UsageTrouble(
            f"a template of the report cannot be used: {error}",
            where=f"{getattr(error, 'name', None) or theme}:{getattr(error, 'lineno', '')}".rstrip(":"),
            to_do="mend the template, or leave the theme out",
        ) from error


class _Page:
    """What the templates ask about the page as a whole: anchors, labels, values with evidence."""

    def __init__(self, document: Document, labels: Mapping[str, str], parts: Set[str], *, paged: bool) -> None:
        self.labels = labels
        self._parts = parts
        self._document = document
        self._paged = paged
        self._files = document.files if len(document.files) > 1 else ()
        self._owners = _frame_owners(document)
        self._references = {caption.label: caption.anchor for caption in _captions(document)}
        self._reference = _any_of(self._references)

    def frame_id(self, block: Block, row: PacketRow) -> Markup:
        """` id="frame-7"` when this block is where frame 7 is found, else nothing."""
        found = self._owners.get((row.file, row.frame)) is block
        return Markup(' id="{}"').format(frame_anchor(row.file, row.frame)) if found else Markup("")

    def frame_link(self, file: int, frame: int | None) -> str:
        """`#frame-7` when the page has that frame of that capture, else nothing."""
        return f"#{frame_anchor(file, frame)}" if frame is not None and (file, frame) in self._owners else ""

    def rich(self, text: Rich, here: int | None = None) -> Markup:
        """Runs of text as HTML; values with evidence say where they come from (on the screen).

        `here` is the frame that the text stands at: a value is not linked to where it already is.
        """
        if self._paged:
            return self._plain("".join(span.text for span in text))
        return Markup("").join(self._span(span, here) if span.evidence else self._plain(span.text) for span in text)

    def prose(self, elements: Iterable[Element | str]) -> Markup:
        """A person's own words; figures and tables that they name are linked, as in `rich`."""
        return prose(elements, self._plain)

    def place(self, section: Section) -> str:
        """The block of `report.html.j2` that draws this section: `section_handshake_step` for `handshake-12`."""
        name = "section_" + re.sub(r"-\d+$", "-step", section.id).replace("-", "_")
        return name if name in self._parts else "section"

    def figure(self, block: Block) -> str:
        """The block of `report.html.j2` that draws this figure, table or text."""
        name = "figure_" + block.kind.replace("-", "_")
        return name if name in self._parts else "figure"

    @staticmethod
    def texts(rows: Sequence[Sequence[Rich]]) -> list[list[str]]:
        """The cells of a table as plain texts."""
        return [["".join(span.text for span in cell) for cell in row] for row in rows]

    def widths(self) -> str:
        """Style rules for widths and first line numbers in use; the page's policy allows no style attributes."""
        blocks = tuple(_blocks(self._document.sections))
        used = {width for block in blocks for width in getattr(block, "widths", ())}
        first = {block.first for block in blocks if isinstance(block, Code) and block.first != 1}
        return "".join(
            [
                *(f".w{width}{{width:{width}%}}" for width in sorted(used)),
                *(f".screen .code .from-{line}{{counter-reset:line {line - 1}}}" for line in sorted(first)),
            ]
        )

    def _plain(self, text: str) -> Markup:
        if self._reference is None:
            return escape(text)
        parts = self._reference.split(text)
        if len(parts) == 1:
            return escape(text)
        linked = Markup('<a class="ref" href="#{}">{}</a>')
        return Markup("").join(
            linked.format(self._references[part], part.replace(" ", _NO_BREAK)) if index % 2 else escape(part)
            for index, part in enumerate(parts)
        )

    def _span(self, span: Span, here: int | None) -> Markup:
        origin = self.labels["evidence_joiner"].join(self._origin(item, span.text) for item in span.evidence)
        if self._files:
            origin = self.labels["evidence_file"].format(origin=origin, file=self._files[span.file])
        links = (self.frame_link(span.file, each.frame) for each in span.evidence if each.frame != here)
        link = next(filter(None, links), "")
        if not link:
            return Markup('<span class="ev" tabindex="0" data-ev="{}">{}</span>').format(origin, span.text)
        return Markup('<a class="ev" href="{}" data-ev="{}">{}</a>').format(link, origin, span.text)

    def _origin(self, evidence: Evidence, shown: str) -> str:
        origin = self.labels["evidence"].format(frame=evidence.frame, field=evidence.field)
        value = visible(evidence.value, _LONGEST_EVIDENCE)
        return origin if value in ("", shown) else f"{origin} = {value}"


def _blocks(sections: tuple[Section, ...]) -> Iterator[Block]:
    for section in sections:
        yield from section.blocks
        yield from _blocks(section.sections)
        yield from section.closing


def _captions(document: Document) -> Iterator[Caption]:
    for block in _blocks(document.sections):
        caption = getattr(block, "caption", None)
        if caption is not None:
            yield caption


def _frame_owners(document: Document) -> dict[tuple[int, int], Block]:
    """Where each frame of each capture is found: in the commentary, else in a packet window, else in a packet list."""
    owners: dict[tuple[int, int], Block] = {}
    blocks = tuple(_blocks(document.sections))
    for block in blocks:
        if isinstance(block, Commentary):
            for remark in block.remarks:
                owners.setdefault((remark.row.file, remark.row.frame), block)
    for block in blocks:
        if isinstance(block, PacketWindow):
            owners.setdefault((block.row.file, block.row.frame), block)
    for block in blocks:
        if isinstance(block, PacketList):
            for row in block.rows:
                owners.setdefault((row.file, row.frame), block)
    return owners


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _any_of(labels: Mapping[str, str]) -> re.Pattern[str] | None:
    """Finds a caption's label in running text: `图 3`, but not the beginning of `图 31`."""
    if not labels:
        return None
    return re.compile("(" + "|".join(sorted(map(re.escape, labels), key=len, reverse=True)) + r")(?!\.?\d)")


def _remark_rules(block: Commentary) -> list[tuple[str, str]]:
    """The rules that speak in a commentary, with their titles, sorted by code."""
    return sorted({said.rule: said.title for remark in block.remarks for said in remark.said}.items())


def _state_changes(block: Commentary) -> list[bool]:
    """For each remark whether the states of its stream are others than when last shown."""
    shown: dict[int | None, tuple[str, str]] = {}
    changes = []
    for remark in block.remarks:
        states = (remark.client_state, remark.server_state)
        changes.append(any(states) and shown.get(remark.row.stream) != states)
        shown[remark.row.stream] = states
    return changes


# ---------------------------------------------------------------- the theme's files


@cache
def _environment(folders: tuple[Path, ...]) -> SandboxedEnvironment:
    # `builtin:reports/lab/report.html.j2` is ours, whatever a theme has under that name; a number is a folder of the
    # theme's chain.
    named = {"builtin": FileSystemLoader(templates_dir())}
    named |= {str(index): FileSystemLoader(folder) for index, folder in enumerate(folders)}
    ours = templates_dir() / "reports" / "lab"
    environment = SandboxedEnvironment(
        loader=ChoiceLoader([PrefixLoader(named, delimiter=":"), FileSystemLoader([*folders, ours])]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=compiled_templates(Path(__file__), Path(typeset.__file__)),
    )
    filters: dict[str, Callable[..., Any]] = {
        "fit": typeset.fit,
        "text_width": typeset.text_width,
        "tree": typeset.tree,
        "hex": typeset.hexadecimal,
        "numbered": highlight.numbered,
        "highlighted": highlight.highlighted,
        "base64": _base64,
        "list_lines": typeset.list_lines,
        "columns": typeset.columns,
        "on_paper": typeset.on_paper,
        "milliseconds": typeset.milliseconds,
        "strokes": typeset.strokes,
        "steps": typeset.steps,
        "share": typeset.share,
    }
    environment.filters |= filters
    environment.globals |= {"time_axis": axes.time_axis, "number_ticks": axes.number_ticks}
    return environment


def _parts(environment: SandboxedEnvironment, folders: tuple[Path, ...]) -> Set[str]:
    """The names of all blocks that the `report.html.j2` of a theme and of those it extends have."""
    frames = ["builtin:reports/lab/report.html.j2"]
    frames += [
        f"{index}:report.html.j2" for index, folder in enumerate(folders) if (folder / "report.html.j2").is_file()
    ]
    return {name for frame in frames for name in environment.get_template(frame).blocks}


def _additions(folders: tuple[Path, ...]) -> list[str]:
    """The `theme.css` of each folder, which only adds to the style; those nearer to the reader come last."""
    return [
        f"{index}:theme.css" for index in range(len(folders) - 1, -1, -1) if (folders[index] / "theme.css").is_file()
    ]


def _source(environment: SandboxedEnvironment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _labels(environment: SandboxedEnvironment, document: Document) -> dict[str, str]:
    """The theme's own words of the language, replaced by those of the document."""
    file = f"labels/{document.language}.toml"
    try:
        text = _source(environment, file)
        return {**tomllib.loads(text), **document.labels}
    except TemplateNotFound:
        return dict(document.labels)
    except tomllib.TOMLDecodeError as error:
        raise UsageTrouble(f"the labels of the theme cannot be read: {error}", where=file) from error


def _sheet(*parts: str) -> Markup:
    return _inline("\n".join(parts))


def _inline(text: str) -> Markup:
    """Style or script of the theme as it is; it cannot end its element early."""
    return Markup(text.replace("</", "<\\/").strip())  # noqa: S704 (the theme's own file)


def _policy(sheets: Any, script: Markup) -> str:
    """A policy under which the page loads nothing, and runs and styles only with what it carries."""
    styles = " ".join(_digest(sheet) for sheet in sheets)
    return (
        f"default-src 'none'; style-src {styles}; script-src {_digest(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
