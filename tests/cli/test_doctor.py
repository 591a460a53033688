"""`reporter doctor` names what is missing and how to get it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from reporter.errors import ToolTrouble
from reporter.render import fonts
from tests.cli.run import reporter


@pytest.mark.tshark
def test_a_machine_with_everything():
    done = reporter("doctor")
    assert done.returncode == 0, done.stdout.decode()
    lines = done.stdout.decode().splitlines()
    assert len(lines) >= 11
    assert not [line for line in lines if line.startswith("missing")]


def test_a_machine_without_tshark(tmp_path):
    done = reporter("doctor", PATH=str(tmp_path), REPORTER_TSHARK="")
    text = done.stdout.decode()
    assert done.returncode == 1
    assert "missing  tshark " in text
    assert "apt install tshark" in text
    assert not done.stderr


@pytest.mark.skipif(shutil.which("fc-list") is None, reason="no fc-list to compare with")
def test_families_are_those_of_fontconfig():
    text = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, check=True).stdout.decode()
    assert fonts.chinese_families() == frozenset(line.partition(",")[0] for line in text.splitlines())


def test_no_chinese_font_is_said_before_boxes_are_drawn(monkeypatch):
    monkeypatch.setattr(fonts, "chinese_families", frozenset)
    with pytest.raises(ToolTrouble) as caught:
        fonts.require_cjk_fonts()
    assert "fonts-noto-cjk" in caught.value.to_do
    monkeypatch.setattr(fonts, "chinese_families", lambda: None)
    fonts.require_cjk_fonts()


def test_styles(monkeypatch):
    families = frozenset(
        {"Noto Serif CJK SC", "Noto Serif CJK JP", "Noto Sans Mono CJK SC", "Noto Sans CJK SC", "宋体"}
    )
    monkeypatch.setattr(fonts, "chinese_families", lambda: families)
    assert fonts.chinese_of_style("serif") == ["Noto Serif CJK SC", "Noto Serif CJK JP", "宋体"]
    assert fonts.chinese_of_style("sans") == ["Noto Sans CJK SC"]
    assert fonts.chinese_of_style("mono") == ["Noto Sans Mono CJK SC"]
