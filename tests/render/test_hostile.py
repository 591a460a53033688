"""Themes of others: whatever they try, nothing outside is read or loaded, and the machine stays well."""

import base64
import dataclasses
import time

import pytest

from reporter.errors import UsageTrouble
from reporter.explain.words import Words
from reporter.render.html import html_here, render_html, theme_of
from reporter.render.lint import check_templates
from reporter.render.pdf import render_pdf
from reporter.render.worker import Limits, apart
from reporter.report.theme import find_theme
from tests.render.sample_document import sample

SHORT = Limits(seconds=3, memory=1_000_000_000)
PIXEL = base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://192.0.2.1/x"/></svg>').decode()

#: What is refused while it is rendered or before it is handed out.
REFUSED = {
    "class walk": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "walk by filter": "{{ ''|attr('__class__') }}",
    "walk by item": "{{ ''['__class__'] }}",
    "walk by map": "{{ [document]|map(attribute='__class__')|join }}",
    "walk by format": "{{ '{0.__class__.__init__.__globals__}'.format(document) }}",
    "globals of a function": "{{ rich.__globals__ }}",
    "globals of a macro": "{% macro m() %}{% endmacro %}{{ m._environment }}",
    "paths of the theme": "{{ document.theme.folders[0].parent.joinpath('etc/passwd').read_text() }}",
    "file above the theme": "{% include '../../../../etc/passwd' %}",
    "file by its full path": "{% include '/etc/passwd' %}",
    "file by a link": "{% include 'link.html.j2' %}",
    "picture by a link": "<img src='{{ image('link.png') }}'>",
    "picture above the theme": "<img src='{{ image('../secret.png') }}'>",
    "import of Python": "{% import 'os' as os %}{{ os.system('id') }}",
    "picture from the net": "<img src='http://192.0.2.1/a.png'>",
    "picture from the disk": "<img src='file:///etc/passwd'>",
    "sources of a picture": "<img srcset='http://192.0.2.1/a.png 1x'>",
    "style sheet": "<link rel='stylesheet' href='http://192.0.2.1/a.css'>",
    "attached file": "<link rel='attachment' href='file:///etc/passwd'>",
    "frame": "<iframe src='file:///etc/passwd'></iframe>",
    "object": "<object data='file:///etc/passwd'></object>",
    "base": "<base href='http://192.0.2.1/'>",
    "page that moves on": "<meta http-equiv='refresh' content='0;url=http://192.0.2.1/'>",
    "script": "<script>fetch('http://192.0.2.1/')</script>",
    "event": "<p onclick='alert(1)'>x</p>",
    "link that runs": "<a href='javascript:alert(1)'>x</a>",
    "link to a file": "<a href='file:///etc/passwd'>x</a>",
    "form": "<form action='http://192.0.2.1/'></form>",
    "import in CSS": "<style>@import 'http://192.0.2.1/a.css';</style>",
    "url in CSS": "<style>p { background: url(http://192.0.2.1/a.png) }</style>",
    "url in CSS, escaped": "<style>p { background: \\75 rl(http://192.0.2.1/a.png) }</style>",
    "font in CSS": "<style>@font-face { font-family: x; src: url('file:///etc/passwd') }</style>",
    "url in an attribute": "<p style='background: url(file:///etc/passwd)'>x</p>",
    "picture in a drawing": "<svg><image href='http://192.0.2.1/a.png'/></svg>",
    "use in a drawing": "<svg><use href='file:///etc/passwd#a'/></svg>",
    "fill in a drawing": "<svg><rect fill='url(http://192.0.2.1/#a)'/></svg>",
    "HTML in a drawing": "<svg><foreignObject><p>x</p></foreignObject></svg>",
    "hidden in a comment": "<!--><meta http-equiv='refresh' content='0;url=http://192.0.2.1/'>-->",
    "hidden in a style": "<svg><style><img src=http://192.0.2.1/></style></svg>",
    "hidden in a text box": "<textarea><script>x</script></textarea>",
    "calls without end": "{% include 'cover.html.j2' %}",
    "giant range": "{{ range(10000000000)|list }}",
}
#: What only the end of its process stops.
ENDLESS = {
    "loops in loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "giant number": "{{ 9 ** (9 ** 9) }}",
    "giant text": "{{ 'x' * 99999999999 }}",
    "padding": "{{ '%0999999999999d'|format(1) }}",
    "text that doubles": "{% set n = namespace(x='x') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "giant list": "{% set x = [1] %}{% for i in range(99) %}{% set _ = x.extend(x) %}{% endfor %}",
}


@pytest.fixture
def theme(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG\r\n\x1a\nsecret")
    folder = tmp_path / "theme"
    folder.mkdir()
    (folder / "link.html.j2").symlink_to("/etc/passwd")
    (folder / "link.png").symlink_to(secret)
    return folder


def here(theme):
    """A document in that theme, to be rendered in this process: what is refused is refused without the limits."""
    document = sample("en")
    return dataclasses.replace(document, theme=theme_of(document, theme))


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name, theme):
    (theme / "cover.html.j2").write_text(REFUSED[name])
    for paged in (False, True):
        with pytest.raises(UsageTrouble) as trouble:
            html_here(here(theme), paged)
        assert str(theme) in trouble.value.where
        assert trouble.value.to_do


@pytest.mark.parametrize("name", ENDLESS)
def test_ended(name, theme):
    (theme / "cover.html.j2").write_text(ENDLESS[name])
    begun = time.monotonic()
    with pytest.raises(UsageTrouble) as trouble:
        render_html(sample("en"), theme=theme, limits=Limits(seconds=1, memory=600_000_000))
    assert str(theme) in trouble.value.where
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("theme.css", "@import 'http://192.0.2.1/a.css';"),
        ("theme.css", "p { background: URL( 'file:///etc/passwd' ) }"),
        ("theme.css", "p { background: u\\72l(http://192.0.2.1/a.png) }"),
        ("theme.css", "p { background: image-set('http://192.0.2.1/a.png' 1x) }"),
        ("theme.css", "p { background: url(link.png) }"),
        ("style.css", "@font-face { font-family: x; src: url(//192.0.2.1/a.woff) }"),
        ("report.html.j2", "<!DOCTYPE html><html><body><img src='http://192.0.2.1/'></body></html>"),
        ("labels/en.toml", 'evidence = "{frame.__class__}"\nno_such = "x"'),
    ],
)
def test_refused_in_other_files(name, content, theme):
    (theme / name).parent.mkdir(exist_ok=True)
    (theme / name).write_text(content)
    with pytest.raises(UsageTrouble) as trouble:
        html_here(here(theme), False)
    assert str(theme) in trouble.value.where


@pytest.mark.parametrize(
    "drawing",
    [
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><rect fill="url(http://192.0.2.1/)"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>',
    ],
)
def test_drawings_that_reach_out(drawing, theme):
    (theme / "cover.html.j2").write_text("<img src='{{ image('logo.svg') }}'>")
    (theme / "logo.svg").write_text(drawing)
    with pytest.raises(UsageTrouble):
        html_here(here(theme), False)


def test_a_drawing_that_the_template_makes_itself_loads_nothing(theme):
    (theme / "cover.html.j2").write_text(f"<h1>T</h1><img src='data:image/svg+xml;base64,{PIXEL}'>")
    assert "data:image/svg+xml" in html_here(here(theme), False)
    assert render_pdf(sample("en"), theme=theme, limits=Limits(seconds=60)).startswith(b"%PDF")


def test_files_nested_without_end_are_told(theme):
    deep = "a = " + "[" * 100_000
    (theme / "theme.toml").write_text(deep)
    with pytest.raises(UsageTrouble):
        find_theme(str(theme))
    (theme / "theme.toml").write_text("context = 1")
    (theme / "cover.html.j2").write_text("{{ " + "(" * 100_000)
    assert ["nested too deeply" in each.what for each in check_templates(find_theme(str(theme)), theme)] == [True]
    (theme / "prose" / "en").mkdir(parents=True)
    (theme / "prose" / "en" / "a.toml").write_text(deep)
    with pytest.raises(UsageTrouble):
        Words("en", [theme])


def test_what_fails_apart_is_told_as_trouble(tmp_path):
    with pytest.raises(UsageTrouble, match="cannot be laid out: ZeroDivisionError"):
        apart(divmod, 1, 0, limits=SHORT, where=str(tmp_path))


def test_labels_are_never_evaluated(theme):
    (theme / "labels").mkdir()
    (theme / "labels" / "en.toml").write_text('evidence = "{frame.__class__} {frame}"')
    html = html_here(here(theme), False)
    assert "{frame.__class__} 4" in html


def test_a_theme_runs_no_script_of_its_own(theme):
    (theme / "report.js").write_text("location = 'http://192.0.2.1/'")
    assert "192.0.2.1/" not in html_here(here(theme), False)
