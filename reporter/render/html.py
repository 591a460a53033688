"""A Document as one HTML file: the theme's templates, styles and script put together, everything escaped.

The same templates serve the screen (`paged=False`: evidence can be hovered and focused, packets filtered)
and the PDF (`paged=True`: no script, as few boxes as possible). Nothing in the file refers to the outside.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Callable, Sequence, Set
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from markupsafe import Markup

from reporter.errors import Trouble, UsageTrouble
from reporter.handwritten import read_toml
from reporter.render import axes, highlight, sandbox, typeset
from reporter.render.assets import data_uri, inlined, quoted, variables
from reporter.render.context import Context, Now, PageLook
from reporter.render.guard import inspect
from reporter.render.mistakes import mistake
from reporter.render.page import Page, remark_rules, state_changes
from reporter.render.sandbox import Sandbox, nearest_of
from reporter.render.worker import Limits, apart
from reporter.report.document import Document
from reporter.report.look import Look
from reporter.report.theme import DEFAULT, Theme, find_theme
from reporter.report.themefile import CONTEXT
from reporter.resources import compiled_templates, inside, templates_dir

#: How language codes of ours are written in HTML; others are written as they are.
_TAGS = {"zh": "zh-CN"}
_FRAME = "report.html.j2"


def render_html(
    document: Document, *, theme: Path | None = None, paged: bool = False, limits: Limits | None = None
) -> str:
    """The document as HTML text. `theme` is a folder whose files come before those of the document's theme.

    A theme that is not ours is rendered in a process of its own, within `limits`.
    Raises UsageTrouble for a theme that cannot be used.
    """
    chosen = theme_of(document, theme)
    document = dataclasses.replace(document, theme=chosen)
    if chosen.foreign:
        return str(apart(html_here, document, paged, limits=limits or Limits(), where=str(chosen.foreign[0])))
    return html_here(document, paged)


def html_here(document: Document, paged: bool) -> str:
    """The same, in this process whatever the theme."""
    chosen = theme_of(document)
    environment = environment_of(chosen.folders)
    try:
        context = _context(document, chosen, environment, paged=paged)
        values = {each.name: getattr(context, each.name) for each in dataclasses.fields(context)}
        html = environment.get_template(_FRAME).render(values)
        if chosen.foreign:
            inspect(html, policy=context.policy, script=str(context.script), paged=paged, folders=chosen.foreign)
        return html
    except Trouble:
        raise
    except Exception as error:
        # What goes wrong in templates of ours is a bug, and told as one.
        if chosen.foreign or isinstance(error, TemplateError):
            raise mistake(error, chosen.folders) from error
        raise


def theme_of(document: Document, folder: Path | None = None) -> Theme:
    """The theme of a document, with a folder before its own. Raises UsageTrouble when that is no folder."""
    theme = document.theme or find_theme(DEFAULT)
    if folder is None:
        return theme
    if not folder.is_dir():
        what = "the theme is not a folder"
        raise UsageTrouble(what, where=str(folder), to_do="name the folder that holds the theme's files")
    return dataclasses.replace(theme, folders=(folder, *theme.folders))


def _context(document: Document, theme: Theme, environment: Sandbox, *, paged: bool) -> Context:
    labels = _labels(theme.folders, document)
    page = Page(document, labels, parts_of(environment, theme.folders), paged=paged)
    sheets, script = _sheets(environment, theme, page, paged=paged)
    return Context(
        document=document,
        paged=paged,
        language_tag=_TAGS.get(document.language, document.language),
        labels=labels,
        page=page,
        now=Now(section=None, block=None, depth=1),
        look=_look(theme.look),
        rich=page.rich,
        image=_images(theme),
        remark_rules=remark_rules,
        state_changes=state_changes,
        sheets=sheets,
        script=script,
        policy=_policy(sheets.values(), script),
        version=CONTEXT,
    )


# ---------------------------------------------------------------- the theme's files


@cache
def environment_of(folders: tuple[Path, ...]) -> Sandbox:
    """The environment in which the templates of these folders run."""
    environment = Sandbox(folders, templates_dir(), (Page,))
    environment.bytecode_cache = compiled_templates(Path(sandbox.__file__), Path(typeset.__file__))
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
        "short": typeset.short,
    }
    environment.filters |= filters
    environment.globals |= {"time_axis": axes.time_axis, "number_ticks": axes.number_ticks}
    return environment


def _base64(data: bytes) -> str:
    """Bytes as base64, for addresses that hold what they name (`data:image/png;base64,…`)."""
    return base64.b64encode(data).decode("ascii")


def parts_of(environment: Sandbox, folders: Sequence[Path]) -> Set[str]:
    """The names of all blocks that the `report.html.j2` of a theme and of those it extends have."""
    frames = [f"builtin:reports/lab/{_FRAME}"]
    frames += [f"{index}:{_FRAME}" for index, folder in enumerate(folders) if inside(folder, _FRAME)]
    return {name for frame in frames for name in environment.get_template(frame).blocks}


def _source(environment: Sandbox, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _labels(folders: Sequence[Path], document: Document) -> dict[str, str]:
    """The words of the page: those of the lab report, replaced key by key by those of the theme and the document."""
    labels: dict[str, str] = {}
    for folder in reversed(folders):
        file = inside(folder, f"labels/{document.language}.toml")
        if file is None:
            continue
        _, table = read_toml(file, "the file of labels")
        for name, label in table.items():
            if not isinstance(label, str) or (labels and name not in labels):
                what = f"there is no label {name!r}{nearest_of(name, labels)}"
                raise UsageTrouble(what, where=str(file), to_do="see labels/zh.toml of the theme lab")
        labels |= table
    return {**labels, **document.labels}


def _images(theme: Theme) -> Callable[[str], str]:
    def image(name: str) -> str:
        """A picture of the theme as an address for `<img src>`."""
        file = theme.find(str(name))
        if file is None:
            there = [str(each.relative_to(at)) for at in theme.foreign for each in at.rglob("*") if each.is_file()]
            raise TemplateError(f"there is no picture {name!r} in the theme{nearest_of(str(name), there)}")
        return data_uri(file)

    return image


# ---------------------------------------------------------------- the style


def _sheets(environment: Sandbox, theme: Theme, page: Page, *, paged: bool) -> tuple[dict[str, Markup], Markup]:
    look = theme.look
    families = {style: quoted(names) for style, names in look.fonts.items()}
    first = f":root {{ {variables({**look.colours, **families})} }}"
    margin = f" margin: {look.margin};" if look.margin else ""
    paper = f"@page {{ size: {look.size};{margin} }}\n" + _source(environment, "print.css")
    base = first + "\n" + _source(environment, "style.css")
    own = "\n".join([_own_fonts(look), *_additions(theme)])
    if paged:
        # The page has one style only: what the theme adds comes after what is for paper.
        return {"style": _sheet(base, paper, page.widths(), own)}, Markup("")
    sheets = {
        "style": _sheet(base, page.widths(), _source(environment, "screen.css"), own),
        "paper": _sheet(paper, own),
    }
    return sheets, _inline(_source(environment, "builtin:reports/lab/report.js"))


def _own_fonts(look: Look) -> str:
    """Fonts that the theme chose for itself, and those that it brings along."""
    faces = [
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; font-style: {face.style}; '
        f'src: url("{data_uri(face.file)}"); }}'
        for face in look.faces
    ]
    chosen = {style: quoted(look.fonts[style]) for style in look.chosen}
    if chosen:
        faces.append(f":root, .lang-zh, .lang-en {{ {variables(chosen)} }}")
    return "\n".join(faces)


def _additions(theme: Theme) -> list[str]:
    """The `theme.css` of each folder, which only adds to the style; those nearer to the reader come last."""
    added = []
    for folder in reversed(theme.folders):
        file = inside(folder, "theme.css")
        if file is not None:
            added.append(inlined(file.read_text(encoding="utf-8"), partial(inside, folder), str(file)))
    return added


def _look(look: Look) -> PageLook:
    return PageLook(
        colours=look.colours,
        fonts={style: ", ".join(names) for style, names in look.fonts.items()},
        size=look.size,
        margin=look.margin,
        logo=data_uri(look.logo) if look.logo else "",
    )


def _sheet(*parts: str) -> Markup:
    return _inline("\n".join(parts))


def _inline(text: str) -> Markup:
    """Style or script of the theme as it is; it cannot end its element early."""
    return Markup(text.replace("</", "<\\/").strip())  # noqa: S704 (the theme's own file)


def _policy(sheets: Any, script: Markup) -> str:
    """A policy under which the page loads nothing, and runs and styles only with what it carries."""
    styles = " ".join(_digest(sheet) for sheet in sheets)
    return (
        f"default-src 'none'; style-src {styles}; script-src {_digest(script)}; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
