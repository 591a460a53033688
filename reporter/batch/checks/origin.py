"""`time` and `addresses`: when and between whom the packets were captured."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, Decimal
from math import floor
from typing import Any

from reporter.batch.checks import Evidence, Said, Wrong, cite, kind, some_of, texts, undecided
from reporter.extract.tally import Tally

#: Addresses that a verdict names, and digits behind the second that a capture may have.
_NAMED, _DIGITS = 5, 9
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def moment(value: Any) -> datetime:
    """A time with its zone: 2026-09-01T08:00:00+08:00, as TOML writes it."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise Wrong("must be a time such as 2026-09-01T08:00:00+08:00") from None
    if not isinstance(value, datetime):
        raise Wrong("must be a time, not only a day" if isinstance(value, date) else "must be a time")
    if value.tzinfo is None:
        raise Wrong("must say its zone: put +08:00 after the time")
    return value


def networks(value: Any) -> tuple[Network, ...]:
    """Addresses and networks: 192.168.10.0/24, 10.0.0.7, 2001:db8::/32."""
    try:
        return tuple(ipaddress.ip_network(each, strict=False) for each in texts(value))
    except ValueError as error:
        raise Wrong(f"must be addresses or networks: {error}") from None


@kind("time", keys={"after": moment, "before": moment}, one_of=("after", "before"))
def time(wants: Mapping[str, Any], evidence: Evidence, tallies: tuple[Tally, ...]) -> Said:
    """Every packet lies within the window; the earliest and the latest packet of a capture tell.

    Where a capture holds no time for some packet (`capture-C16`), nothing but a time outside decides.
    """
    after, before = wants.get("after"), wants.get("before")
    timed = [each for each in evidence.observed if each.first or each.last or "capture-C16" not in each.findings]
    wrong = [
        each
        for each in timed
        if (after is not None and each.first < _epoch(after)) or (before is not None and each.last > _epoch(before))
    ]
    shown = {name: "" if each is None else each.isoformat() for name, each in (("after", after), ("before", before))}
    ends = [moment for each in (wrong or timed) for moment in (each.first, each.last)]
    bounds = [_epoch(each) for each in (after, before) if each is not None]
    first, last = (_utc(min(ends), bounds), _utc(max(ends), bounds)) if ends else ("", "")
    facts = {**shown, "first": first, "last": last}
    if not wrong and any("capture-C16" in each.findings for each in evidence.observed):
        return undecided("no-times", **facts)
    return Said(not wrong, facts, tuple(cite(each.name, [each.first_frame, each.last_frame]) for each in wrong))


@kind(
    "addresses",
    keys={"allowed": networks, "of": some_of(("all", "clients", "servers"))},
    needs=("allowed",),
)
def addresses(wants: Mapping[str, Any], evidence: Evidence, tallies: tuple[Tally, ...]) -> Said:
    """Every IP address, or (`of`) every client or server of a TCP connection, lies in what is allowed."""
    of = wants.get("of", ("all",))
    whose = "all" if "all" in of else "-".join(each for each in ("clients", "servers") if each in of)
    strange: dict[str, None] = {}
    cites = []
    any_seen = False
    for each in evidence.observed:
        seen: dict[str, int] = dict(each.addresses) if "all" in of else {}
        for one in each.connections:
            for wanted, end in (("clients", one.client), ("servers", one.server)):
                if wanted in of:
                    seen.setdefault(end.rpartition(":")[0].strip("[]"), one.first_frame)
        any_seen = any_seen or bool(seen)
        outside = {address: frame for address, frame in seen.items() if not _within(address, wants["allowed"])}
        strange |= dict.fromkeys(outside)
        if outside:
            cites.append(cite(each.name, outside.values()))
    allowed = ", ".join(map(str, wants["allowed"]))
    named = ", ".join(list(strange)[:_NAMED])
    facts = {"allowed": allowed, "whose": whose, "strange": named, "more": len(strange) > _NAMED}
    if not any_seen:
        return undecided("no-addresses" if whose == "all" else "no-connections", **facts)
    if not strange and evidence.cut("addresses" if whose == "all" else "streams"):
        return undecided("observed-cut", **facts)
    return Said(not strange, facts, tuple(cites))


def _within(address: str, allowed: tuple[Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in allowed if network.version == found.version)


def _epoch(time: datetime) -> Decimal:
    """Seconds since 1970, exactly."""
    since = time - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86400 + since.seconds + Decimal(since.microseconds).scaleb(-6)


def _utc(epoch: Decimal, bounds: Sequence[Decimal]) -> str:
    """A time with as many digits as it takes to be on the right side of the bounds; as seconds beyond the calendar."""
    digits = 0
    while digits < _DIGITS and any(_order(_cut(epoch, digits), each) != _order(epoch, each) for each in bounds):
        digits += 1
    cut = _cut(epoch, digits)
    try:
        text = datetime.fromtimestamp(floor(cut), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return f"1970-01-01T00:00:00+00:00 + {cut:f} s"
    return f"{text}{format(cut - floor(cut), 'f')[1:]}+00:00"


def _cut(epoch: Decimal, digits: int) -> Decimal:
    return epoch.quantize(Decimal(1).scaleb(-digits), ROUND_FLOOR)


def _order(one: Decimal, other: Decimal) -> int:
    return (one > other) - (one < other)
