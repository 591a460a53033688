"""An annotated capture is the capture, byte for byte, with our comments and nothing else."""

from __future__ import annotations

import gzip
import io
import subprocess
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.capture.blocks import blocks_of
from reporter.capture.file import kind_of
from reporter.capture.rewrite import Rewriting
from reporter.errors import Trouble
from reporter.extract.offsets import convert
from reporter.pipeline.annotate import annotate
from tests.captures import BUNDLED, bundled, shared
from tests.pcapng import Maker, without_ours

pytestmark = pytest.mark.tshark

LITTLE, BIG = Maker("<"), Maker(">")


def fields(path, *names):
    asked = [part for name in names for part in ("-e", name)]
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "aggregator=|", *asked]
    return subprocess.run(command, capture_output=True, check=False).stdout.decode("utf-8", "replace")


def as_pcapng(path, folder):
    """What of this capture is to stay: its bytes unpacked, or what editcap makes of another kind."""
    data = path.read_bytes()
    if kind_of(data[:8]) == "gzip":
        data = gzip.decompress(data)
    if kind_of(data[:8]) == "pcapng":
        return data
    convert(path, folder / "converted.pcapng")
    return (folder / "converted.pcapng").read_bytes()


def everything():
    """One of each kind of block, big-endian too, in three sections, with section lengths said and not."""
    texts = LITTLE.options((1, "我的注释".encode()), (2, b"\0\0\0\1"))
    body = (
        LITTLE.interface(LITTLE.options((2, b"eth0"), (9, b"\x09")))
        + LITTLE.interface(LITTLE.options((9, b"\x8a")))
        + LITTLE.names()
        + LITTLE.secrets()
        + LITTLE.packet(texts, ticks=1_700_000_000_000_000_000)
        + LITTLE.packet(interface=1)
        + LITTLE.custom()
        + LITTLE.packet(LITTLE.options())
        + LITTLE.packet(LITTLE.options((1, b"kept, and no end"), end=False))
        + LITTLE.old_packet(LITTLE.options((1, b"old")))
        + LITTLE.simple()
        + LITTLE.block(0x0BADF00D, b"a kind nobody knows")
        + LITTLE.statistics()
    )
    first = LITTLE.section(LITTLE.options((1, b"my file"), (4, b"somebody"), (1, b"second")), len(body)) + body
    body = BIG.interface() + BIG.packet(BIG.options((1, b"big"))) + BIG.simple() + BIG.names() + BIG.packet()
    second = BIG.section(length=len(body)) + body
    return first + second + LITTLE.section() + LITTLE.interface() + LITTLE.packet(data=FRAME_ODD) + LITTLE.custom()


FRAME_ODD = bytes(range(61))


def rewritten(data):
    """The file with comments on every packet block, put in without asking tshark or the rules."""
    rewriting, body = Rewriting(), io.BytesIO()
    packets = [block.offset for block in blocks_of(io.BytesIO(data).read) if block.kind in (2, 3, 6)]
    told = ((offset, [f"packet at {offset}".encode(), "说明".encode()]) for offset in packets)
    assert rewriting.copy(blocks_of(io.BytesIO(data).read), told, body)
    assert rewriting.commented + rewriting.without_place == len(packets)
    return rewriting.header("整份文件\nof the file".encode()) + body.getvalue()


@pytest.mark.parametrize("path", [*bundled(), *shared(50_000_000)], ids=lambda path: path.name)
def test_taking_our_comments_out_of_any_capture_gives_the_capture(path, tmp_path):
    try:
        original = as_pcapng(path, tmp_path)
    except Trouble:
        assert path not in bundled()
        return
    annotated = rewritten(original)
    assert len(annotated) > len(original)
    assert without_ours(annotated) == original
    again = rewritten(annotated)
    assert again.count("说明".encode()) == annotated.count("说明".encode())
    assert without_ours(again) == original


WHOLE = ("page-nginx-browser.pcapng", "gzip.pcapng.gz", "truncated.pcapng", "page-python-curl.pcap", "vlan.pcapng")


@pytest.mark.parametrize("name", WHOLE)
def test_every_packet_has_its_sentences_and_nothing_else_has_changed(name, tmp_path):
    output = tmp_path / "out.pcapng"
    done = annotate(BUNDLED / name, output, languages=["en"])
    assert without_ours(output.read_bytes()) == as_pcapng(BUNDLED / name, tmp_path)
    told = fields(output, "frame.comment").splitlines()
    assert len(told) == done.packets == done.commented
    assert all("R» " in line for line in told)


@pytest.mark.parametrize("maker", [LITTLE, BIG])
def test_options_without_an_end_and_ends_without_options(maker):
    odd = [b"", bytes(4), bytes(8), b"\0\0\0\0junk", maker.options((1, b"x"), end=False), maker.options((1, b""))]
    data = b"".join(maker.section(area) + maker.interface() + maker.packet(area) for area in odd)
    annotated = rewritten(data)
    assert annotated.count(b"of the file") == 1
    assert annotated.count(b"packet at") == len(odd)
    assert without_ours(annotated) == data


@given(st.binary(max_size=80), st.sampled_from("<>"), st.integers(0, 200))
def test_damage_passes_unchanged(junk, order, cut):
    maker = Maker(order)
    packets = maker.packet(maker.options((1, b"mine"))) + maker.packet(junk) + maker.old_packet() + maker.packet()
    data = maker.section(maker.options((1, b"all"))) + maker.interface() + packets[: len(packets) - cut] + junk
    assert without_ours(rewritten(data)) == data


def test_every_kind_of_block_stays(tmp_path):
    source, output = tmp_path / "in.pcapng", tmp_path / "out.pcapng"
    source.write_bytes(everything())
    done = annotate(source, output, languages=["zh", "en"])
    assert without_ours(output.read_bytes()) == everything()
    names = ("frame.number", "frame.time_epoch", "frame.len", "frame.interface_id")
    assert fields(output, *names) == fields(source, *names)
    comments = fields(output, "frame.comment").splitlines()
    assert len(comments) == done.packets
    assert comments[0].startswith("我的注释|R» ")
    # Custom and simple blocks count as frames and have no place for comments.
    assert done.without_place == sum(not line for line in comments) > 0
    assert all("R» " in line for line in comments if line)


def test_the_comment_of_the_file_keeps_what_the_user_wrote(tmp_path):
    source, output = tmp_path / "in.pcapng", tmp_path / "out.pcapng"
    source.write_bytes(everything())
    annotate(source, output, languages=["en"])
    said = subprocess.run(["capinfos", "-k", str(output)], capture_output=True, check=False).stdout.decode()
    assert "my file" in said
    assert "Explained by reporter: " in said
    assert "second" in said


def test_a_second_run_replaces_ours_and_keeps_the_rest(tmp_path):
    first, second, again = (tmp_path / name for name in ("1.pcapng", "2.pcapng", "3.pcapng"))
    source = tmp_path / "in.pcapng"
    source.write_bytes(everything())
    annotate(source, first, languages=["zh"])
    annotate(first, second, languages=["en"])
    annotate(source, again, languages=["en"])
    assert second.read_bytes() == again.read_bytes()
    assert without_ours(second.read_bytes()) == everything()


def test_after_wireshark_has_rewritten_the_file_our_comments_are_still_replaced(tmp_path):
    first, edited, second = (tmp_path / name for name in ("1.pcapng", "2.pcapng", "3.pcapng"))
    annotate(BUNDLED / "page-node-curl.pcapng", first, languages=["zh"])
    subprocess.run(["editcap", "-a", "3:mine", str(first), str(edited)], check=True)
    annotate(edited, second, languages=["en"])
    third = fields(second, "frame.comment").splitlines()[2]
    assert "mine" in third.split("|")
    assert third.count("R» The client confirms") == 1
    assert "客户端" not in third


def test_a_packed_capture_and_an_old_one_are_converted(tmp_path):
    old = BUNDLED / "page-python-curl.pcap"
    packed, output, plain = tmp_path / "a.pcap.gz", tmp_path / "a.pcapng", tmp_path / "b.pcapng"
    packed.write_bytes(gzip.compress(old.read_bytes()))
    annotate(packed, output)
    annotate(old, plain)
    assert output.read_bytes() == plain.read_bytes()
    names = ("frame.number", "frame.time_epoch", "frame.len", "frame.cap_len")
    assert fields(output, *names) == fields(old, *names)


def test_a_packed_capture_that_is_cut_short(tmp_path):
    source, output = tmp_path / "a.pcapng.gz", tmp_path / "out.pcapng"
    whole = (BUNDLED / "page-node-curl.pcapng").read_bytes()
    source.write_bytes(gzip.compress(whole)[:-20000])
    done = annotate(source, output, languages=["en"])
    assert done.tail == "cut short"
    bare = without_ours(output.read_bytes())
    assert whole.startswith(bare)
    assert done.packets > 5


def test_comments_are_short_lines(tmp_path):
    output = tmp_path / "out.pcapng"
    annotate(BUNDLED / "page-nginx-browser.pcapng", output, languages=["zh", "en"])
    comments = [each for line in fields(output, "frame.comment").splitlines() for each in line.split("|")]
    assert all(each.startswith("R» ") for each in comments)
    long = [each for each in comments if len(each.encode()) > 240]
    assert len(long) < len(comments) / 100


def test_memory_does_not_grow_with_the_capture(tmp_path):
    source = tmp_path / "in.pcapng"
    packets = b"".join(LITTLE.packet(ticks=1_000_000 + n, data=FRAME_ODD + bytes(900)) for n in range(3000))
    source.write_bytes(LITTLE.section() + LITTLE.interface() + packets)
    annotate(source, tmp_path / "warm.pcapng", languages=["en"])
    tracemalloc.start()
    annotate(source, tmp_path / "out.pcapng", languages=["en"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < source.stat().st_size


def test_what_is_no_capture_leaves_nothing_behind(tmp_path):
    (tmp_path / "x.pcapng").write_bytes(b"no capture at all, only text\n" * 9)
    for name in ("x.pcapng", "none.pcapng"):
        with pytest.raises(Trouble):
            annotate(tmp_path / name, tmp_path / "out.pcapng")
    assert [each.name for each in tmp_path.iterdir()] == ["x.pcapng"]
