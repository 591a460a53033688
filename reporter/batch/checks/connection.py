"""`opening`, `closing` and `connection`: how TCP connections begin and end. Each is asked of one connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporter.batch.checks import COUNTING, Evidence, Said, cite, counted, kind, some, some_of
from reporter.batch.observe import Connection
from reporter.extract.tally import Tally
from reporter.model.stream import Closing, Opening

_OPENINGS, _CLOSINGS = some_of(str(each) for each in Opening), some_of(str(each) for each in Closing)


@kind("opening", keys={"any_of": _OPENINGS, **COUNTING}, needs=("any_of",))
def opening(wants: Mapping[str, Any], evidence: Evidence, tallies: tuple[Tally, ...]) -> Said:
    """Connections that begin in one of these ways; the frames of their openings are cited."""
    return _connections({**wants, "opening": wants["any_of"]}, evidence)


@kind("closing", keys={"any_of": _CLOSINGS, **COUNTING}, needs=("any_of",))
def closing(wants: Mapping[str, Any], evidence: Evidence, tallies: tuple[Tally, ...]) -> Said:
    """Connections that end in one of these ways; the frames of their closings are cited."""
    return _connections({**wants, "closing": wants["any_of"]}, evidence)


@kind(
    "connection",
    keys={"opening": _OPENINGS, "closing": _CLOSINGS, "answered": some, **COUNTING},
    one_of=("opening", "closing", "answered"),
)
def connection(wants: Mapping[str, Any], evidence: Evidence, tallies: tuple[Tally, ...]) -> Said:
    """Connections that begin so, end so and have at least so many answered requests: all of it the same one."""
    return _connections(wants, evidence)


def _connections(wants: Mapping[str, Any], evidence: Evidence) -> Said:
    count, cites = 0, []
    seen: set[str] = set()
    for each in evidence.observed:
        found = [one for one in each.connections if _fits(wants, one) and not (one.same and one.same in seen)]
        seen |= {one.same for one in found}
        count += len(found)
        if found:
            frames: list[int] = []
            for one in found:
                frames += _frames(wants, one)
            cites.append(cite(each.name, frames))
    ways = {name: ", ".join(wants.get(name, ())) for name in ("opening", "closing")}
    return counted(wants, count, cites, cut=evidence.cut("streams"), **ways, answered=wants.get("answered", 0))


def _frames(wants: Mapping[str, Any], one: Connection) -> tuple[int, ...]:
    """Where to look: how it opens or closes, and where nothing of that was captured its first or last frame."""
    opening = (one.handshake or (one.first_frame,)) if "opening" in wants else ()
    closing = (one.teardown or (one.last_frame,)) if "closing" in wants else ()
    return (*opening, *closing) or (one.first_frame, one.last_frame)


def _fits(wants: Mapping[str, Any], one: Connection) -> bool:
    return (
        ("opening" not in wants or one.opening in wants["opening"])
        and ("closing" not in wants or one.closing in wants["closing"])
        and one.answered >= wants.get("answered", 0)
    )
