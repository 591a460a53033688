"""`time` and `addresses`: when and between whom the packets were captured."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from reporter.batch.checks import Evidence, Said, Wrong, cite, kind, some_of, texts, undecided
from reporter.extract.tally import Tally

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
    """Every packet lies within the window; the first and the last packet of a capture tell.

    Where a capture holds no time for some packet (`capture-C16`), nothing but a time outside decides.
    """
    after, before = wants.get("after"), wants.get("before")
    timed = [each for each in evidence.observed if each.first or each.last or "capture-C16" not in each.findings]
    wrong = [
        each
        for each in timed
        if (after is not None and float(each.first) < after.timestamp())
        or (before is not None and float(each.last) > before.timestamp())
    ]
    shown = {name: "" if each is None else each.isoformat() for name, each in (("after", after), ("before", before))}
    ends = [moment for each in (wrong or timed) for moment in (each.first, each.last)]
    facts = {**shown, "first": _utc(min(ends)), "last": _utc(max(ends))} if ends else {**shown, "first": "", "last": ""}
    if not wrong and any("capture-C16" in each.findings for each in evidence.observed):
        return undecided("no-times", **facts)
    return Said(not wrong, facts, tuple(cite(each.name, [1, each.packets]) for each in wrong))


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
    facts = {"allowed": allowed, "whose": whose, "strange": ", ".join(list(strange)[:5])}
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


def _utc(epoch: Any) -> str:
    return datetime.fromtimestamp(float(epoch), UTC).isoformat(timespec="seconds")
