"""A comment is an option of 65,535 bytes at most: a longer one ends in a mark, in whole characters, and comes out."""

from __future__ import annotations

import io
import subprocess

import pytest

from reporter.capture.blocks import blocks_of
from reporter.capture.comments import with_comments, with_summary, without_comments, without_summary
from tests.crafted import CLIENT, SERVER, SYN, segment, write
from tests.pcapng import Maker


def with_huge(path, text):
    """A capture of one packet, its section and its packet with this comment; its blocks before and after."""
    write(path, [segment((CLIENT, 50000), (SERVER, 80), SYN, 1)])
    before = list(blocks_of(io.BytesIO(path.read_bytes()).read))
    section, interface, packet = before
    path.write_bytes(with_summary(section, text) + interface.data + with_comments(packet, [text, b"short"]))
    return before, list(blocks_of(io.BytesIO(path.read_bytes()).read))


@pytest.mark.parametrize("more", range(4))
def test_too_long_for_an_option(tmp_path, more):
    before, after = with_huge(tmp_path / "a.pcapng", ("x" * more + "报" * 70_000).encode())
    assert [without_summary(after[0]), without_comments(after[2])] == [before[0].data, before[2].data]


def test_words_of_the_user_in_which_others_would_not_be_read_are_left_alone():
    """A program that takes a comment for text of C reads no further than its first zero byte."""
    make = Maker()
    theirs = make.options((1, b"mine\0rest"), end=False)
    (section,) = blocks_of(io.BytesIO(make.section(make.options((1, b"mine\0rest")))).read)
    told = with_summary(section, b"ours")
    assert theirs in told
    assert told.index(theirs) < told.index("R» ours".encode())
    (after,) = blocks_of(io.BytesIO(told).read)
    assert without_summary(after) == section.data


@pytest.mark.tshark
def test_tshark_reads_it(tmp_path):
    path = tmp_path / "a.pcapng"
    with_huge(path, ("报" * 70_000).encode())
    asked = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "aggregator=|", "-e", "frame.comment"]
    told = subprocess.run(asked, capture_output=True, check=True).stdout.decode("utf-8", "strict")
    long, short = told.rstrip("\n").split("|")
    assert 65_500 < len(long.encode()) <= 65_535
    assert long.endswith("报…")
    assert short == "R» short"
