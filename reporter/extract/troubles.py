"""tshark's messages and exit codes into troubles that say what to do."""

from __future__ import annotations

import re
from pathlib import Path

from reporter.errors import CaptureTrouble, ToolTrouble, Trouble, UsageTrouble

BAD_FIELDS = "Some fields aren't valid:"
CUT_SHORT = "cut short"
DAMAGED = "damaged or corrupt"


def rejected_fields(messages: list[str]) -> list[str]:
    """The field names that this tshark does not know, from its complaint; empty when it did not complain."""
    for index, line in enumerate(messages):
        if BAD_FIELDS in line:
            return [name.strip() for name in messages[index + 1 :] if re.fullmatch(r"\s*[\w.]+", name)]
    return []


def tail_of_capture(messages: list[str]) -> str:
    """`cut short`, `damaged`, or an empty string: what tshark says of the end of the file."""
    text = " ".join(messages)
    if CUT_SHORT in text:
        return "cut short"
    if DAMAGED in text:
        return "damaged"
    return ""


def trouble_of(path: Path, messages: list[str], code: int, *, decode_as: tuple[str, ...] = ()) -> Trouble:
    """The trouble behind a tshark run that gave no packets."""
    text = " ".join(messages)
    where = str(path)
    detail = next((line.removeprefix("tshark: ") for line in messages), f"exit code {code}")
    if "doesn't exist" in text or "No such file" in text:
        return CaptureTrouble("the capture does not exist", where=where, to_do="check the path", code="gone")
    if "permission to read" in text:
        return CaptureTrouble(
            "the capture cannot be read: no permission",
            where=where,
            to_do="make the file readable for this user",
            code="no-permission",
        )
    if "isn't a capture file" in text:
        return CaptureTrouble(
            "the file is not a capture",
            where=where,
            to_do="save the packets in Wireshark with File > Save As (pcapng) and use that file",
            code="not-a-capture",
        )
    if CUT_SHORT in text:
        return CaptureTrouble(
            "the capture is cut off before its first packet",
            where=where,
            to_do="copy or download the file again; if that does not help, capture again",
            code="cut-short",
        )
    if DAMAGED in text:
        return CaptureTrouble(
            f"the capture is damaged: {detail}", where=where, to_do="copy or capture it again", code="damaged"
        )
    if "doesn't support" in text:
        return CaptureTrouble(
            f"tshark cannot read this kind of capture: {detail}",
            where=where,
            to_do="save as pcapng",
            code="unsupported",
        )
    if decode_as and re.search(r'-d|decode|"==|Unknown protocol|layer type|selector|dissector', text, re.IGNORECASE):
        return UsageTrouble(
            f"tshark refused --decode-as: {detail}",
            where=" ".join(decode_as),
            to_do="write it as Wireshark does, for example --decode-as tcp.port==8888,http",
        )
    return ToolTrouble(f"tshark failed: {detail}", where=where, to_do="run reporter doctor, then try again")
