"""Puts the HTTP/2 frames of one connection together to messages, and these to exchanges, by HTTP/2 stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from reporter.analyse.clock import Clock
from reporter.model.http2 import (
    ACK,
    END_HEADERS,
    END_STREAM,
    PADDED,
    Http2,
    Http2Exchange,
    Http2Fields,
    Http2Message,
    Http2Type,
)
from reporter.model.packet import Packet
from reporter.model.role import Role


@dataclass(slots=True)
class _Message:
    frame: int | None
    last: int
    time: Decimal
    fields: Http2Fields | None = None
    data: int | None = 0
    ended: bool = False
    split: bool = False

    def value(self) -> Http2Message:
        return Http2Message(self.frame, self.last, self.time, self.ended, self.fields, self.data, self.split)


@dataclass(slots=True)
class _Open:
    """An exchange so far. A client's message is the request, a server's the response."""

    messages: dict[Role, _Message] = field(default_factory=dict)
    interim: list[int] = field(default_factory=list)
    reset: tuple[Role, int] | None = None

    @property
    def over(self) -> bool:
        return self.reset is not None or (
            len(self.messages) == len(Role) and all(each.ended for each in self.messages.values())
        )


@dataclass(slots=True)
class _Block:
    """A field section that is still coming: what carries it, since which packet, what it says so far."""

    kind: int
    stream: int
    frame: int
    fields: Http2Fields | None
    flags: int


class Http2Pairing:
    """The HTTP/2 exchanges of one TCP stream. With `keep` False those that are over are forgotten.

    Fields are read only while all that this end has sent since its preface (RFC 9113, section 3.4) was captured, in
    order: they refer to earlier ones (RFC 7541, section 2.2), and tshark reads what refers to missing ones as others.
    """

    def __init__(self, stream: int, clock: Clock, *, keep: bool = True) -> None:
        self._stream = stream
        self._clock = clock
        self._keep = keep
        self._open: dict[int, _Open] = {}
        self._blocks: dict[Role, _Block] = {}
        self._whole: dict[Role, bool] = {}

    @property
    def waiting(self) -> bool:
        """Whether a request waits for its response, or for the rest of it."""
        return any(
            each.reset is None
            and Role.CLIENT in each.messages
            and not ((response := each.messages.get(Role.SERVER)) and response.ended)
            for each in self._open.values()
        )

    def lost(self, role: Role) -> None:
        """Enter that data of `role` was not captured, or not in the order in which it was sent."""
        if role in self._whole:
            self._whole[role] = False
            self._blocks.pop(role, None)
            for each in self._open.values():
                if (message := each.messages.get(role)) is not None and not message.ended:
                    message.data = None

    def advance(self, role: Role, packet: Packet, http2: Http2) -> None:
        """Enter the HTTP/2 frames of a packet of `role` that was not captured before."""
        count = len(http2.types)
        if len(http2.stream_ids) != count or len(http2.flags) != count or len(http2.lengths) != count or not count:
            return
        if role not in self._whole:
            self._whole[role] = (http2.types[0], http2.stream_ids[0], http2.flags[0] & ACK) == (
                Http2Type.SETTINGS,
                0,
                0,
            )
        frames = zip(http2.types, http2.stream_ids, http2.flags, http2.lengths, http2.fields, strict=True)
        for kind, number, flags, length, fields in frames:
            if kind in (Http2Type.HEADERS, Http2Type.PUSH_PROMISE):
                known = fields if self._whole[role] else None
                self._blocks[role] = _Block(kind, number, packet.frame, known, flags)
            elif kind == Http2Type.CONTINUATION:
                block = self._blocks.get(role)
                if block is None or block.stream != number:
                    continue
                block.fields = block.fields.joined(fields) if block.fields is not None and fields is not None else None
            elif kind == Http2Type.DATA and number:
                self._data(role, packet, number, flags, length)
            elif kind == Http2Type.RST_STREAM and number in self._open:
                self._reset(number, role, packet.frame)
            if kind in _BEARERS and flags & END_HEADERS and role in self._blocks:
                block = self._blocks.pop(role)
                if block.kind == Http2Type.HEADERS:
                    self._headers(role, packet, block)

    def exchanges(self) -> tuple[Http2Exchange, ...]:
        """All exchanges so far, in order of their first packets."""
        found = [self._exchange(number, each) for number, each in self._open.items()]
        return tuple(sorted(found, key=lambda each: (each.first, each.number)))

    def _headers(self, role: Role, packet: Packet, block: _Block) -> None:
        fields = block.fields
        exchange = self._open.setdefault(block.stream, _Open())
        message = exchange.messages.get(role)
        begins = fields is None or bool(fields.method if role is Role.CLIENT else fields.status is not None)
        if role is Role.SERVER and fields is not None and fields.status is not None and 100 <= fields.status < 200:
            exchange.interim.append(block.frame)
            return
        if message is None:
            known = begins and fields is not None
            message = exchange.messages[role] = _Message(None, packet.frame, packet.time, data=0 if known else None)
        if begins and message.frame is None:
            message.frame, message.fields, message.split = block.frame, fields, block.frame != packet.frame
        self._reach(block.stream, message, packet, block.flags)

    def _data(self, role: Role, packet: Packet, number: int, flags: int, length: int) -> None:
        exchange = self._open.setdefault(number, _Open())
        message = exchange.messages.get(role)
        if message is None:
            # What came before it was not captured.
            message = exchange.messages[role] = _Message(None, packet.frame, packet.time, data=None)
        # Padding counts too (RFC 9113, section 6.1); how much of it there is, is not asked for.
        message.data = message.data + length if message.data is not None and not flags & PADDED else None
        self._reach(number, message, packet, flags)

    def _reach(self, number: int, message: _Message, packet: Packet, flags: int) -> None:
        if not message.ended:
            message.last, message.time = packet.frame, packet.time
        if flags & END_STREAM:
            message.ended = True
            self._close(number)

    def _reset(self, number: int, role: Role, frame: int) -> None:
        each = self._open[number]
        response = each.messages.get(Role.SERVER)
        if each.reset is None and not (response is not None and response.ended):
            each.reset = (role, frame)
        self._close(number)

    def _close(self, number: int) -> None:
        if not self._keep and self._open[number].over:
            del self._open[number]

    def _exchange(self, number: int, each: _Open) -> Http2Exchange:
        request, response = each.messages.get(Role.CLIENT), each.messages.get(Role.SERVER)
        time = None
        if request is not None and response is not None and request.ended and response.ended:
            time = self._clock.between(request.last, request.time, response.last, response.time)
        return Http2Exchange(
            stream=self._stream,
            number=number,
            request=request.value() if request is not None else None,
            response=response.value() if response is not None else None,
            time=time,
            interim=tuple(each.interim),
            reset=each.reset,
        )


_BEARERS = frozenset((Http2Type.HEADERS, Http2Type.PUSH_PROMISE, Http2Type.CONTINUATION))
