"""The line to type is that of the machine; every part has one for every system."""

from __future__ import annotations

import pytest

from reporter.install import LINES, PLATFORMS, advice, lines, platform


def test_every_part_has_a_line_for_every_system():
    assert {part: set(known) for part, known in LINES.items()} == {part: set(PLATFORMS) for part in LINES}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ID=debian\n", "debian"),
        ('NAME=Mint\nID=linuxmint\nID_LIKE="ubuntu debian"\n', "debian"),
        ("ID=fedora\n", "fedora"),
        ("ID='rocky'\nID_LIKE='rhel centos fedora'\n", "fedora"),
        ("ID=manjaro\nID_LIKE=arch\n", "arch"),
        ("ID=plan9\n", None),
        ("no pairs", None),
    ],
)
def test_linux_is_told_by_its_release_file(tmp_path, text, found):
    file = tmp_path / "os-release"
    file.write_text(text)
    assert platform("linux", file) == found


def test_other_systems(tmp_path):
    assert platform("darwin") == "macos"
    assert platform("win32") == "windows"
    assert platform("linux", tmp_path / "none") is None


def test_an_unknown_system_is_told_all_lines():
    assert lines("tshark", "fedora") == "sudo dnf install wireshark-cli"
    shown = lines("tshark", "plan9")
    assert all(f"{name}: {LINES['tshark'][key]}" in shown for key, name in PLATFORMS.items())
    assert "reporter doctor" in advice("pango")
