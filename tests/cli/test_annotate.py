"""`reporter annotate` from the outside."""

from __future__ import annotations

import subprocess

import pytest

from tests.captures import BUNDLED
from tests.cli.run import reporter

pytestmark = pytest.mark.tshark
SOURCE = BUNDLED / "page-node-curl.pcapng"


def comments(path):
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "aggregator=|", "-e", "frame.comment"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode().splitlines()


def test_both_languages_one_after_the_other(tmp_path):
    output = tmp_path / "out.pcapng"
    done = reporter("annotate", SOURCE, "-o", output, "--lang", "zh,en")
    assert done.returncode == 0
    assert "21 of 21 packets have comments" in done.stdout.decode()
    first = comments(output)[0].split("|")
    assert first[0].startswith("R» 客户端从端口 58058")
    assert any(each.startswith("R» From port 58058") or "58058" in each for each in first[5:])


def test_the_frames_of_the_report_say_where_they_are_shown(tmp_path):
    output = tmp_path / "out.pcapng"
    assert reporter("annotate", SOURCE, "-o", output, "--lang", "en", "--number").returncode == 0
    named = [line for line in comments(output) if "R» See section " in line]
    assert 3 <= len(named) < 21
    assert comments(output)[0].split("|")[-1].startswith("R» See section ")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--lang", "zh,fr", "-o", "{}/out.pcapng"], 2, "no language 'fr'"),
        (["-o", str(SOURCE)], 2, "the output is the capture itself"),
        (["-o", "{}/no/out.pcapng"], 1, "does not exist"),
        (["-o", "{}/out.pcapng", "--decode-as", "nonsense"], 2, "--decode-as"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(arguments, code, says, tmp_path):
    done = reporter("annotate", SOURCE, *[each.format(tmp_path) for each in arguments])
    assert done.returncode == code
    assert says in done.stderr.decode()
    assert not list(tmp_path.iterdir())
