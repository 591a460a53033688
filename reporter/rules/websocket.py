"""WebSocket: the upgrade of an HTTP connection, its frames, and its closing handshake."""

from __future__ import annotations

import base64
import hashlib

from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.application import Header
from reporter.model.stream import Role

_RANK = 33
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_DATA = {0: "continuation", 1: "text", 2: "binary"}
_CONTROL = {8: "close", 9: "ping", 10: "pong"}


def accept_for(key: str) -> str:
    """The Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455, section 4.2.2)."""
    return base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()


def _line(header: Header, frame: int, name: str) -> Fact:
    return known(header.value, frame, name, header.line)


@rule("W01", on="http", facts="sender receiver asks key accept right request_frame", rank=_RANK)
def upgrade(at: At) -> Facts | None:
    """A request to go on in WebSocket, and the 101 that agrees: the accept value proves that the key was
    understood.

    `right` is whether the accept value is the SHA-1 of the key and the fixed GUID; None when the key is not
    known.

    Reference: RFC 6455, sections 1.3, 4.1 and 4.2.2.
    """
    frame = at.packet.frame
    for asked in at.step.asked:
        wanted, key = asked.request.header("Upgrade"), asked.request.header("Sec-WebSocket-Key")
        if key is not None and wanted is not None and wanted.value.lower() == "websocket":
            return {
                **at.roles,
                "asks": word(True),
                "key": _line(key, frame, "http.request.line"),
                "accept": None,
                "right": None,
                "request_frame": None,
            }
    for answered in at.step.answered:
        accept = answered.response.header("Sec-WebSocket-Accept")
        if answered.response.code != 101 or accept is None:
            continue
        exchange = answered.exchange
        request = exchange.request if exchange else None
        key = request.header("Sec-WebSocket-Key") if request else None
        shown = _line(accept, frame, "http.response.line")
        before = exchange.request_frame if exchange else None
        question = _line(key, before, "http.request.line") if key is not None and before is not None else None
        return {
            **at.roles,
            "asks": word(False),
            "key": question,
            "accept": shown,
            "right": derived(accept_for(key.value) == accept.value, question, shown) if key is not None else None,
            "request_frame": frame_of(before) if before is not None else None,
        }
    return None


def _frames(at: At, names: dict[int, str]) -> tuple[list[Fact], list[int]] | None:
    """The WebSocket frames of this packet that `names` speaks of: their kinds, and their places in the
    packet."""
    socket = at.packet.websocket
    if socket is None or at.seen.step is None:
        return None
    frame = at.packet.frame
    places = [place for place, opcode in enumerate(socket.opcodes) if opcode in names]
    kinds = [
        derived(names[socket.opcodes[place]], known(socket.opcodes[place], frame, "websocket.opcode"))
        for place in places
    ]
    return (kinds, places) if places else None


def _masked(at: At, places: list[int]) -> dict[str, Fact | None]:
    """`masked` (None when frames differ or it is not known) and `proper`: clients must mask, servers must
    not."""
    socket = at.packet.websocket
    assert socket is not None
    if len(socket.masked) != len(socket.opcodes):
        return {"masked": None, "proper": None}
    bits = {socket.masked[place] for place in places}
    if len(bits) != 1:
        return {"masked": None, "proper": None}
    masked = bits.pop()
    fact = known(masked, at.packet.frame, "websocket.mask")
    return {"masked": fact, "proper": derived(masked is (at.me is Role.CLIENT), fact)}


@rule("W02", on="websocket", facts="sender receiver kinds count length masked proper", rank=_RANK + 1)
def data_frames(at: At) -> Facts | None:
    """WebSocket frames with data: text, binary, or the continuation of a message begun before.

    `length` is told of a single frame.

    Reference: RFC 6455, sections 5.1 to 5.4 and 5.6.
    """
    found = _frames(at, _DATA)
    if found is None:
        return None
    kinds, places = found
    socket = at.packet.websocket
    assert socket is not None
    length = None
    if len(places) == 1 and len(socket.lengths) == len(socket.opcodes):
        size = socket.lengths[places[0]]
        wide = "" if size <= 125 else "_ext_16" if size < 1 << 16 else "_ext_64"
        length = known(size, at.packet.frame, "websocket.payload_length" + wide)
    return {
        **at.roles,
        "kinds": derived(tuple(kinds), *kinds),
        "count": derived(len(kinds), *kinds),
        "length": length,
        **_masked(at, places),
    }


@rule("W03", on="websocket", facts="sender receiver kinds masked proper close_code", rank=_RANK + 2)
def control_frames(at: At) -> Facts | None:
    """WebSocket control frames: ping, pong, and close with its status code.

    Reference: RFC 6455, sections 5.5, 7.1 and 7.4.1.
    """
    found = _frames(at, _CONTROL)
    if found is None:
        return None
    kinds, places = found
    socket = at.packet.websocket
    assert socket is not None
    code = socket.close_code
    return {
        **at.roles,
        "kinds": derived(tuple(kinds), *kinds),
        **_masked(at, places),
        "close_code": known(code, at.packet.frame, "websocket.payload.close.status_code") if code is not None else None,
    }
