"""Request targets with characters outside ASCII, read from the Info column where the field has lost them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

#: What tshark 4.0 prints for each byte outside ASCII in http.request.uri; the Info column keeps the characters.
_LOST = "\ufffd"
_RUN = re.compile(f"({_LOST}+)")


def whole_targets(methods: Sequence[str], targets: Sequence[str], info: str) -> list[str]:
    """The request targets of one frame (`http.request.uri`), with lost characters put back from `info`.

    Only where `_ws.col.Info` names all requests in their order, and each character put back has as many bytes in UTF-8
    as were lost in its place; else the targets are handed back as they came.
    """
    # The column is cut where it is long; no character takes more than four bytes.
    if not any(_LOST in target for target in targets) or sum(map(len, targets)) > 4 * len(info):
        return list(targets)
    found, position = [], 0
    for method, target in zip_longest(methods, targets, fillvalue=""):
        match = re.compile(f"(?:^|(?<= )){re.escape(method)} ({_pattern(target)})(?= |$)").search(info, position)
        if match is None or not _same_bytes(target, match):
            return list(targets)
        found.append(match[1])
        position = match.end()
    return found


def with_target(uri: str, lost: str, whole: str) -> str:
    """`uri` (`http.request.full_uri`) with the target `whole` in the place of `lost` at its end."""
    return uri.removesuffix(lost) + whole if lost and uri.endswith(lost) else uri


def _pattern(target: str) -> str:
    return "".join("([^\x00-\x7f]+?)" if part.startswith(_LOST) else re.escape(part) for part in _RUN.split(target))


def _same_bytes(target: str, match: re.Match[str]) -> bool:
    lost = _RUN.findall(target)
    return all(
        len(found.encode("utf-8", "surrogatepass")) == len(run)
        for run, found in zip(lost, match.groups()[1:], strict=True)
    )
