"""Which 401 a request with credentials repeats."""

from __future__ import annotations

import pytest

from tests.rules.test_cases import explain

GET = 'get={} h="Host: lab.example"'
WITH = ' h="Authorization: Basic dXNlcjpwYXNz"'
PACKETS = """
1 0.000 c>s [PA] seq=1 ack=1 len=100 {first}
2 0.010 s>c [PA] seq=1 ack=101 len=100 status={code} h="Content-Length: 0"
3 0.020 c>s [PA] seq=101 ack=101 len=100 {second}
"""


@pytest.mark.parametrize(
    ("first", "code", "second", "challenge"),
    [
        (GET.format("/p"), 401, GET.format("/p") + WITH, 2),
        (GET.format("/q"), 401, GET.format("/p") + WITH, None),
        (GET.format("/p") + WITH, 401, GET.format("/p") + WITH, None),
        (GET.format("/p"), 403, GET.format("/p") + WITH, None),
        (GET.format("/p"), 407, GET.format("/p") + WITH, None),
        (GET.format("/p"), 407, GET.format("/p") + WITH.replace("Auth", "Proxy-Auth"), 2),
    ],
)
def test_only_the_same_request_asked_for_credentials_is_repeated(first, code, second, challenge):
    found = explain(PACKETS.format(first=first, code=code, second=second))
    fact = next(each for each in found[3] if each.rule == "P31").facts["challenge"]
    assert (fact.value if fact is not None else None) == challenge
