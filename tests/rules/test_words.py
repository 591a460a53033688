"""Sentences that depend on what the capture cannot tell: they say no more than it shows."""

from __future__ import annotations

import re

import pytest

from reporter.explain.words import Words
from reporter.options import LANGUAGES
from tests.rules.test_cases import explain

WORDS = {language: Words(language) for language in LANGUAGES}


def said(packets: str, frame: int, language: str) -> str:
    return "\n".join(WORDS[language].text(each) for each in explain(packets)[frame])


ACKED = """
1 0.000 c>s [S]  seq=0 mss=1460
2 0.020 s>c [SA] seq=0 ack=1 mss=1460
3 0.020 c>s [A]  seq=1 ack=1
4 0.030 c>s [PA] seq=1 ack=1 len=401 ipid=0x12c2 cksum=0x1111
5 {0} c>s [PA] seq=1 ack=1 len=401 ipid={1} cksum=0x1111 label=retransmission
6 0.350 s>c [A] seq=1 ack=402
"""


@pytest.mark.parametrize(("language", "words"), [("en", "sent again in frame 5"), ("zh", "第 5 帧重发过")])
def test_only_what_was_sent_again_is_called_so(language, words):
    assert words in said(ACKED.format("0.330", "0x12c3"), 6, language)
    assert words not in said(ACKED.format("0.031", "0x12c2"), 6, language)


PAGE = """
1 0.000 c>s [PA] seq=1 ack=1 len=100 get=/ h="Host: lab.example"
2 0.020 s>c [PA] seq=1 ack=38 len=50 status=200 h="Content-Length: 0"
3 0.030 c>s [PA] seq=101 ack=51 len=100 get=/list h="Host: lab.example" h="{0}" h="Referer: http://lab.example/"
"""


@pytest.mark.parametrize(("language", "word"), [("en", "script"), ("zh", "脚本")])
def test_a_request_that_a_script_may_have_made_is_not_taken_for_a_page(language, word):
    assert word in said(PAGE.format("Accept: text/html, */*; q=0.01"), 3, language)
    assert word not in said(PAGE.format("Sec-Fetch-Dest: document"), 3, language)


UNASKED = """
1 0.000 c>* arp op=1 ask=192.0.2.80
2 0.001 s>c arp op=2 ask=192.0.2.10
3 0.002 s>c arp op=2 ask=192.0.2.10 {0}
"""


@pytest.mark.parametrize(("language", "word"), [("en", "no such question"), ("zh", "没有捕获到对应的询问")])
def test_an_answer_that_nobody_asked_for_is_called_so_each_time(language, word):
    assert word in said(UNASKED.format("from=192.0.2.81"), 3, language)
    assert word not in said(UNASKED.format(""), 3, language)


CHECKED = """
1 0.000 c>s icmp ip.c=2001:db8::10 ip.s=2001:db8::80 ip.*=ff02::1:ff00:80 icmp=135/0 target=2001:db8::80
2 0.001 s>c icmp icmp=136/0 target=2001:db8::80
3 0.002 c>* icmp icmp=135/0 target=2001:db8::80
4 0.003 s>c icmp icmp=136/0 target=2001:db8::80 mac=02:00:00:00:00:02
"""


@pytest.mark.parametrize(("language", "check", "arp"), [("en", "checking", "an ARP reply"), ("zh", "核对", "ARP 应答")])
def test_a_neighbour_is_asked_for_its_mac_address_by_multicast_only(language, check, arp):
    assert [check in said(CHECKED, frame, language) for frame in (1, 3)] == [True, False]
    assert [arp in said(CHECKED, frame, language) for frame in (2, 4)] == [False, True]


BACK = """
1 3.000 c>s [PA] seq=1 ack=1 len=37 get=/ h="Host: lab.example"
2 {0} s>c [A] seq=1 ack=38
3 3.020 s>c [PA] seq=1 ack=38 len=43 status=200 phrase="OK" h="Content-Length: 0" request=1 took=0.02
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_time_across_timestamps_that_go_back_is_not_told(language):
    assert "20 ms" in said(BACK.format("3.001"), 3, language)
    assert "20 ms" not in said(BACK.format("0.001"), 3, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_get_is_told_without_a_double_space(language):
    assert "  " not in said(PAGE.format("Accept: */*"), 1, language)


#: A number of the capture right before a noun that is always plural.
_COUNTED = re.compile(
    r"\}\} (?:(?:more|new|sequence|other|header|data|TCP|HTTP|captured) )?"
    r"(?:byte|segment|number|packet|request|header field|field|second|ACK|message|frame|connection|chunk|response)s\b"
)


def test_a_noun_agrees_with_the_number_before_it():
    words = WORDS["en"]
    texts = {(code, key): text for code in words.codes() for key, text in words.entry(code).items()}
    assert not [place for place, text in texts.items() if isinstance(text, str) and _COUNTED.search(text)]


def test_one_number_and_one_byte_are_no_plural():
    packets = "1 0.000 c>s [PA] seq=1 ack=1 len=1\n2 0.001 s>c [PA] seq=1 ack=2 len=1\n3 0.002 c>s [A] seq=2 ack=3"
    found = "\n".join(said(packets, frame, "en") for frame in (1, 2, 3))
    assert "1 was not carried" in found
    assert not re.search(r"\b1 (?:bytes|numbers|segments)\b", found)


SPREAD = """
1 0.000 c>s [PA] seq=1 ack=1 len=100 into=2
2 0.010 c>s [PA] seq=101 ack=1 len=12 method=POST target=/form h="Host: lab.example" h="Content-Length: 12" parts=1,2
3 0.020 s>c [PA] seq=1 ack=113 len=43 status={0} h="Content-Length: 5"
"""


@pytest.mark.parametrize(("language", "words"), [("en", "that frame 2 completed"), ("zh", "第 2 帧收齐的")])
@pytest.mark.parametrize("status", ["200", "503"])
def test_a_request_that_began_earlier_is_not_said_to_be_in_the_frame_that_completed_it(language, words, status):
    assert words in said(SPREAD.format(status), 3, language)


UNANSWERED = """
1 0.000 c>s [S] seq=0 mss=1460
2 1.000 c>s [S] seq=0 mss=1460 label=retransmission
3 2.980 c>s [S] seq=0 mss=1460 label=retransmission
4 3.000 s>c icmp=3/1
"""


@pytest.mark.parametrize(("language", "words"), [("en", "about twice"), ("zh", "约为上一次 1 s 的两倍")])
def test_of_a_syn_without_answer_only_the_silence_is_said_not_to_tell_why(language, words):
    """An ICMP message may come later in the capture and tell what the silence does not."""
    assert {"en": "the silence alone", "zh": "仅凭没有应答"}[language] in said(UNANSWERED, 2, language)
    assert words in said(UNANSWERED, 3, language)


ASKED_AGAIN = """
1 0.000 c>s [PA] seq=1 ack=1 len=37 get=/ h="Host: lab.example"
{0} 0.3{0} c>s [PA] seq=1 ack=1 len=37 label=retransmission
3 0.330 s>c [A] seq=1 ack=38 len=20 into=5
{1} 0.3{1} c>s [A] seq=38 ack=1
5 0.420 s>c [PA] seq=21 ack=38 len=23 status=200 phrase="OK" h="Content-Length: 5" parts=3,5 whole=43
"""


@pytest.mark.parametrize(("language", "words"), [("en", "sent again in frame"), ("zh", "帧重发过请求")])
def test_a_time_that_may_hold_a_wait_for_the_request_to_be_sent_again_says_so(language, words):
    before, after = ASKED_AGAIN.format(2, 4), "\n".join(sorted(ASKED_AGAIN.format(4, 2).splitlines()))
    assert words in said(before, 5, language)
    assert words not in said(after, 5, language)


CROSS_SITE = """
1 0.000 c>s [PA] seq=1 ack=1 len=100 method=OPTIONS target=/x h="Host: lab.example" h="Origin: http://a.example" {0}
2 0.020 s>c [PA] seq=1 ack=101 len=100 status=204 h="Access-Control-Allow-Origin: http://a.example"
"""


@pytest.mark.parametrize(
    ("language", "asked", "read"), [("en", "preflight", "read this"), ("zh", "预检", "读取这个响应")]
)
def test_scripts_do_not_read_the_answer_to_a_preflight(language, asked, read):
    preflight = CROSS_SITE.format('h="Access-Control-Request-Method: PUT"')
    assert all(asked in said(preflight, frame, language) for frame in (1, 2))
    assert read not in said(preflight, 2, language)
    assert read in said(CROSS_SITE.format(""), 2, language)
    assert not any(asked in said(CROSS_SITE.format(""), frame, language) for frame in (1, 2))


LATE_ACKS = """
1 0.000 c>s [S]  seq=0 mss=1460
2 0.020 s>c [SA] seq=0 ack=1 mss=1460
3 0.0201 c>s [A]  seq=1 ack=1 rtt=0.0201
4 0.030 {0} [PA] seq=1 ack=1 len=227
5 0.211 {1} [A]  seq=1 ack=228
6 0.300 {0} [PA] seq=228 ack=1 len=100
7 0.481 {1} [A]  seq=1 ack=328
"""


@pytest.mark.parametrize(("language", "likely"), [("en", "most likely"), ("zh", "多半")])
def test_a_delay_at_the_far_end_stays_likely_in_the_short_form(language, likely):
    assert all(likely in said(LATE_ACKS.format("c>s", "s>c"), frame, language) for frame in (5, 7))
    assert not any(likely in said(LATE_ACKS.format("s>c", "c>s"), frame, language) for frame in (5, 7))


MOVED = """1 0.000 c>* arp op=1 ask=192.0.2.1
2 0.010 s>* arp op=1 from=192.0.2.10 ask=192.0.2.1
"""


@pytest.mark.parametrize(("language", "words"), [("en", "possible reasons are"), ("zh", "可能是")])
def test_of_a_changed_mac_address_only_possible_reasons_are_given(language, words):
    assert words in said(MOVED, 2, language)
