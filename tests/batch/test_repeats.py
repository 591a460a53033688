"""The same packets in several captures of one submission count once, and what is not the same counts as it is."""

from __future__ import annotations

import gzip
import struct

import pytest

from reporter.batch.alone import checked
from reporter.batch.repeats import Once
from reporter.batch.submission import Student
from reporter.batch.watch import UNKNOWN
from tests.captures import BUNDLED

PAGE, OTHER = BUNDLED / "page-python-curl.pcap", BUNDLED / "half-close.pcapng"
KINDS = {
    "opening": 'kind = "opening"\nany_of = ["three-way"]',
    "connection": 'kind = "connection"\nanswered = 1',
    "exchange": 'kind = "exchange"\nmethod = "GET"',
    "filter": 'kind = "filter"\nfilter = "tcp.flags.syn == 1"',
    "comma": 'kind = "filter"\nfilter = "tcp.dstport in {8000,80}"',
    "segment": 'kind = "situation"\ncode = "H01"',
}
#: Situations of a stream and of a capture as a whole.
ENDINGS = {code: f'kind = "situation"\ncode = "{code}"' for code in ("C05", "T17")}


def records(data):
    """The header of a pcap, and its records with their times."""
    at, found = 24, []
    while at < len(data):
        seconds, micros, size, length = struct.unpack_from("<IIII", data, at)
        found.append((seconds, micros, size, length, data[at + 16 : at + 16 + size]))
        at += 16 + size
    return data[:24], found


def changed(first=0, last=None, shift=0):
    """The page again: some of its packets, at other times."""
    head, found = records(PAGE.read_bytes())
    kept = [struct.pack("<IIII", sec + shift, *rest) + data for sec, *rest, data in found[first:last]]
    return head + b"".join(kept)


COPIES = {
    "b.pcap": PAGE.read_bytes(),
    "b.pcap.gz": gzip.compress(PAGE.read_bytes()),
    "shifted.pcap": changed(shift=3600),
    "first.pcap": changed(last=20),
    "0-last.pcap": changed(first=12, shift=7),
}


def counts(tmp_path, files, kinds=KINDS):
    folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    path = tmp_path / "rubric.toml"
    path.write_text("".join(f'[[check]]\nid = "{name}"\n{text}\n' for name, text in kinds.items()), encoding="utf-8")
    verdicts, remarks = checked(folder, path, Student("1", "示例"), ())
    return {each["id"]: each["facts"]["count"] for each in verdicts}, [each.code for each in remarks]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    found, remarks = counts(tmp_path_factory.mktemp("alone"), {"a.pcap": PAGE.read_bytes()})
    assert (found["opening"], remarks) == (3, [])
    assert all(found.values())
    return found


def test_copies_of_a_capture_add_nothing(tmp_path, alone):
    """As it is, packed, at another time, and parts of it, all at once."""
    assert counts(tmp_path, {"a.pcap": PAGE.read_bytes(), **COPIES}) == (alone, ["repeated"])


def test_situations_of_streams_and_of_captures_count_once_too(tmp_path):
    data = (BUNDLED / "missed-ends.pcapng").read_bytes()
    alone, _ = counts(tmp_path, {"a.pcapng": data}, ENDINGS)
    assert alone == {"C05": 1, "T17": 1}
    assert counts(tmp_path, {"a.pcapng": data, "b.pcapng.gz": gzip.compress(data)}, ENDINGS) == (alone, ["repeated"])


def test_two_parts_that_overlap_are_the_whole(tmp_path, alone):
    found, remarks = counts(tmp_path, {"a.pcap": changed(last=24), "b.pcap": changed(first=12)})
    assert {name: found[name] for name in ("exchange", "filter", "comma", "segment")} == {
        name: alone[name] for name in ("exchange", "filter", "comma", "segment")
    }
    assert remarks == ["repeated"]


def test_captures_of_their_own_are_added_up(tmp_path, alone):
    one, _ = counts(tmp_path, {"a.pcapng": OTHER.read_bytes()})
    both, remarks = counts(tmp_path, {"a.pcap": PAGE.read_bytes(), "b.pcapng": OTHER.read_bytes()})
    assert both == {name: alone[name] + one[name] for name in alone}
    assert remarks == []


def test_of_packets_that_are_alike_as_many_count_as_one_capture_has():
    once = Once()
    assert once.fresh([7, 7, UNKNOWN, 9]) == [0, 1, 2, 3]
    assert once.fresh([7, 7, 7, UNKNOWN, 9]) == [2, 3]
    assert once.fresh([7, 7, 7, 8]) == [3]
