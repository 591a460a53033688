"""Pairs requests and responses of one stream in order (RFC 9112, section 9.3.2): pipelining, 1xx, early answers."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from reporter.model.application import HttpRequest, HttpResponse
from reporter.model.packet import Packet
from reporter.model.stream import Exchange


class Pairing:
    """The exchanges of one stream. With `keep` False answered exchanges are counted and forgotten.

    `first_request` is the frame of the first request, `behind` tells of the last one that it was pipelined.
    """

    def __init__(self, stream: int, *, keep: bool = True) -> None:
        self._stream = stream
        self._keep = keep
        self.count = 0
        self.answered = 0
        self._waiting: deque[Exchange] = deque()
        self._early: deque[tuple[HttpResponse, Packet]] = deque()
        self._interim: list[int] = []
        self._done: dict[int, Exchange] = {}
        self.last_request: Exchange | None = None
        self.last_response: Exchange | None = None
        self.first_request: int | None = None
        self.behind: int | None = None
        self._last_ask: tuple[int, int] = (0, -1)

    @property
    def waiting(self) -> int:
        """Requests whose answer has not been captured so far."""
        return len(self._waiting)

    @property
    def waiting_frames(self) -> tuple[int, ...]:
        """The frames of those requests, in order."""
        return tuple(each.request_frame for each in self._waiting if each.request_frame is not None)

    def ask(self, request: HttpRequest, packet: Packet) -> Exchange:
        """Enter a request; an answer that came before the request was complete is taken at once."""
        self.count += 1
        exchange = Exchange(
            stream=self._stream,
            number=self.count,
            request=request,
            request_frame=packet.frame,
            request_time=packet.time,
            interim=tuple(self._interim),
        )
        self._interim.clear()
        if self.first_request is None:
            self.first_request = packet.frame
        self.behind = self._sent_behind(packet)
        while self._early:
            response, carrier = self._early.popleft()
            if request.first_frame < carrier.frame:
                exchange = self._finish(exchange, response, carrier)
                self.last_request = exchange
                return exchange
            self._orphan(response, carrier)
        self._waiting.append(exchange)
        self.last_request = exchange
        return exchange

    def _sent_behind(self, packet: Packet) -> int | None:
        """The frame of the unanswered request right behind which this one was sent, or None.

        The same Ack on both means that its sender confirmed nothing in between: it did not wait for the answer.
        """
        ack = packet.tcp.ack if packet.tcp is not None and packet.tcp.has_ack else -1
        frame, before = self._last_ask
        self._last_ask = (packet.frame, ack)
        unanswered = bool(self._waiting) and self._waiting[-1].request_frame == frame
        return frame if unanswered and ack == before >= 0 else None

    def answer(self, response: HttpResponse, packet: Packet) -> Exchange | None:
        """Enter a response; returns the exchange it belongs to, or None when its request is not known (yet)."""
        if response.interim:
            if self._waiting:
                changed = replace(self._waiting[0], interim=(*self._waiting[0].interim, packet.frame))
                self._waiting[0] = changed
                return changed
            self._interim.append(packet.frame)
            return None
        if self._waiting:
            return self._finish(self._waiting.popleft(), response, packet)
        self._early.append((response, packet))
        if len(self._early) > 64:
            self._orphan(*self._early.popleft())
        return None

    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges at the end of the capture, in order of their requests."""
        orphans = [self._as_orphan(response, packet) for response, packet in self._early]
        everything = [*self._done.values(), *self._waiting, *orphans]
        return tuple(sorted(everything, key=lambda each: (each.request_frame or each.response_frame or 0, each.number)))

    def _finish(self, exchange: Exchange, response: HttpResponse, packet: Packet) -> Exchange:
        done = replace(exchange, response=response, response_frame=packet.frame, response_time=packet.time)
        self.answered += 1
        self.last_response = done
        if self._keep:
            self._done[done.number] = done
        return done

    def _as_orphan(self, response: HttpResponse, packet: Packet) -> Exchange:
        return Exchange(
            stream=self._stream,
            number=0,
            response=response,
            response_frame=packet.frame,
            response_time=packet.time,
        )

    def _orphan(self, response: HttpResponse, packet: Packet) -> None:
        if self._keep:
            self._done[-packet.frame] = self._as_orphan(response, packet)
