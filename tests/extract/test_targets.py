"""Request targets with characters outside ASCII, which tshark 4.0 keeps in the Info column only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.extract.targets import whole_targets, with_target


def lost(target: str) -> str:
    return "".join("\ufffd" * len(each.encode()) if ord(each) > 127 else each for each in target)


@pytest.mark.parametrize(
    ("targets", "info", "found"),
    [
        (["/a"], "GET /a HTTP/1.1 ", ["/a"]),
        (["/示例?q=1"], "GET /示例?q=1 HTTP/1.1 ", ["/示例?q=1"]),
        (["/示例"], "[TCP Retransmission] GET /示例 HTTP/1.1 ", ["/示例"]),
        (["/示例", "/测试"], "GET /示例 HTTP/1.1 GET /测试 HTTP/1.1 ", ["/示例", "/测试"]),
        (["/示例", "/测试"], "GET /测试 HTTP/1.1 ", [lost("/示例"), lost("/测试")]),
        (["/é"], "GET /\\u0085 HTTP/1.1 ", [lost("/é")]),
        (["/é"], "GET /示 HTTP/1.1 ", [lost("/é")]),
        (["/é"], "GET /éa HTTP/1.1 ", [lost("/é")]),
        (["/" + "é" * 90], "GET /" + "é" * 20, [lost("/" + "é" * 90)]),
    ],
)
def test_a_target_is_put_together_again_only_where_info_has_all_of_it(targets, info, found):
    assert whole_targets(["GET"] * len(targets), [lost(each) for each in targets], info) == found


@given(st.text(st.characters(min_codepoint=33, exclude_categories=("Cs", "Zs", "Cc")), min_size=1))
def test_any_target_comes_back(target):
    assert whole_targets(["GET"], [lost(target)], f"GET {target} HTTP/1.1 ") == [target]


def test_the_full_uri_takes_the_target_over():
    assert with_target("http://h/\ufffd\ufffd", "/\ufffd\ufffd", "/é") == "http://h/é"
    assert with_target("http://h/", "", "") == "http://h/"
