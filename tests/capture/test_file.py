"""The capture as a file: kind, fingerprint, interfaces, and what is refused."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import struct
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.capture import records
from reporter.capture.file import CaptureFile, check, kind_of
from reporter.capture.pcapng import Interface, interfaces_of
from reporter.capture.records import Place, bytes_of
from reporter.errors import CaptureTrouble
from reporter.extract import offsets
from reporter.extract.offsets import interfaces_in
from tests.captures import BUNDLED, bundled


def section(order="<"):
    return struct.pack(order + "IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def interface(order="<", *options):
    body = struct.pack(order + "HHI", 1, 0, 262144) + b"".join(option(order, *each) for each in options)
    return struct.pack(order + "II", 1, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)


@pytest.mark.parametrize("path", bundled(), ids=lambda path: path.name)
def test_bundled_captures(path):
    capture = CaptureFile.of(path)
    assert capture.size == path.stat().st_size
    assert capture.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert capture.kind == {".gz": "gzip", ".pcap": "pcap"}.get(path.suffix, "pcapng")
    assert capture.interfaces is not None
    if capture.kind != "pcap":
        assert len(capture.interfaces) >= 1
        assert all(each.name for each in capture.interfaces)


def test_a_compressed_capture_tells_its_interfaces():
    interfaces = CaptureFile.of(BUNDLED / "gzip.pcapng.gz").interfaces
    assert interfaces is not None
    assert [each.name for each in interfaces] == ["lo"]


def test_so_does_one_that_is_cut_short(tmp_path):
    cut = tmp_path / "cut.pcapng.gz"
    cut.write_bytes((BUNDLED / "gzip.pcapng.gz").read_bytes()[:-40])
    assert CaptureFile.of(cut).interfaces == CaptureFile.of(BUNDLED / "gzip.pcapng.gz").interfaces


@pytest.mark.tshark
@pytest.mark.parametrize("program", ["zstd", "lz4"])
def test_one_that_only_wireshark_can_unpack_is_asked_of_its_editcap(program, tmp_path, monkeypatch):
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    plain = BUNDLED / "page-node-curl.pcapng"
    packed = tmp_path / f"lab.pcapng.{program}"
    with packed.open("wb") as file:
        subprocess.run([program, "-q", "-c", str(plain)], stdout=file, check=True)
    assert CaptureFile.of(packed).kind == program
    assert CaptureFile.of(packed).interfaces is None
    told = interfaces_in(packed)
    assert told == CaptureFile.of(plain).interfaces
    assert told
    assert told[0].capture_filter
    monkeypatch.setattr(offsets, "find_beside", lambda name: None)
    assert interfaces_in(packed) is None


@pytest.mark.parametrize("order", ["<", ">"])
def test_interfaces(order):
    one = interface(order, (2, b"eth0\0"), (3, "网卡".encode()), (11, b"\0tcp port 80"), (0, b""))
    two = interface(order, (11, b"\1\0\0\0"))
    packet = struct.pack(order + "III", 6, 12, 12)
    assert interfaces_of(section(order) + one + two + packet + one) == (
        Interface("eth0", "网卡", "tcp port 80"),
        Interface(),
    )


@given(st.binary(max_size=200), st.integers(0, 80))
def test_damage_never_raises(noise, cut):
    good = section() + interface("<", (2, b"eth0"))
    interfaces_of(good[:cut] + noise)
    interfaces_of(good + noise)


def test_a_packed_file_is_not_unpacked_without_end(tmp_path, monkeypatch):
    data = b"\xd4\xc3\xb2\xa1" + bytes(20) + bytes(16) + b"first" + bytes(1000) + bytes(16) + b"later"
    md5 = {text: hashlib.md5(text).hexdigest() for text in (b"first", b"later")}
    places = [Place(1, 24, 5, md5[b"first"]), Place(2, 24 + 16 + 5 + 1000, 5, md5[b"later"])]
    plain, packed = tmp_path / "a.pcap", tmp_path / "a.pcap.gz"
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data))
    assert bytes_of(packed, places) == {1: b"first", 2: b"later"}
    monkeypatch.setattr(records, "_UNPACKED_REACH", 1000)
    assert bytes_of(packed, places) == {1: b"first"}
    assert bytes_of(plain, places) == {1: b"first", 2: b"later"}


@pytest.mark.parametrize(("head", "kind"), [(b"\xd4\xc3\xb2\xa1", "pcap"), (b"", "unknown"), (b"<html>", "unknown")])
def test_kinds(head, kind):
    assert kind_of(head) == kind


def test_what_is_refused(tmp_path):
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "fifo")
    cases = {
        "none": "does not exist",
        "empty": "0 bytes",
        "fifo": "a pipe",
        "": "a folder",
        "a\0b": "cannot be opened",
        "x" * 300: "cannot be opened",
    }
    for name, says in cases.items():
        with pytest.raises(CaptureTrouble) as caught:
            check(tmp_path / name)
        assert says in caught.value.what
        assert caught.value.to_do


def test_a_broken_gzip_is_left_to_tshark(tmp_path):
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress(b"x" * 1000)[:20])
    assert CaptureFile.of(broken).interfaces == ()


def test_bytes_are_given_only_when_they_are_proved(tmp_path):
    data = b"0123456789"
    record = struct.pack("<IIII", 0, 0, len(data), len(data)) + data
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    path = tmp_path / "one.pcap"
    path.write_bytes(header + record)
    right = hashlib.md5(data).hexdigest()
    assert bytes_of(path, [Place(1, 24, 10, right)]) == {1: data}
    assert bytes_of(path, [Place(1, 20, 10, right)]) == {}
    assert bytes_of(path, [Place(1, 24, 9, right)]) == {}
    assert bytes_of(path, [Place(1, 9999, 10, right)]) == {}
    assert bytes_of(tmp_path / "none", [Place(1, 24, 10, right)]) == {}
