"""HTTP/2: many requests at once on one connection, told apart by stream identifiers."""

from __future__ import annotations

from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, known, word
from reporter.explain.registry import rule
from reporter.model.http2 import ACK, Http2Type

#: Names of frame types (RFC 9113, section 6; RFC 7838; RFC 9218).
_TYPES = {
    0: "DATA",
    1: "HEADERS",
    2: "PRIORITY",
    3: "RST_STREAM",
    4: "SETTINGS",
    5: "PUSH_PROMISE",
    6: "PING",
    7: "GOAWAY",
    8: "WINDOW_UPDATE",
    9: "CONTINUATION",
    10: "ALTSVC",
    16: "PRIORITY_UPDATE",
}
#: Names of error codes (section 7).
_ERRORS = (
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
)
_ERROR_FIELDS = {int(Http2Type.RST_STREAM): "http2.rst_stream.error", int(Http2Type.GOAWAY): "http2.goaway.error"}
#: Types that carry parts of requests and responses: DATA, HEADERS, CONTINUATION (RFC 9113, section 8.1).
_MESSAGE = (0, 1, 9)
#: Types that the other end answers with the same type and the flag ACK: SETTINGS, PING (sections 6.5 and 6.7).
_ANSWERED = (4, 6)


@rule("W08", on="http2", facts="sender receiver frames streams control resets leaves", rank=34)
def http2_frames(at: At) -> Facts | None:
    """HTTP/2 frames of one segment, each as NAME[stream]; stream 0 is the connection itself.

    `streams` are those of which a part of a message is here: a stream may also be named only to order it (PRIORITY).
    `resets` tells of a RST_STREAM, `leaves` of a GOAWAY; both are listed with their error code.

    Reference: RFC 9113, sections 4.1, 5.1.1, 6 and 7.
    """
    http2 = at.packet.http2
    if http2 is None or at.seen.step is None or len(http2.types) != len(http2.stream_ids) or not http2.types:
        return None
    frame = at.packet.frame
    listed: list[Fact] = []
    streams: dict[int, Fact] = {}
    control: Fact | None = None
    flags = http2.flags or (0,) * len(http2.types)
    errors = http2.errors or (None,) * len(http2.types)
    for kind, number, flag, error in zip(http2.types, http2.stream_ids, flags, errors, strict=True):
        stream = known(number, frame, "http2.streamid")
        name = f"{_TYPES.get(kind, f'TYPE{kind}')}{' ACK' if kind in _ANSWERED and flag & ACK else ''}[{number}]"
        told = [known(kind, frame, "http2.type"), stream]
        if error is not None:
            name += f" ({_ERRORS[error] if 0 <= error < len(_ERRORS) else f'error {error}'})"
            told.append(known(error, frame, _ERROR_FIELDS[kind]))
        listed.append(derived(name, *told))
        if not number:
            control = stream
        elif kind in _MESSAGE:
            streams.setdefault(number, stream)
    return {
        **at.roles,
        "frames": derived(tuple(listed), *listed),
        "streams": derived(tuple(streams.values()), *streams.values()),
        "control": control,
        "resets": word(Http2Type.RST_STREAM in http2.types),
        "leaves": word(Http2Type.GOAWAY in http2.types),
    }


@rule("W11", on="tcp", when="data", facts="sender receiver", rank=33)
def http2_preface(at: At) -> Facts | None:
    """The 24 fixed bytes with which a client begins HTTP/2; Wireshark calls them Magic.

    Reference: RFC 9113, section 3.4; tshark fields _ws.col.Protocol and _ws.col.Info.
    """
    packet = at.packet
    if packet.innermost != "HTTP2" or "Magic" not in packet.info.split(", "):
        return None
    return {"sender": derived(at.me, at["_ws.col.Info"]), "receiver": at.roles["receiver"]}
