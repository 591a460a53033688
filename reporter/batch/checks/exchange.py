"""`exchange`: an HTTP request and its answer, by method, host, path, status code and type."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from reporter.batch.checks import COUNTING, Evidence, Said, Wrong, cite, counted, kind, text, texts
from reporter.batch.observe import Asked
from reporter.batch.repeats import Once
from reporter.batch.watch import UNKNOWN
from reporter.extract.tally import Tally

_CLASS = re.compile(r"[1-5]xx")


def status(value: Any) -> tuple[str, ...]:
    """Status codes: 200, "2xx", or a list of them."""
    listed = [str(each) for each in (value if isinstance(value, list) else [value])]
    if not listed or not all(re.fullmatch(r"[1-5]\d\d|[1-5]xx", each) for each in listed):
        raise Wrong('must be a status code such as 200 or "2xx", or a list of them')
    return tuple(listed)


def methods(value: Any) -> tuple[str, ...]:
    """Methods, which are case-sensitive and written in capitals (RFC 9110, section 9.1)."""
    return tuple(each.upper() for each in texts(value))


@kind(
    "exchange",
    keys={"method": methods, "host": text, "path": text, "status": status, "type": text, **COUNTING},
)
def judge(wants: Mapping[str, Any], evidence: Evidence, tallies: tuple[Tally, ...]) -> Said:
    """What is not asked for may be anything; with a status or a type there must be an answer."""
    count, cites = 0, []
    once = Once()
    for each in evidence.observed:
        fitting = [asked for asked in each.exchanges if _fits(wants, asked)]
        same = {one.number: one.same for one in each.connections if one.same}
        found = [fitting[place] for place in once.fresh([_mark(asked, same) for asked in fitting])]
        count += len(found)
        if found:
            frames = [frame for asked in found for frame in (asked.request_frame, asked.response_frame)]
            cites.append(cite(each.name, frames))
    return counted(wants, count, cites, cut=evidence.cut("streams", "exchanges"), asked=_written(wants))


def _mark(asked: Asked, same: Mapping[int, str]) -> Hashable:
    """What an exchange is known by in another capture of its connection."""
    whose = same.get(asked.stream)
    return (whose, asked.method, asked.host, asked.target) if whose else UNKNOWN


def _fits(wants: Mapping[str, Any], asked: Asked) -> bool:
    if "method" in wants and asked.method not in wants["method"]:
        return False
    if "host" in wants and not fnmatchcase(asked.host.lower(), wants["host"].lower()):
        return False
    if "path" in wants and not (asked.target and fnmatchcase(asked.target.partition("?")[0], wants["path"])):
        return False
    if "status" in wants:
        code = "" if asked.status is None else str(asked.status)
        if not code or not {code, f"{code[0]}xx"} & set(wants["status"]):
            return False
    return "type" not in wants or asked.type.partition(";")[0].strip().lower().startswith(wants["type"].lower())


def _written(wants: Mapping[str, Any]) -> str:
    parts = ["/".join(wants.get("method", ())), wants.get("host", "") + wants.get("path", ""), wants.get("type", "")]
    parts.append("/".join(wants.get("status", ())))
    return " ".join(part for part in parts if part) or "HTTP"
