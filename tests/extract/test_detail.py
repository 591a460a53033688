"""Detail trees and bytes are exactly those of tshark and Wireshark."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reporter.capture.records import Place
from reporter.extract import detail
from reporter.extract.bodies import bodies
from reporter.extract.detail import Details
from reporter.extract.pdml import lines_of, shortened, tree_of
from reporter.extract.tshark import Isolation, output_of
from reporter.model.detail import Detail
from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.report.document import PacketWindow
from tests.captures import BUNDLED, bundled, shared

pytestmark = pytest.mark.tshark
PAGE = BUNDLED / "page-node-curl.pcapng"
MOST = 40


def details(path, frames):
    with Details(path).start() as found:
        got = found.get(frames)
        assert found.failure is None
        return got


def rows(path, *fields):
    arguments = ["-2", "-r", str(path), "-c", str(MOST), "-T", "fields"]
    for name in fields:
        arguments += ["-e", name]
    return [line.split("\t") for line in output_of(arguments)[1].splitlines()]


@pytest.mark.parametrize("path", [*bundled(), *shared(200_000)], ids=lambda path: path.name)
def test_bytes_are_all_that_was_captured(path):
    lengths = {int(frame): int(length) for frame, length in rows(path, "frame.number", "frame.cap_len")}
    got = details(path, lengths)
    assert {frame: len(each.data) for frame, each in got.items()} == lengths
    assert all(each.lines[0].depth == 0 for each in got.values())


@pytest.mark.parametrize("name", ["page-node-curl.pcapng", "page-python-curl.pcap", "gzip.pcapng.gz", "snaplen.pcapng"])
def test_bytes_are_those_of_the_hex_dump(name):
    path = BUNDLED / name
    text = output_of(["-r", str(path), "-x", "-c", "12", "-o", "tcp.desegment_tcp_streams:FALSE"])[1]
    dumps = [dump for dump in re.split(r"\n\n+", text) if re.match(r"[0-9a-f]{4}  ", dump)]
    shown = [bytes.fromhex("".join(line[6:53] for line in dump.splitlines())) for dump in dumps]
    got = details(path, range(1, 13))
    assert [each.data for each in got.values()] == shown[: len(got)]
    assert len(got) == 12


def test_the_tree_of_a_segment():
    one = details(PAGE, [1])[1]
    by_field = {line.field: line for line in one.lines}
    depth = by_field["tcp.flags"].depth
    assert (by_field["tcp"].depth, depth, by_field["tcp.flags.syn"].depth) == (0, 1, 2)
    assert by_field["tcp.flags.syn"].text == ".... .... ..1. = Syn: Set"
    assert {line.field for line in one.lines if line.field.startswith("tcp.flags.")} >= {
        f"tcp.flags.{bit}" for bit in ("cwr", "ece", "urg", "ack", "push", "reset", "syn", "fin")
    }
    port = by_field["tcp.srcport"]
    assert port.start is not None
    assert int.from_bytes(one.data[port.start : port.start + port.length]) == int(port.text.rpartition(" ")[2])
    assert by_field["tcp.stream"].text == "[Stream index: 0]"
    assert by_field["tcp.stream"].start is None
    assert not {"frame.md5_hash", "frame.file_off", "tcp.port", "geninfo"} & by_field.keys()


def test_times_do_not_depend_on_what_was_fetched():
    delta = dict(rows(PAGE, "frame.number", "frame.time_delta"))["9"]
    (line,) = [line for line in details(PAGE, [9])[9].lines if line.field == "frame.time_delta_displayed"]
    assert float(line.text.strip("[]").split(": ")[1].split(" ")[0]) == pytest.approx(float(delta))


def test_analysis_knows_the_whole_capture():
    (line,) = [line for line in details(PAGE, [1])[1].lines if line.field == "tcp.completeness"]
    assert line.text.endswith("(31)]")


def test_reassembled_lines_stand_for_no_bytes_of_the_frame():
    path = BUNDLED / "gzip.pcapng.gz"
    one = details(path, [14])[14]
    fields = {line.field: line for line in one.lines}
    assert fields["tcp.segments"].depth == 0
    assert fields["tcp.segments"].text.startswith("[3 Reassembled TCP Segments")
    assert fields["http"].start is None
    assert fields["tcp.payload"].start == 66


@pytest.mark.skipif(shutil.which("sharkd") is None, reason="no sharkd to compare with")
@pytest.mark.parametrize("path", bundled(), ids=lambda path: path.name)
def test_the_tree_is_that_of_wireshark(path):
    """sharkd tells what Wireshark's window shows: labels, what is computed, and which bytes."""
    got = details(path, range(1, MOST + 1))
    for frame, tree in sharkd(path, got).items():
        shown = [(each["depth"], each["text"], each["start"]) for each in tree]
        assert shown == [(line.depth, plain(line.text), line.start) for line in got[frame].lines]


def plain(text):
    return re.sub(r"[\x00-\x1f]|\\x[0-9a-f]{2}", "?", text)


def sharkd(path, frames):
    isolation = Isolation()
    names = ("name", "mac_name", "transport_name", "network_name", "vlan_name")
    settings = "".join(f"nameres.{name}: FALSE\n" for name in names)
    folder = isolation.environment["WIRESHARK_CONFIG_DIR"]
    (Path(folder) / "preferences").write_text(settings, encoding="utf-8")
    asked = [{"jsonrpc": "2.0", "id": 0, "method": "load", "params": {"file": str(path)}}] + [
        {"jsonrpc": "2.0", "id": n, "method": "frame", "params": {"frame": n, "proto": True, "bytes": True}}
        for n in frames
    ]
    done = subprocess.run(
        ["sharkd", "-"],
        input="".join(json.dumps(each) + "\n" for each in asked).encode(),
        capture_output=True,
        env=isolation.environment,
        timeout=60,
        check=False,
    )
    isolation.close()
    found = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        answer = json.loads(line)
        if answer.get("id") and "result" in answer:
            found[answer["id"]] = list(flat(answer["result"]["tree"]))
            assert base64.b64decode(answer["result"]["bytes"]) == frames[answer["id"]].data
    return found


def flat(nodes, depth=0):
    for node in nodes:
        text = f"[{node['l']}]" if node.get("g") else node["l"]
        start, length = node.get("h", (None, 0))
        yield {"depth": depth, "text": plain(text), "start": start if length and not node.get("ds") else None}
        yield from flat(node.get("n", []), depth + 1)


def test_frames_that_were_not_guessed_are_fetched(monkeypatch):
    with Details(PAGE).start("frame.number == 1") as found:
        assert list(found.get([1, 15, 16])) == [1, 15, 16]
        assert list(found.get([9999])) == []
        assert found.get([]) == {}


def test_a_truncated_capture():
    got = details(BUNDLED / "truncated.pcapng", range(1, 100))
    assert list(got) == list(range(1, 12))


def test_without_pyshark_the_same(monkeypatch):
    expected = details(PAGE, [1, 6, 15])
    monkeypatch.setitem(sys.modules, "reporter.extract.pysharkpass", None)
    with Details(PAGE) as found:
        assert found.get([1, 6, 15]) == expected
        assert isinstance(found.failure, ImportError)


def test_lines_that_are_too_long_are_given_up(monkeypatch):
    """The frames are left out, and nothing is raised."""
    monkeypatch.setitem(sys.modules, "reporter.extract.pysharkpass", None)
    monkeypatch.setattr(detail, "_LONGEST_LINE", 100 - 16 * PAGE.stat().st_size)
    for found in (Details(PAGE), Details(PAGE).start()):
        with found:
            assert found.get([1, 6]) == {}


def test_bytes_that_cannot_be_proved_come_from_tshark(monkeypatch):
    expected = details(PAGE, [1, 6, 15])

    def nothing(path: object, places: list[Place]) -> dict[int, bytes]:
        return {}

    monkeypatch.setattr(detail, "bytes_of", nothing)
    assert details(PAGE, [1, 6, 15]) == expected


def test_decode_as_is_passed_on():
    port = dict(rows(PAGE, "frame.number", "tcp.dstport"))["1"]
    frames = range(1, 14)

    def protocols(decode_as):
        with Details(PAGE, decode_as).start() as found:
            return {line.field for each in found.get(frames).values() for line in each.lines if line.depth == 0}

    assert "http" in protocols(())
    assert "http" not in protocols((f"tcp.port=={port},data",))


def test_closing_at_any_time_leaves_nothing():
    for pause in (0, 0.02, 0.1, 0.3):
        found = Details(PAGE).start()
        time.sleep(pause)
        found.close()
        assert found.failure is None
    assert not [each for each in threading.enumerate() if each.name == "details"]


def test_it_makes_no_noise():
    code = f"""
from pathlib import Path
from reporter.extract.detail import Details
page, cut = Path({str(PAGE)!r}), Path({str(BUNDLED / "truncated.pcapng")!r})
first = Details(page).start()
assert first.get([1, 2])
first.close()
Details(page).start().close()
assert Details(cut).start().get([1])
"""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, cwd=BUNDLED.parent, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_text_that_is_no_xml_is_survived():
    packet = (
        b'<packet><proto name="geninfo"><field name="num" show="3"/></proto>'
        b'<proto name="frame" size="2" pos="0" showname="Frame \x01 \xff">'
        b'<field name="x" show="&lt;b&gt;" size="1" pos="1" value="61"/></proto></packet>'
    )
    tree = tree_of(packet)
    assert tree.frame == 3
    assert [line.text for line in lines_of(tree, b"_a")] == ["Frame \ufffd \ufffd", "<b>"]
    assert [line.start for line in lines_of(tree, b"_b")] == [0, None]
    with pytest.raises(ValueError, match="well-formed"):
        tree_of(b"<packet><proto></packet>")


WITH_BODIES = ["http-encoding", "http-variety", "page-nginx-browser", "snaplen", "tls-decrypted"]


@pytest.mark.parametrize("path", [BUNDLED / f"{name}.pcapng" for name in WITH_BODIES] + shared(60_000), ids=str)
def test_bodies_in_the_details_are_those_that_tshark_gives_alone(path):
    """Unpacked, without chunks, put together from segments; of the first message of a frame."""
    with Details(path).start("http") as found:
        found.version()
        frames = [*found.bodies(range(1, 1000))]
        known = {frame: body for frame, body in found.bodies(frames).items() if body is not None}
    assert known == bodies(path, frames)
    if path.parent == BUNDLED and "snaplen" not in path.name:
        assert len(known) > 2


def test_a_body_that_is_not_whole_in_the_details_is_not_told_of():
    message = (
        b'<packet><proto name="geninfo"><field name="num" show="3"/></proto><proto name="http" size="9" pos="0">%b'
    )
    body = b'<field name="http.file_data" size="2" pos="0" show="ab" %b/>'
    for inside, bodies_told in [
        (b"", []),
        (body % b'value="6162"', ["6162"]),
        (body % b'cut="300000"', [None]),
        (body % b'value="6162"' + body % b'value="6163"', ["6162", "6163"]),
        (b'<field name="x" size="2" pos="0">' + body % b'value="6162"' + b"</field>", []),
        (b'</proto><proto name="http" size="9" pos="0">' + body % b'value="6162"', []),
        (b'</proto><proto name="other" size="9" pos="0">' + body % b'value="6162"', []),
    ]:
        tree = tree_of(message % inside + b"</proto></packet>")
        assert tree.bodies == bodies_told, inside


def test_a_detail_is_a_value():
    assert Detail(1, (), b"") == Detail(1, (), b"")


def test_a_body_larger_than_any_frame_is_not_kept():
    """What was put together from many segments has no bytes in the frame, and its lines read the same without."""
    data = b"\x07" * 300_000
    packet = b"\n".join(
        [
            b"<packet>",
            b'<proto name="frame" showname="Frame 9: 60 bytes" size="60" pos="0"></proto>',
            b'<proto name="http" showname="Hypertext Transfer Protocol" size="300000" pos="0">',
            b'<field name="http.file_data" showname="File Data" size="300000" pos="0" show="%b" value="%b"/>'
            % (data.hex().encode(), data.hex().encode()),
            b"</proto>",
            b'<field name="data" value="%b"><field name="data.len" show="300000" size="0" pos="0"/></field>'
            % data.hex().encode(),
            b"</packet>",
        ]
    )
    short = b"\n".join(map(shortened, packet.split(b"\n")))
    assert len(short) < 1000
    frame = bytes(60)
    assert lines_of(tree_of(short), frame) == lines_of(tree_of(packet), frame)
    assert any(line.text == "Data (300000 bytes)" for line in lines_of(tree_of(short), frame))


def test_a_report_asks_for_its_frames_at_once(monkeypatch):
    asked = []
    begin = Details._begin

    def counted(self, display_filter, wanted):
        asked.append(display_filter)
        begin(self, display_filter, wanted)

    monkeypatch.setattr(detail, "_SMALL", 0)
    monkeypatch.setattr(Details, "_begin", counted)
    document = make_document([PAGE], options=ReportOptions(), progress=lambda what, count: None)
    windows = [
        block
        for top in document.sections
        for section in (top, *top.sections)
        for block in section.blocks
        if isinstance(block, PacketWindow)
    ]
    assert len(windows) > 5
    assert len(asked) == 1
