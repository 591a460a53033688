"""Text as the page shows it."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

import pytest

from reporter.explain.evidence import Evidence
from reporter.explain.words import Span
from reporter.render.page import Page
from tests.render.sample_document import sample

FROM = (Evidence(frame=4, field="http.request.method", value="GET"),)


@pytest.mark.parametrize("paged", [True, False])
@pytest.mark.parametrize(
    ("language", "shown"),
    [("zh", "请求“GET”“/a ”b”的 6 字节，见“附 录”。"), ("en", "请求 “GET” “/a ”b” 的 6 字节，见 “附 录” 。")],
)
def test_chinese_quotation_marks_bring_their_own_space(language, shown, paged):
    text = (
        Span("请求 "),
        Span("“GET”", FROM),
        Span(" "),
        Span("“/a ”b”", FROM),
        Span(" 的 6 字节，见 “附 录” 。"),
    )
    page = Page(dataclasses.replace(sample("zh"), language=language), defaultdict(str), set(), paged=paged)
    markup = page.rich(text)
    assert "".join(markup.striptags().split()) == "".join(shown.split())
    if paged:
        assert str(markup) == shown
    else:
        assert (" <" in str(markup)) == (language == "en")
