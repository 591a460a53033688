"""Every sentence is true: checked on every capture there is, in both languages.

What is said is held against tshark's own values (tests/oracle.py, which shares no code with our extraction), the
sums are added up again, and the words are read by jinja2 itself for what they use.
"""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from jinja2 import Environment, meta

from reporter import rules
from reporter.analyse.seen import Analysis
from reporter.analyse.step import Move
from reporter.capture.file import CaptureFile
from reporter.errors import Trouble
from reporter.explain.endings import END_RULES, Ending
from reporter.explain.engine import FALLBACK, Explainer, Finding
from reporter.explain.evidence import Evidence, Fact
from reporter.explain.registry import RULES
from reporter.explain.words import Span, Words
from reporter.model.stream import Role, State, Stream
from reporter.options import LANGUAGES, ReportOptions
from reporter.pipeline import Explained, Explanation
from reporter.pipeline.report import make_document
from reporter.privacy import Guard
from reporter.render import json as to_json
from reporter.report.compose import compose
from reporter.report.document import Document
from reporter.report.material import Capture, Keeper, Particulars, Told
from tests.arithmetic import sums, wrong_sums
from tests.captures import BUNDLED, bundled, shared
from tests.notation import Notation
from tests.oracle import Values, values

rules.load()
WORDS = {language: Words(language) for language in LANGUAGES}
CASES = Path(__file__).parent / "rules" / "cases"
PROSE = Path(__file__).parents[1] / "templates" / "prose"
KEYS = {"title", "text", "again", "ask"}
VALIDATOR = jsonschema.Draft202012Validator(to_json.schema())

_OTHER = "encrypted IPsec, LLC, or an Ethernet type that tshark does not know: what is inside cannot be told"
#: Packets of which the report says nothing but their name: by capture the frames and why.
UNEXPLAINED: dict[str, tuple[set[int], str]] = {
    "arkime__arkime_synthetic.pcap": ({301, 303, 304, 528}, _OTHER),
    "arkime__tcp_handshake_synthetic.pcap": ({20}, "a SYN-ACK from the end that had sent the SYN: nonsense on purpose"),
    "ndpi__doq.pcapng": (
        {2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 17, 19},
        "decrypted QUIC, which tshark itself calls malformed DNS",
    ),
    "zeek__linux_dlt_sll2.pcap": ({6}, "RARP, which no host of today uses"),
}
#: Captures whose numbers are false: a middlebox has written padding into the IP length, so that empty segments
#: seem to carry bytes which later segments contradict.
CORRUPT = {"ndpi__heuristic_tcp_ack_payload.pcap"}

#: Asked of tshark for every capture, beside the fields that our evidence names.
_PLAIN = ("tcp.stream", "tcp.srcport", "tcp.dstport", "ip.src", "ipv6.src", "tcp.seq", "tcp.len", "tcp.flags")


@dataclass
class Reading:
    """One capture explained, with tshark's own values beside it."""

    path: Path
    packets: list[Explained]
    streams: tuple[Stream, ...]
    tail: str
    documents: dict[str, Document]
    endings: list[Ending] = field(default_factory=list)
    spoken: list[Evidence] = field(default_factory=list)
    plain: Values = field(default_factory=dict)

    @property
    def frames(self) -> set[int]:
        return {each.seen.packet.frame for each in self.packets}


def read(path: Path) -> Reading:
    explanation = Explanation(path, strict=True, guard=Guard(redact=False))
    packets = list(explanation)
    streams = explanation.streams()
    endings = explanation.endings()
    keeper = Keeper()
    for each in packets:
        keeper.keep(Told(each.seen, each.findings))
    file = CaptureFile.of(path)
    capture = Capture(
        particulars=Particulars(path, file.size, file.sha256, file.kind, ()),
        keeper=keeper,
        streams=streams,
        tail=explanation.tail,
        failures=(),
        shown=None,
        details=lambda frames: {},
        endings=endings,
    )
    documents = {}
    for language in LANGUAGES if packets else ():
        documents[language] = compose([capture], ReportOptions(lang=language), tshark="", command="")
    reading = Reading(path, packets, streams, explanation.tail, documents)
    reading.endings = [*endings.capture, *(ending for found in endings.streams.values() for ending in found)]
    told = chain((one.facts for each in packets for one in each.findings), (one.facts for one in reading.endings))
    facts = (fact for found in told for fact in found.values())
    reading.spoken = [*dict.fromkeys(each for fact in facts for each in evidence_of(fact))]
    spans = (span for document in documents.values() for text in texts_of(document) for span in text)
    reading.spoken = [*dict.fromkeys([*reading.spoken, *(each for span in spans for each in span.evidence)])]
    reading.plain = values(path, {*_PLAIN, *(each.field for each in reading.spoken)})
    return reading


def evidence_of(value: Any) -> Iterator[Evidence]:
    """The evidence of a fact, of the facts in it, and so on."""
    if isinstance(value, Fact):
        yield from value.evidence
        yield from evidence_of(value.value)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from evidence_of(part)


def texts_of(value: Any) -> Iterator[tuple[Span, ...]]:
    """Every text of a document, wherever it stands in it."""
    if isinstance(value, tuple):
        if value and all(isinstance(part, Span) for part in value):
            yield value
            return
        for part in value:
            yield from texts_of(part)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            yield from texts_of(getattr(value, each.name))


@pytest.fixture(scope="module", params=[*bundled(), *shared(10**9)], ids=lambda path: path.name)
def reading(request: pytest.FixtureRequest) -> Reading:
    try:
        return read(request.param)
    except Trouble:
        pytest.skip("tshark does not read this file")


@pytest.mark.tshark
def test_every_packet_is_explained_in_both_languages(reading: Reading) -> None:
    assert [each.seen.packet.frame for each in reading.packets] == sorted(reading.plain)
    for each in reading.packets:
        assert each.findings
        for finding in each.findings:
            for words in WORDS.values():
                assert words.title(finding.rule).strip()
                said = words.text(finding)
                assert len(said) > 3, finding
                assert not re.search(r"(?<![\w-])None(?![\w-])", said), said


@pytest.mark.tshark
def test_every_sum_closes(reading: Reading) -> None:
    for each in reading.packets:
        for finding in each.findings:
            for words in WORDS.values():
                said = words.text(finding)
                assert not wrong_sums(said), (finding.frame, finding.rule, said)
    for document in reading.documents.values():
        for text in texts_of(document):
            said = "".join(span.text for span in text)
            assert not wrong_sums(said), said


@pytest.mark.tshark
def test_the_ending_is_told_in_both_languages(reading: Reading) -> None:
    for ending in reading.endings:
        assert set(ending.facts) == set(END_RULES[ending.on, ending.rule].facts)
        for words in WORDS.values():
            for key in ("text", "advice"):
                if words.has(ending.entry, key):
                    said = words.plain(ending.entry, key, ending.facts)
                    assert len(said) > 3, ending
                    assert not re.search(r"(?<![\w-])None(?![\w-])", said), said
                    assert not wrong_sums(said), said


@pytest.mark.tshark
def test_every_evidence_is_what_tshark_says(reading: Reading) -> None:
    wrong = [each for each in reading.spoken if not stands(each, reading.plain)]
    assert not wrong, [(each, reading.plain.get(each.frame, {}).get(each.field)) for each in wrong[:5]]


def stands(evidence: Evidence, plain: Values) -> bool:
    told = plain.get(evidence.frame, {}).get(evidence.field, [])
    # A boolean is 1 and 0 in tshark 4.0, True and False later.
    if evidence.value in (*told, *({"True": "1", "False": "0"}.get(each) for each in told)):
        return True
    # tshark 4.0 puts replacement signs for the characters outside ASCII of a target; the Info column has them.
    lost = [re.sub("\ufffd+", ".+", re.escape(each)) for each in told if "\ufffd" in each]
    return any(re.fullmatch(each, evidence.value) for each in lost)


@pytest.mark.tshark
def test_every_rule_gives_what_it_declares(reading: Reading) -> None:
    for each in reading.packets:
        declared(each.findings)


def declared(findings: Iterable[Finding]) -> None:
    for finding in findings:
        rule = RULES[finding.rule]
        assert set(finding.facts) == set(rule.facts), finding.rule
        for name, fact in finding.facts.items():
            assert fact is None or isinstance(fact, Fact), (finding.rule, name)


@pytest.mark.tshark
def test_no_packet_is_left_to_the_fallback(reading: Reading) -> None:
    alone = {each.seen.packet.frame for each in reading.packets if FALLBACK in {one.rule for one in each.findings}}
    listed, why = UNEXPLAINED.get(reading.path.name, (set(), "it is not listed"))
    assert alone == listed, why


_AFTER: dict[State | None, set[State | None]] = {
    None: {*State, None},
    State.SYN_SENT: {*State} - {State.LISTEN},
    State.SYN_RECEIVED: {*State} - {State.LISTEN, State.SYN_SENT},
    State.ESTABLISHED: {*State} - {State.LISTEN, State.SYN_SENT, State.SYN_RECEIVED},
    State.FIN_WAIT_1: {State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSING, State.TIME_WAIT, State.CLOSED},
    State.FIN_WAIT_2: {State.FIN_WAIT_2, State.TIME_WAIT, State.CLOSED},
    State.CLOSING: {State.CLOSING, State.TIME_WAIT, State.CLOSED},
    State.CLOSE_WAIT: {State.CLOSE_WAIT, State.LAST_ACK, State.CLOSED},
    State.LAST_ACK: {State.LAST_ACK, State.CLOSED},
    State.TIME_WAIT: {State.TIME_WAIT, State.CLOSED},
    State.CLOSED: {State.CLOSED},
}


@pytest.mark.tshark
def test_states_go_on_as_the_standard_says(reading: Reading) -> None:
    standing: dict[int, Any] = {}
    for each in reading.packets:
        step, tcp = each.seen.step, each.seen.packet.tcp
        if step is None or tcp is None:
            continue
        assert step.before == standing.get(tcp.stream, step.before)
        # A RST beyond all that was captured: whether its receiver obeys it, what follows may show.
        unplaced = tcp.rst and any(step.after.of(role) is None for role in Role)
        if not unplaced:
            standing[tcp.stream] = step.after
        for role in Role:
            before, after = step.before.of(role), step.after.of(role)
            # A SYN after the end asks for a new connection with the same ports.
            anew = before in (State.CLOSED, State.TIME_WAIT) and tcp.syn
            # A lone FIN, or the Ack of one not captured: the other FIN may have come before, so no state is certain.
            unknown = after is None and (unplaced or step.move in (Move.LONE_FIN, Move.ACK_OF_MISSED_FIN))
            assert anew or unknown or after in _AFTER[before], (each.seen.packet.frame, role)
    for stream in reading.streams:
        assert standing[stream.number] == stream.ended


@pytest.mark.tshark
def test_streams_keep_to_themselves(reading: Reading) -> None:
    """Handshake, teardown and exchanges of a stream are frames that tshark counts into that very stream."""
    belongs = {frame: each.get("tcp.stream", [""])[-1] for frame, each in reading.plain.items()}
    counted: dict[str, int] = defaultdict(int)
    for each in reading.packets:
        if each.seen.packet.tcp is not None:
            counted[belongs[each.seen.packet.frame]] += 1
    for stream in reading.streams:
        number = str(stream.number)
        named = [*stream.handshake, *stream.teardown, stream.first_frame, stream.last_frame]
        named += [each.request_frame for each in stream.exchanges if each.request_frame]
        named += [each.response_frame for each in stream.exchanges if each.response_frame]
        assert {belongs[frame] for frame in named} == {number}
        assert counted[number] == stream.packets
        assert [*stream.handshake] == sorted(stream.handshake)
        assert [*stream.teardown] == sorted(stream.teardown)
        flags = [int(reading.plain[frame]["tcp.flags"][-1], 16) for frame in stream.teardown]
        assert not flags or any(bits & 0x005 for bits in flags)
    for each in reading.packets:
        tcp = each.seen.packet.tcp
        for finding in each.findings if tcp is not None else ():
            for name in ("fin_frame", "ack_frame", "syn_frame", "syn_ack_frame", "reset_frame", "first_frame"):
                fact = finding.facts.get(name)
                if tcp is not None and fact is not None and finding.rule[0] in "HTDLFC":
                    assert belongs[fact.value] == str(tcp.stream), (finding.frame, finding.rule, name)


@pytest.mark.tshark
def test_exchanges_are_in_order(reading: Reading) -> None:
    for stream in reading.streams:
        whole = [each for each in stream.exchanges if each.request_frame and each.response_frame]
        for name in ("request_frame", "response_frame", "number"):
            order = [getattr(each, name) for each in whole]
            assert order == sorted(order), (stream.number, name)


@pytest.mark.tshark
def test_the_payload_is_counted_once(reading: Reading) -> None:
    """The bytes of each direction, as the union of what tshark's tcp.seq and tcp.len cover."""
    probes = {
        (each.seen.packet.tcp.stream, each.seen.step.sender)
        for each in reading.packets
        if each.seen.packet.tcp and each.seen.step and (each.seen.step.keep_alive or each.seen.step.window_probe)
    }
    covered: dict[tuple[int, Role], set[int]] = defaultdict(set)
    for each in reading.packets:
        tcp, step = each.seen.packet.tcp, each.seen.step
        if tcp is None or step is None or not tcp.length:
            continue
        told = reading.plain[each.seen.packet.frame]
        start, length = int(told["tcp.seq"][-1]), int(told["tcp.len"][-1])
        start += int(told["tcp.flags"][-1], 16) >> 1 & 1
        covered[tcp.stream, step.sender].update(range(start, start + length))
    for stream in reading.streams if reading.path.name not in CORRUPT else ():
        for role in Role:
            if (stream.number, role) not in probes:
                assert stream.payload[role] == len(covered[stream.number, role]), (stream.number, role)


@pytest.mark.tshark
def test_json_and_jsonl_tell_the_same(reading: Reading) -> None:
    """The document is valid, and its packets are those that come when nothing of the past is kept."""
    span = to_json.Span()
    packets = []
    for each in reading.packets:
        span.learn(each.seen)
        packets.append(to_json.encoded(to_json.packet_object(each.seen, each.findings, WORDS["zh"])))
    streams = [to_json.stream_object(stream) for stream in reading.streams]
    capture = to_json.capture_object(CaptureFile.of(reading.path), span, reading.tail)
    document = json.loads("".join(to_json.document(capture, streams, packets)))
    VALIDATOR.validate(document)
    explainer = Explainer(strict=True)
    again = []
    for seen in Analysis(keep=False).run(each.seen.packet for each in reading.packets):
        line = to_json.encoded(to_json.packet_object(seen, explainer.explain(seen), WORDS["zh"]))
        assert "\n" not in line
        again.append(json.loads(line))
    assert document["packets"] == again


@pytest.mark.tshark
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["page-nginx-browser.pcapng", "loss-sender-side.pcapng", "half-close.pcapng"])
def test_the_whole_report_adds_up(name: str, language: str) -> None:
    """With the packet windows, as `reporter report` makes it."""
    document = make_document([BUNDLED / name], options=ReportOptions(lang=language), progress=lambda what, count: None)
    texts = ["".join(span.text for span in text) for text in texts_of(document)]
    assert sum(len(sums(text)) for text in texts) > 20
    assert not [each for text in texts for each in wrong_sums(text)]
    spoken = {each for text in texts_of(document) for span in text for each in span.evidence}
    plain = values(BUNDLED / name, {each.field for each in spoken})
    assert not [each for each in spoken if not stands(each, plain)]


def test_the_cases_give_what_they_declare() -> None:
    for file in sorted(CASES.glob("*.toml")):
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]:
            explainer = Explainer(strict=True)
            for seen in Analysis().run(Notation().packets(case["packets"])):
                declared(explainer.explain(seen))


def _snippets(language: str) -> dict[str, dict[str, str]]:
    """Every entry that holds snippets, by its code."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted((PROSE / language).glob("*.toml")):
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        tables.pop("lexicon", None)
        for code, table in tables.items():
            assert code not in found, f"{code} stands in two files"
            found[code] = {key: text for key, text in table.items() if isinstance(text, str)}
    return found


SNIPPETS = {language: _snippets(language) for language in LANGUAGES}


def _variables(text: str) -> set[str]:
    environment = Environment()
    environment.filters |= dict.fromkeys(WORDS["zh"].environment.filters, str)
    return meta.find_undeclared_variables(environment.parse(text))


@pytest.mark.parametrize("code", sorted(RULES))
def test_words_use_only_declared_facts(code: str) -> None:
    allowed = {*RULES[code].facts, "lexicon"}
    used = {}
    for language in LANGUAGES:
        entry = SNIPPETS[language][code]
        assert {"title", "text"} <= entry.keys() <= KEYS
        for key, text in entry.items():
            assert text.strip()
            assert _variables(text) <= allowed, (language, key)
        used[language] = set(entry)
    assert used["zh"] == used["en"]


def test_both_languages_have_the_same_words() -> None:
    zh, en = SNIPPETS["zh"], SNIPPETS["en"]
    assert set(zh) == set(en)
    assert set(RULES) <= set(zh)
    for code in zh:
        assert set(zh[code]) == set(en[code]), code
        if code not in RULES:
            for key in zh[code]:
                assert _variables(zh[code][key]) == _variables(en[code][key]), (code, key)
    assert set(WORDS["zh"].lexicon) == set(WORDS["en"].lexicon)
    for name, table in WORDS["zh"].lexicon.items():
        if name != "style":
            assert set(table) == set(WORDS["en"].lexicon[name]), name
