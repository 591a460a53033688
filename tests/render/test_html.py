"""The HTML report: one file, everything escaped, nothing fetched, evidence on the screen and not on paper."""

import base64
import dataclasses
import hashlib
import re
import tomllib
import typing
from html.parser import HTMLParser

import pytest

from reporter.errors import UsageTrouble
from reporter.render import typeset
from reporter.render.html import render_html
from reporter.report import document as shapes
from reporter.report.document import Commentary, HexRow, PacketRow, TreeRow
from reporter.resources import templates_dir
from tests.render.sample_document import HOSTILE, sample

LAB = templates_dir() / "reports" / "lab"
VOID = {"meta", "col", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Elements with their attributes, and whether they are closed in order."""

    def __init__(self, html):
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in ("li", "p", "td", "th", "tr") and self._open[-1] != tag:
            raise AssertionError(f"</{tag}> closes <{self._open[-1]}>")
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self._open[-1] if self._open else "", data))

    def attributes(self, name):
        return [attrs[name] for _, attrs in self.elements if name in attrs]

    def inside(self, tag):
        return [text for where, text in self.texts if where == tag]


@pytest.fixture(params=[("zh", False), ("zh", True), ("en", False), ("en", True)], ids=str)
def page(request):
    language, paged = request.param
    html = render_html(sample(language), paged=paged)
    return Page(html), html, language, paged


def test_well_formed_with_unique_ids_and_no_dead_links(page):
    parsed, _, language, _ = page
    ids = parsed.attributes("id")
    assert len(ids) == len(set(ids))
    targets = parsed.attributes("href")
    targets = [target for target in targets if target.startswith("#")]
    assert targets
    assert {target for target in targets if target.removeprefix("#") not in ids} == set()
    assert parsed.elements[0][1]["lang"] == {"zh": "zh-CN", "en": "en"}[language]


def test_nothing_outside_the_file_is_referred_to(page):
    parsed, html, _, _ = page
    away = [attrs["href"] for tag, attrs in parsed.elements if attrs.get("class") == "away"]
    assert away == ["https://example.org/?a=1&b=2"]
    assert all(link.startswith("#") for link in parsed.attributes("href") if link not in away)
    assert all(source.startswith("data:image/png;base64,") for source in parsed.attributes("src"))
    assert "url(" not in html
    assert "@import" not in html
    assert not {tag for tag, _ in parsed.elements} & {"link", "iframe", "object", "base", "audio"}


def test_text_of_packets_is_only_text(page):
    parsed, html, _, _ = page
    assert HOSTILE not in html
    assert any(HOSTILE in text for text in parsed.inside("b"))
    assert not any("alert" in text for text in parsed.inside("script"))
    assert not any(name.startswith("on") for _, attrs in parsed.elements for name in attrs)


def test_evidence_is_said_on_the_screen_only(page):
    parsed, html, language, paged = page
    evidence = parsed.attributes("data-ev")
    if paged:
        assert not evidence
        assert "<script" not in html
        return
    origin = {"zh": "来自第 4 帧的 tcp.len", "en": "from tcp.len of frame 4"}[language]
    links = {attrs.get("href") for _, attrs in parsed.elements if attrs.get("data-ev") == origin}
    assert links == {"#frame-4", None}, "not linked where it already stands"
    here = [attrs for _, attrs in parsed.elements if "tcp.srcport" in attrs.get("data-ev", "")]
    assert here
    assert all("href" not in attrs and attrs["tabindex"] == "0" for attrs in here), "it stands at its own frame"


def test_figures_that_the_text_names_are_linked(page):
    parsed, _, _, _ = page
    references = [attrs["href"] for tag, attrs in parsed.elements if attrs.get("class") == "ref"]
    assert "#figure-1" in references
    assert "#table-3" in references


def test_a_chinese_word_is_set_off_from_the_number_of_a_figure():
    html = render_html(sample("zh"), paged=True)
    assert re.search(r'class="ref"[^>]*>[^<]*\d</a> [\u4e00-\u9fff]', html)
    assert not re.search(r'class="ref"[^>]*>[^<]*\d</a>[\u4e00-\u9fff]', html)


def test_both_ends_of_a_ladder_live_equally_long():
    html = render_html(sample("zh"), paged=True)
    for figure in re.findall(r'<table class="ladder".*?</table>', html, re.DOTALL):
        last = figure.rpartition("<svg")[2]
        ends: dict[str, float] = {}
        for x, y in re.findall(r'class="life" x1="(\d+)".*? y2="([\d.]+)"', last):
            ends[x] = max(ends.get(x, 0), float(y))
        assert len(ends) == 2
        assert len(set(ends.values())) == 1


def test_the_policy_allows_exactly_what_the_page_carries():
    parsed = Page(render_html(sample("zh")))
    policy = next(
        attrs["content"] for _, attrs in parsed.elements if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy

    def digest(text):
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    for kind in ("style", "script"):
        allowed = re.search(rf"{kind}-src ([^;]*);", policy)
        assert allowed
        assert set(allowed[1].split()) == {digest(text) for text in parsed.inside(kind)}
    assert not parsed.attributes("style"), "style attributes are not allowed by the policy"


def test_landmarks_and_names():
    parsed = Page(render_html(sample("en")))
    tags = [tag for tag, _ in parsed.elements]
    assert tags.count("main") == tags.count("h1") == tags.count("header") == 1
    assert "nav" in tags
    first_link = next(attrs for tag, attrs in parsed.elements if tag == "a")
    assert first_link == {"class": "skip", "href": "#text"}
    drawings = [attrs for tag, attrs in parsed.elements if tag == "svg" and attrs.get("role") == "img"]
    assert drawings
    assert len(parsed.inside("desc")) >= len(drawings) - 1


def test_without_script_nothing_is_hidden_but_the_tools():
    parsed = Page(render_html(sample("zh")))
    hidden = [attrs.get("class") for _, attrs in parsed.elements if "hidden" in attrs]
    assert set(hidden) == {"filter", "jump", "nothing", "scheme"}
    assert all("open" in attrs for tag, attrs in parsed.elements if tag == "details")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_block_is_shown(language):
    kinds = {block.__dataclass_fields__["kind"].default for block in typing.get_args(shapes.Block)}

    def blocks(sections):
        for section in sections:
            yield from section.blocks
            yield from blocks(section.sections)

    assert {block.kind for block in blocks(sample(language).sections)} == kinds
    assert kinds == {file.name.removesuffix(".html.j2") for file in (LAB / "blocks").glob("*.j2")}


def test_both_languages_have_the_same_labels():
    zh, en = (tomllib.loads((LAB / "labels" / f"{lang}.toml").read_text(encoding="utf-8")) for lang in ("zh", "en"))
    assert zh.keys() == en.keys()


def test_labels_of_the_document_come_first():
    assert "本报告目录" in render_html(dataclasses.replace(sample("zh"), labels={"contents": "本报告目录"}))


def test_a_frame_is_found_in_the_commentary_or_else_in_the_list():
    whole = sample("zh")
    without = dataclasses.replace(
        whole,
        sections=tuple(
            dataclasses.replace(s, blocks=tuple(b for b in s.blocks if not isinstance(b, Commentary)))
            for s in whole.sections
        ),
    )
    tags = {"details": whole, "tr": without}
    for tag, document in tags.items():
        parsed = Page(render_html(document))
        assert [found for found, attrs in parsed.elements if attrs.get("id") == "frame-4"] == [tag]


class TestThemes:
    def test_a_theme_replaces_single_files(self, tmp_path):
        (tmp_path / "blocks").mkdir()
        (tmp_path / "blocks" / "paragraph.html.j2").write_text("<p class='mine'>{{ rich(block.text) }}</p>")
        html = render_html(sample("zh"), theme=tmp_path)
        assert "class='mine'" in html
        assert "packet-window" not in html
        assert 'class="window' in html

    @pytest.mark.parametrize(
        "template",
        [
            "{{ nothing_such }}",
            "{% if %}",
            "{{ ''.__class__.__mro__ }}",
            "{% include '../../../../etc/passwd' %}",
        ],
    )
    def test_a_theme_that_cannot_or_may_not(self, tmp_path, template):
        (tmp_path / "cover.html.j2").write_text(template)
        with pytest.raises(UsageTrouble) as trouble:
            render_html(sample("zh"), theme=tmp_path)
        assert trouble.value.where

    def test_a_theme_that_is_not_there(self, tmp_path):
        with pytest.raises(UsageTrouble):
            render_html(sample("zh"), theme=tmp_path / "none")

    def test_style_cannot_end_its_element(self, tmp_path):
        (tmp_path / "style.css").write_text("/* </style> */")
        assert "/* </style>" not in render_html(sample("zh"), theme=tmp_path)
        (tmp_path / "style.css").write_text("/* </style><b id='out'> */")
        with pytest.raises(UsageTrouble):
            render_html(sample("zh"), theme=tmp_path)


class TestTypesetting:
    def test_lines_break_at_spaces_and_go_on_under_themselves(self):
        assert typeset.wrapped("Source: 0123456789 abc def", 20, 2) == "Source: 0123456789\n  abc def"
        assert typeset.wrapped("x" * 25, 10, 2) == "x" * 10 + "\n  " + "x" * 8 + "\n  " + "x" * 7
        assert typeset.wrapped("很长的中文" * 3, 10, 0).split("\n") == ["很长的中文"] * 3

    def test_marked_lines_of_the_tree_share_one_mark(self):
        rows = [
            TreeRow(0, "IP <v4>", False, True),
            TreeRow(1, "a", True, False),
            TreeRow(1, "b", True, True),
            TreeRow(0, "c", False, True),
        ]
        assert typeset.tree(rows) == "▽ IP &lt;v4&gt;\n<mark>     a\n  ▷ b</mark>\n▷ c"

    @pytest.mark.parametrize(
        ("mark", "shown"),
        [
            (None, "0010  61 62 63 64 65 66 67 68  69 6a" + " " * 20 + "abcdefgh&lt;j"),
            ((0, 2), "<mark>61 62</mark> 63 64 65 66 67 68  69 6a"),
            ((6, 9), "65 66 <mark>67 68  69</mark> 6a"),
            ((8, 10), "67 68  <mark>69 6a</mark> "),
        ],
    )
    def test_marked_bytes(self, mark, shown):
        line = typeset.hexadecimal([HexRow("0010", "61 62 63 64 65 66 67 68 69 6a", "abcdefgh<j", mark)])
        assert shown in line
        plain = line.replace("<mark>", "").replace("</mark>", "")
        assert plain == typeset.hexadecimal([HexRow("0010", "61 62 63 64 65 66 67 68 69 6a", "abcdefgh<j")])

    def test_a_byte_that_cannot_be_printed_is_as_wide_as_others(self):
        row = HexRow("0000", "00 41", ".A")
        assert typeset.cells("·") == 2, "the dot of Chinese text fills two cells"
        assert typeset.cells(typeset.hexadecimal([row])) == len(typeset.hexadecimal([row]))

    def test_columns_of_the_packet_list(self):
        heads = ("No.", "时间", "源地址", "目的地址", "协议", "长度", "信息")
        row = PacketRow(7, "0.1", "10.0.0.1", "10.0.0.2", "TCP", 66, "word " * 30, shapes.Colour.TCP)
        short = typeset.list_lines([row], heads, 100)
        first, *rest = short.lines[0].split("\n")
        assert first.index("word") == short.hang
        assert rest
        assert all(line.startswith(" " * short.hang + "word") for line in rest)
        address = "2001:db8:85a3:1234:5678:8a2e:370:7334"
        long = typeset.list_lines([dataclasses.replace(row, source=address, destination=address)], heads, 122)
        assert all(typeset.cells(line) <= 122 for line in long.lines[0].split("\n"))

    def test_shares(self):
        widths = typeset.share([14, 20, 32, 1400], 600, 78)
        assert sum(widths) == pytest.approx(600, abs=0.1)
        assert min(widths) >= 78
        assert sum(typeset.share([1] * 20, 600, 78)) == pytest.approx(600, abs=0.2)

    def test_text_that_does_not_fit_is_cut(self):
        assert typeset.fit("GET / HTTP/1.1", 300, 10) == "GET / HTTP/1.1"
        assert typeset.fit("GET /" + "a" * 100, 300, 10).endswith("a…")
