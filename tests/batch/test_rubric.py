"""Rubrics: what is refused, what goes into a filter, what each kind says, and `reporter check`."""

from __future__ import annotations

import json
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.batch import observe
from reporter.batch.alone import checked
from reporter.batch.checks import CITED, Wrong, counted, kinds
from reporter.batch.checks.quality import BOTH, COMPLETE, START
from reporter.batch.placeholders import display_filter, filled
from reporter.batch.rubric import read_rubric
from reporter.batch.submission import Student
from reporter.batch.words import BatchWords
from reporter.extract.filter import matching_frames, refusals
from reporter.extract.tally import tally
from reporter.model.stream import Closing, Opening
from tests.captures import BUNDLED
from tests.cli.run import reporter
from tests.faults import command
from tests.pcapng import Maker

PAGE = BUNDLED / "page-python-curl.pcap"
SOMEBODY = Student("20260000", "示例同学")


def rubric_of(tmp_path, text):
    path = tmp_path / "rubric.toml"
    path.write_text(text, encoding="utf-8")
    return path


_FILTER = '[[check]]\nid = "a"\nkind = "filter"\nfilter = "tcp"'
_TIME = '[[check]]\nid = "a"\nkind = "time"'


def check_of(tmp_path, text, capture=PAGE, student=SOMEBODY):
    verdicts, _ = checked(capture, rubric_of(tmp_path, f'[[check]]\nid = "x"\npoints = 4\n{text}'), student, ())
    return verdicts[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no checks"),
        ("checks = 1", "did you mean 'check'"),
        ('[[check]]\nid = "a"', "no kind"),
        ('[[check]]\nid = "a"\nkind = "filtre"', "did you mean 'filter'"),
        ('[[check]]\nid = "a"\nkind = "filter"', "needs filter"),
        ('[[check]]\nid = "a"\nkind = "filter"\nfilter = "tcp"\nat_lest = 2', "did you mean 'at_least'"),
        ('[[check]]\nid = "a b"\nkind = "filter"\nfilter = "tcp"', "no usable id"),
        ('[[check]]\nid = "a"\nkind = "filter"\nfilter = "tcp"\npoints = -1', "points"),
        ('[[check]]\nid = "a"\nkind = "opening"\nany_of = ["two-way"]', "knows no 'two-way'"),
        ('[[check]]\nid = "a"\nkind = "situation"\ncode = "H99"', "no rule"),
        ('[[check]]\nid = "a"\nkind = "exchange"\nstatus = 99', "status code"),
        ('[[check]]\nid = "a"\nkind = "time"\nafter = 2026-01-01', "not only a day"),
        ('[[check]]\nid = "a"\nkind = "time"\nafter = 2026-01-01T00:00:00', "zone"),
        ('[[check]]\nid = "a"\nkind = "addresses"\nallowed = "everywhere"', "networks"),
        ('[[check]]\nid = "a"\nkind = "filter"\nfilter = "ip.addr == {student.id}"', "only within a string"),
        ('[[check]]\nid = "a"\nkind = "filter"\nfilter = \'http contains "{student.age}"\'', "knows no {student.age}"),
        ('[[check]]\nid = "a"\nkind = "filter"\nfilter = "tcp"\n' * 2, "twice"),
        ("[[check", "not TOML"),
        (f"{_FILTER}\nat_least = 5\nat_most = 2", "at_least is above at_most"),
        (f"{_TIME}\nafter = 2026-09-02T00:00:00Z\nbefore = 2026-09-02T00:00:00+08:00", "after is above before"),
        (_TIME, "needs after or before"),
        ('[[check]]\nid = "a"\nkind = "connection"\nat_least = 2', "needs opening or closing or answered"),
        (f"{_FILTER}\nat_least = 0", "everything passes"),
        ('[[check]]\nid = "a"\nkind = "connection"\nanswered = 0', "everything passes"),
    ],
)
def test_a_wrong_rubric_is_told_with_its_line(tmp_path, text, said):
    _, troubles = read_rubric(rubric_of(tmp_path, text))
    assert troubles
    assert any(said in each.what for each in troubles), [each.what for each in troubles]
    assert all("rubric.toml" in each.where for each in troubles)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{_FILTER}\npoints = 1\n[[points]]\nx = 1", 6),
        (f"{_FILTER}\npoints = 1\n[points]\nx = 1", 6),
        (f"points = 3\n{_FILTER}\npoints = 1", 1),
    ],
)
def test_a_key_that_is_also_one_of_a_check_is_told_where_it_stands(tmp_path, text, line):
    _, troubles = read_rubric(rubric_of(tmp_path, text))
    assert troubles[0].where.endswith(f"rubric.toml, line {line}")


def test_none_at_all_may_be_asked_for(tmp_path):
    _, troubles = read_rubric(rubric_of(tmp_path, f"{_FILTER}\nat_least = 0\nat_most = 0"))
    assert not troubles


@pytest.mark.parametrize(("checks", "said"), [(1, "1 check, 1 point"), (2, "2 checks, 2 points")])
def test_a_rubric_in_order_is_counted_as_people_count(tmp_path, checks, said):
    text = "".join(f'[[check]]\nid = "c{each}"\nkind = "exchange"\npoints = 1\n' for each in range(checks))
    done = command("rubric", "check", rubric_of(tmp_path, text))
    assert done.printed.strip().endswith(f"rubric.toml: {said}: in order")


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "压缩包 lab.zip 有密码"), ("en", "The archive lab.zip has a password")]
)
def test_at_home_an_archive_with_a_password_is_told_as_in_class(tmp_path, lang, said):
    with zipfile.ZipFile(tmp_path / "lab.zip", "w") as archive:
        archive.write(PAGE, "a.pcap")
    data = bytearray((tmp_path / "lab.zip").read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(signature) + flags] |= 1
    (tmp_path / "lab.zip").write_bytes(data)
    rubric = rubric_of(tmp_path, '[[check]]\nid = "a"\nkind = "exchange"')
    done = command("check", tmp_path / "lab.zip", "--rubric", rubric, "--lang", lang)
    assert (done.code, said in done.said, "as a zip" in done.said) == (1, True, False)


def test_every_kind_has_words_of_its_own_in_both_languages():
    for language in ("zh", "en"):
        for name in kinds():
            assert {"pass", "fail"} <= BatchWords(language).table("check")[name].keys()


CASES = [
    ('kind = "filter"\nfilter = "http.request"', True, [6, 30]),
    ('kind = "filter"\nfilter = "http.request"\nat_most = 2', False, [6, 30]),
    ('kind = "filter"\nfilter = "tcp.port in {1, 2}"', False, None),
    ('kind = "filter"\nfilter = \'http contains "{student.id}"\'', True, None),
    ('kind = "filter"\nfilter = \'data-text-lines contains "{student.name}"\'', True, None),
    ('kind = "situation"\ncode = "H01"', True, None),
    ('kind = "situation"\ncode = "L01"\nat_most = 0', True, None),
    ('kind = "exchange"\nmethod = "GET"\nstatus = 200\ntype = "text/html"', True, [6, 10]),
    ('kind = "exchange"\npath = "/nowhere*"', False, None),
    ('kind = "opening"\nany_of = ["three-way"]', True, None),
    ('kind = "closing"\nany_of = ["reset"]', False, None),
    ('kind = "connection"\nopening = ["three-way"]\nanswered = 1', True, None),
    ('kind = "quality"\nrequires = ["complete", "both-directions", "from-the-start"]', True, None),
    ('kind = "time"\nbefore = 2001-01-01T00:00:00Z', False, None),
    ('kind = "addresses"\nallowed = ["192.168.0.0/16", "2001:db8::/32"]', True, None),
    ('kind = "addresses"\nallowed = ["192.168.10.2"]', False, [3]),
    ('kind = "sections"\nnames = ["结论"]', False, None),
]


def test_what_each_kind_says_of_a_real_capture(tmp_path):
    checks = [f'[[check]]\nid = "c{place}"\npoints = 4\n{text}\n' for place, (text, _, _) in enumerate(CASES)]
    verdicts, _ = checked(PAGE, rubric_of(tmp_path, "".join(checks)), SOMEBODY, ())
    for verdict, (text, passed, frames) in zip(verdicts, CASES, strict=True):
        if passed is not None:
            assert verdict["passed"] is passed, text
            assert verdict["points"] == (4 if passed else 0)
        if frames is not None:
            assert verdict["cites"][0]["frames"] == frames, text
        for language in ("zh", "en"):
            assert "{" not in BatchWords(language).verdict(verdict).replace("{1, 2}", "")


def test_an_exchange_of_http2_is_one_too(tmp_path):
    checks = (
        'kind = "exchange"\nmethod = "GET"\nhost = "lab.example"\npath = "/style*"\nstatus = 200\ntype = "text/css"',
        'kind = "exchange"\nstatus = 404\nat_least = 2',
        'kind = "connection"\nopening = ["three-way"]\nanswered = 4',
        'kind = "connection"\nopening = ["three-way"]\nanswered = 5',
    )
    text = "".join(f'[[check]]\nid = "c{place}"\n{each}\n' for place, each in enumerate(checks))
    verdicts, _ = checked(BUNDLED / "http2-clear.pcapng", rubric_of(tmp_path, text), SOMEBODY, ())
    assert [each["passed"] for each in verdicts] == [True, False, True, False]
    assert verdicts[0]["cites"][0]["frames"] == [6, 14]


@pytest.mark.parametrize(
    ("capture", "text", "passed"),
    [
        ("truncated.pcapng", 'requires = ["complete"]', False),
        ("one-way.pcapng", 'requires = ["both-directions"]', False),
        ("mid-connection.pcapng", 'requires = ["from-the-start"]', False),
        ("syn-unanswered.pcapng", 'requires = ["complete", "both-directions", "from-the-start"]', True),
    ],
)
def test_the_quality_of_a_capture(tmp_path, capture, text, passed):
    assert check_of(tmp_path, f'kind = "quality"\n{text}', BUNDLED / capture)["passed"] is passed


@pytest.mark.parametrize(
    ("capture", "code", "count", "frames"),
    [
        ("ends-half-closed.pcapng", "T09", 1, [1, 8, 9]),
        ("ends-half-closed.pcapng", "H01", 1, [1]),
        ("ends-half-closed.pcapng", ["T09", "H01"], 2, [1, 8, 9]),
        ("ends-half-closed.pcapng", ["H01", "syn"], 1, [1]),
    ],
)
def test_occurrences_of_situations_of_packets_and_of_streams_are_added_up(tmp_path, capture, code, count, frames):
    verdict = check_of(tmp_path, f'kind = "situation"\ncode = {json.dumps(code)}', BUNDLED / capture)
    assert verdict["facts"]["count"] == count
    assert [each["frames"] for each in verdict["cites"]] == [frames]
    assert not verdict["cites"][0]["more"]


def test_a_situation_on_more_frames_than_are_named_says_so(tmp_path):
    verdict = check_of(tmp_path, 'kind = "situation"\ncode = ["H01", "H02", "H03"]')
    assert verdict["facts"]["count"] > len(verdict["cites"][0]["frames"]) == CITED
    assert verdict["cites"][0]["more"]


def test_packets_of_which_no_rule_speaks_are_counted(tmp_path):
    odd = tmp_path / "odd.pcap"
    frame = bytes(12) + b"\x12\x34" + bytes(50)
    packets = b"".join(struct.pack("<IIII", at, 0, len(frame), len(frame)) + frame for at in (1, 2))
    odd.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + packets)
    verdict = check_of(tmp_path, 'kind = "situation"\ncode = "X00"\nat_most = 0', odd)
    assert (verdict["passed"], verdict["facts"]["count"], verdict["cites"][0]["frames"]) == (False, 2, [1, 2])


@pytest.mark.parametrize(
    ("of", "passed", "en"),
    [
        ('of = "clients"', True, "The addresses of all TCP clients are within 192.168.10.2/32."),
        ('of = ["servers", "clients"]', False, "The addresses of all TCP clients and servers should be within"),
        ("", False, "All addresses should be within 192.168.10.2/32; there are others: 192.168.10.80. (see"),
    ],
)
def test_whose_addresses_are_meant_is_told(tmp_path, of, passed, en):
    verdict = check_of(tmp_path, f'kind = "addresses"\nallowed = "192.168.10.2"\n{of}')
    assert verdict["passed"] is passed
    assert BatchWords("en").verdict(verdict).startswith(en)


@pytest.mark.parametrize(
    "text",
    [
        'kind = "addresses"\nallowed = "10.9.9.9"\nof = "clients"',
        'kind = "quality"\nrequires = ["complete", "both-directions"]',
        'kind = "quality"\nrequires = "from-the-start"',
    ],
)
def test_what_is_asked_of_connections_is_undecided_without_any(tmp_path, text):
    verdict = check_of(tmp_path, text, BUNDLED / "udp-only.pcapng")
    assert (verdict["passed"], verdict["points"]) == (None, 0)
    assert BatchWords("en").verdict(verdict) == "Cannot be decided: there is no TCP connection."
    assert BatchWords("zh").verdict(verdict) == "无法判定：抓包里没有 TCP 连接。"


@pytest.mark.parametrize(("most", "passed"), [(None, True), (2, None), (0, False)])
def test_what_was_not_all_remembered_is_not_called_little(most, passed):
    assert counted({} if most is None else {"at_most": most}, 1, [], cut=True).passed is passed
    assert counted({"at_least": 2}, 1, [], cut=True).passed is None


def told(language, kind, passed, **facts):
    verdict = {"passed": passed, "kind": kind, "facts": facts, "texts": {}, "cites": []}
    return BatchWords(language).verdict(verdict)


@pytest.mark.parametrize(
    ("least", "most", "zh", "en"),
    [
        (1, None, "至少 1 条", "at least 1"),
        (0, 2, "至多 2 条", "at most 2"),
        (2, 2, "恰好 2 条", "exactly 2"),
        (0, 0, "恰好 0 条", "exactly 0"),
        (1, 3, "至少 1 条、至多 3 条", "at least 1, at most 3"),
    ],
)
def test_only_the_bounds_that_were_asked_for_are_told(least, most, zh, en):
    facts = {"count": 4, "at_least": least, "at_most": most, "opening": "", "closing": "reset", "answered": 0}
    assert told("zh", "closing", False, **facts) == f"由 RST 终止的连接有 4 条，要求{zh}。"
    assert told("en", "closing", False, **facts) == f"Connections with a reset: 4; asked for: {en}."


def test_a_long_text_of_the_teacher_is_told_whole():
    own = "请再看一遍第三次握手。" * 40
    cites = [{"capture": "a.pcapng", "frames": [3], "more": False}]
    verdict = {"passed": False, "kind": "filter", "facts": {}, "texts": {"zh": own}, "cites": cites}
    assert BatchWords("zh").verdict(verdict) == f"{own}（见 a.pcapng 第 3 帧）"


def test_what_is_asked_of_a_connection_is_told_in_words():
    ways = {"opening": "three-way, simultaneous", "closing": "four-way"}
    facts = {**ways, "count": 1, "at_least": 1, "at_most": None, "answered": 2}
    said = "同时满足“三次握手建立或同时打开、四次挥手关闭、有响应的请求不少于 2 个”的连接有 1 条。"
    assert told("zh", "connection", True, **facts) == said
    said = "Connections with all of a three-way handshake or a simultaneous open, a close in four segments, at least 2 "
    assert told("en", "connection", True, **facts) == f"{said}answered requests: 1."


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_name_that_a_check_may_use_has_words(language):
    words = BatchWords(language).table("value")
    wanted = {f"opening-{each}" for each in Opening} | {f"closing-{each}" for each in Closing}
    asked = {COMPLETE, BOTH, START}
    whose = {f"addresses-{each}" for each in ("all", "clients", "servers", "clients-servers")}
    assert words.keys() - {"answered-one"} == wanted | asked | {f"not-{each}" for each in asked} | whose | {"answered"}


def test_what_is_wrong_with_a_capture_is_told_and_not_what_would_be_right(tmp_path):
    verdict = check_of(tmp_path, 'kind = "quality"\nrequires = "from-the-start"', BUNDLED / "mid-connection.pcapng")
    zh, en = (BatchWords(language).verdict(verdict) for language in ("zh", "en"))
    assert zh == "抓包不符合要求：有连接没有从建立时抓起。（见 mid-connection.pcapng 第 1 帧）"
    assert en.startswith("The capture is not as required: the beginning of a connection is not there. (see")


def test_a_check_that_asks_for_an_unknown_student_is_not_decided(tmp_path):
    verdict = check_of(tmp_path, 'kind = "filter"\nfilter = \'http contains "{student.id}"\'', student=Student())
    assert verdict["passed"] is None
    assert verdict["points"] == 0
    assert "学号" in BatchWords("zh").verdict(verdict)


def test_tallies_are_what_the_filters_let_through():
    filters = ["tcp.flags.syn == 1", "http.request", "tcp.port in {80, 5000..9000}", 'http contains "a,b"', "dns"]
    for one, display in zip(tally(PAGE, filters), filters, strict=True):
        frames = sorted(matching_frames(PAGE, display))
        assert (one.count, one.first, one.last) == (len(frames), *((frames[0], frames[-1]) if frames else (0, 0)))


@given(st.text(max_size=20), st.sampled_from(["http contains", "http.host ==", "http.host matches"]))
def test_nothing_in_a_name_leaves_its_string(name, operator):
    written = display_filter(f'{operator} "{{student.name}}"')
    made = filled(written, Student("", name))
    inner = made[len(operator) + 1 :]
    assert inner[0] == inner[-1] == '"'
    backslashes = 0
    for character in inner[1:-1]:
        assert not (character == '"' and backslashes % 2 == 0)
        assert character.isprintable()
        backslashes = backslashes + 1 if character == "\\" else 0
    assert backslashes % 2 == 0


@pytest.mark.parametrize("name", ['" || tcp || "', "\\", '\\"', "(", "[a", "{student.id}", "a b,c"])
def test_tshark_takes_a_filter_with_any_name(name):
    written = [display_filter(f'{each} "{{student.name}}"') for each in ("http contains", "http.host matches")]
    assert refusals([filled(each, Student("1", name)) for each in written]) == {}


def test_a_placeholder_in_a_raw_string_is_refused():
    with pytest.raises(Wrong):
        display_filter('http.host matches r"{student.id}"')


def test_check_ends_with_4_when_a_check_fails_and_cites_frames(tmp_path):
    good = rubric_of(tmp_path, '[[check]]\nid = "get"\nkind = "filter"\nfilter = "http.request"\npoints = 1\n')
    done = reporter("check", PAGE, "--rubric", good, "--lang", "en")
    assert done.returncode == 0
    assert "frames 6, 30" in done.stdout.decode()
    bad = rubric_of(tmp_path, '[[check]]\nid = "dns"\nkind = "filter"\nfilter = "dns"\npoints = 1\n')
    done = reporter("check", PAGE, "--rubric", bad, "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["checks"][0]["passed"] is False


def test_rubric_check_shows_what_tshark_says(tmp_path):
    path = rubric_of(tmp_path, '[[check]]\nid = "a"\nkind = "filter"\nfilter = "tcp.flgs.syn == 1"\n')
    done = reporter("rubric", "check", path)
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "tcp.flgs.syn" in said
    assert "^~~~" in said
    assert "line 1" in said
    assert reporter("batch", tmp_path, "-o", tmp_path / "out", "--rubric", path).returncode == 2


@pytest.mark.parametrize(
    ("limit", "undecided"),
    [
        ("_STREAMS", {"connection", "exchange", "quality", "clients"}),
        ("_EXCHANGES", {"exchange"}),
        ("_ADDRESSES", {"all"}),
    ],
)
def test_only_what_was_not_all_remembered_is_undecided(tmp_path, monkeypatch, limit, undecided):
    monkeypatch.setattr(observe, limit, 1)
    checks = {
        "connection": 'kind = "connection"\nopening = "three-way"\nat_most = 9',
        "exchange": 'kind = "exchange"\nat_most = 9',
        "quality": 'kind = "quality"\nrequires = "from-the-start"',
        "clients": 'kind = "addresses"\nallowed = "192.168.10.0/24"\nof = "clients"',
        "all": 'kind = "addresses"\nallowed = ["192.168.10.0/24"]',
    }
    text = "".join(f'[[check]]\nid = "{name}"\npoints = 4\n{each}\n' for name, each in checks.items())
    verdicts, _ = checked(PAGE, rubric_of(tmp_path, text), SOMEBODY, ())
    assert {each["id"] for each in verdicts if each["passed"] is None} == undecided
    assert all(each["passed"] for each in verdicts if each["id"] not in undecided)


def test_of_packets_without_a_time_no_window_is_decided(tmp_path):
    capture, make = tmp_path / "simple.pcapng", Maker()
    capture.write_bytes(make.section() + make.interface() + make.simple() * 3)
    verdict = check_of(tmp_path, 'kind = "time"\nafter = 2026-01-01T00:00:00Z', capture)
    assert (verdict["passed"], verdict["facts"]["undecided"]) == (None, "no-times")
    capture.write_bytes(capture.read_bytes() + make.packet())
    assert check_of(tmp_path, 'kind = "time"\nafter = 1960-01-01T00:00:00Z', capture)["passed"] is None
    assert check_of(tmp_path, 'kind = "time"\nafter = 2026-01-01T00:00:00Z', capture)["passed"] is False
