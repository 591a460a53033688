"""Pairs requests and responses of one stream in order (RFC 9112, section 9.3.2): pipelining, 1xx, early answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from reporter.analyse.clock import Clock
from reporter.analyse.http import closes_for_length
from reporter.analyse.step import Answered
from reporter.model.application import HttpRequest, HttpResponse
from reporter.model.packet import Packet
from reporter.model.stream import Exchange, Role
from reporter.model.value import value

#: How many requests that were passed over are remembered with their frames.
_PASSED = 64


@value
class Ended:
    """The last message of an end, the only one that `frame` completed, up to number `end`.

    `total` are the bytes of that frame, or those that it was put together from (`reassembled`).
    """

    message: HttpRequest | HttpResponse
    frame: int
    total: int
    reassembled: bool
    end: int


@dataclass(slots=True)
class _Side:
    """What one end has sent: `reached` is the number after its last recognised message, `data` frame and number of
    the first new data since then, `gap` whether some is missing since, `last` that message where it was alone.
    """

    reached: int | None = None
    data: tuple[int, int] | None = None
    gap: bool = False
    last: Ended | None = None

    def heard(self, frame: int, start: int, *, gap: bool) -> None:
        """Enter a segment with new data from number `start` on, with `gap` some that is missing before it."""
        self.gap = self.gap or gap
        if self.data is None:
            self.data = (frame, start)

    def recognised(self, message: HttpRequest | HttpResponse, packet: Packet, end: int) -> tuple[int, int] | None:
        """Enter a message up to number `end` that `packet` completes; returns frame and number of other data before."""
        before = self.data if self.data is not None and self.data[0] < message.first_frame else None
        self.data, self.gap = None, False
        self.last = None
        if packet.tcp is not None and len(packet.requests) + len(packet.responses) == 1:
            put = packet.tcp.reassembled_length if packet.tcp.segments else None
            self.last = Ended(message, packet.frame, put or packet.tcp.length, put is not None, end)
        self.reached = end if self.reached is None else max(self.reached, end)
        return before


@dataclass(slots=True)
class _Waiting:
    """A request without its response. `ack` is what the client had confirmed when it sent it."""

    exchange: Exchange
    ack: int | None


@dataclass(slots=True)
class _Doubt:
    """Requests of which `answers` are the responses to some, but it cannot be told to which."""

    requests: list[Exchange]
    answers: list[int] = field(default_factory=list)

    @property
    def lacking(self) -> int:
        return len(self.requests) - len(self.answers)

    def exchanges(self) -> list[Exchange]:
        return [replace(each, perhaps=tuple(self.answers)) for each in self.requests]


class Pairing:
    """The exchanges of one stream. With `keep` False answered exchanges are counted and forgotten.

    A response answers the oldest request that waits, unless the client had confirmed more data of the server when it
    sent the next one: then what it confirmed was the answer to the older one, though tshark recognised none in it.
    `first_request` is the frame of the first request, `behind` tells of the last one that it was pipelined, `doubtful`
    are number and frame of the first request after which the connection must be closed (`closes_for_length`),
    `last_message` is the last frame with a request or a response, `last_unasked` the last response for which no
    request was waiting.
    `unread` is the first frame of the client's data that belongs to no recognised request though one follows;
    `uncounted` tells that there is such data, or that some is missing, so that there may have been more requests.
    """

    def __init__(self, stream: int, clock: Clock, *, keep: bool = True) -> None:
        self._stream = stream
        self._clock = clock
        self._keep = keep
        self.count = 0
        self.answered = 0
        self._waiting: deque[_Waiting] = deque()
        self._passed: deque[Exchange] = deque(maxlen=None if keep else _PASSED)
        self._passed_count = 0
        self._doubts: deque[_Doubt] = deque(maxlen=None if keep else _PASSED)
        self._early: deque[Exchange] = deque()
        self._interim: list[int] = []
        self._done: dict[int, Exchange] = {}
        self._sides = {Role.CLIENT: _Side(), Role.SERVER: _Side()}
        self.last_request: Exchange | None = None
        self.last_response: Exchange | None = None
        self.last_unasked: Exchange | None = None
        self.first_request: int | None = None
        self.last_message = 0
        self.behind: int | None = None
        self.unread: int | None = None
        self.uncounted = False
        self.doubtful: tuple[int, int] | None = None
        self._last_ask: tuple[int, int] = (0, -1)

    @property
    def waiting(self) -> int:
        """Requests that still wait for their answer."""
        return len(self._waiting)

    @property
    def waiting_frames(self) -> tuple[int, ...]:
        """The frames of those requests, in order."""
        return _frames(each.exchange for each in self._waiting)

    @property
    def waiting_in_doubt(self) -> tuple[int, ...]:
        """Those of them in which an earlier request ends whose length is in doubt: what follows it may be none."""
        if self.doubtful is None:
            return ()
        number, frame = self.doubtful
        return _frames(
            each.exchange
            for each in self._waiting
            if each.exchange.number > number
            and each.exchange.request is not None
            and each.exchange.request.first_frame <= frame
        )

    @property
    def first_waiting(self) -> Exchange | None:
        """The oldest of those requests."""
        return self._waiting[0].exchange if self._waiting else None

    @property
    def unanswered(self) -> int:
        """Requests without a recognised response so far: those that wait, those that were passed over, and the rest of
        those of which some are answered.
        """
        return len(self._waiting) + self._passed_count + self.unsure_unanswered

    @property
    def unsure(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The frames of requests of which some are answered and some are not, and it cannot be told which; and the
        frames of the responses to some of these.
        """
        open_ones = [each for each in self._doubts if each.lacking]
        requests = [frame for each in open_ones for frame in _frames(each.requests)]
        return tuple(requests), tuple([frame for each in open_ones for frame in each.answers])

    @property
    def unsure_unanswered(self) -> int:
        """How many of these requests have no response."""
        return sum(each.lacking for each in self._doubts)

    @property
    def unanswered_frames(self) -> tuple[int, ...]:
        """The frames of those that are certainly without, in order."""
        return (*self.passed_frames, *self.waiting_frames)

    @property
    def unanswered_data(self) -> int | None:
        """The first frame of the server's data in which the response to the first of these was not recognised."""
        unsure = [each for doubt in self._doubts if doubt.lacking for each in doubt.requests]
        for each in (*self._passed, *unsure, *(one.exchange for one in self._waiting)):
            if each.begun is not None:
                return each.begun
        data = self._sides[Role.SERVER].data
        return data[0] if data is not None and self._waiting else None

    @property
    def passed_frames(self) -> tuple[int, ...]:
        """The frames of the requests that were passed over, in order."""
        return _frames(self._passed)

    def heard(self, role: Role, frame: int, start: int, *, gap: bool = False) -> None:
        """Enter a segment of `role` with new data from number `start` on, before the messages that it completes."""
        self._sides[role].heard(frame, start, gap=gap)

    def ended(self, role: Role) -> Ended | None:
        """The last message of this end, where it was the only one of its frame."""
        return self._sides[role].last

    def beyond(self, role: Role) -> Ended | None:
        """The last message of this end, where all its new data since then follows it without a gap."""
        side = self._sides[role]
        last, data = side.last, side.data
        return last if last is not None and data is not None and data[1] == last.end and not side.gap else None

    def ask(
        self, request: HttpRequest, packet: Packet, *, ack: int | None = None, start: int | None = None, end: int = 0
    ) -> Exchange:
        """Enter a request; an answer that came before the request was complete is taken at once.

        `ack` is the Ack of its last segment, `start` the number at which its first one begins and `end` the one after
        its last, all unwrapped.
        """
        self._count_unread(request, packet, start, end)
        self._confirm(ack)
        self.count += 1
        self.last_message = packet.frame
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
        if self.doubtful is None and closes_for_length(request.headers):
            self.doubtful = self.count, packet.frame
        self.behind = self._sent_behind(packet)
        while self._early:
            early = self._early.popleft()
            if early.response_frame is not None and request.first_frame < early.response_frame:
                exchange = self._finish(exchange, early)
                self.last_request = exchange
                return exchange
            self._orphan(early)
        self._waiting.append(_Waiting(exchange, ack))
        self.last_request = exchange
        return exchange

    def _count_unread(self, request: HttpRequest, packet: Packet, start: int | None, end: int) -> None:
        side = self._sides[Role.CLIENT]
        reached, before = side.reached, side.recognised(request, packet, end)
        between = start is not None and reached is not None and start > reached
        own = packet.tcp.segments if packet.tcp is not None else ()
        other = before is not None and before[0] not in own
        if packet.tls is not None or not (between or (other and reached is None)):
            return  # in TLS the client sends more than requests
        self.uncounted = True
        if self.unread is None and between and other and before is not None:
            self.unread = before[0]

    def _confirm(self, ack: int | None) -> None:
        """What the client had confirmed before it asked again is no answer to what it asks now."""
        server = self._sides[Role.SERVER]
        if ack is None or server.data is None or server.data[1] >= ack:
            return
        self._attribute(server.data)
        server.data = None

    def _attribute(self, data: tuple[int, int] | None) -> None:
        """Note the frame and number of data in which no response was recognised with the request that it belongs to:
        the last that was sent, by its Ack, before the data had come, or each of several sent with this Ack.
        """
        if data is None:
            return
        frame, start = data
        before = [each.ack for each in self._waiting if each.ack is not None and each.ack <= start]
        for each in self._waiting:
            if before and each.ack == before[-1]:
                each.exchange = replace(each.exchange, begun=each.exchange.begun or frame)

    def _sent_behind(self, packet: Packet) -> int | None:
        """The frame of the unanswered request right behind which this one was sent, or None.

        The same Ack on both means that its sender confirmed nothing in between: it did not wait for the answer.
        """
        ack = packet.tcp.ack if packet.tcp is not None and packet.tcp.has_ack else -1
        frame, before = self._last_ask
        self._last_ask = (packet.frame, ack)
        unanswered = bool(self._waiting) and self._waiting[-1].exchange.request_frame == frame
        return frame if unanswered and ack == before >= 0 else None

    def answer(
        self, response: HttpResponse, packet: Packet, *, start: int | None = None, end: int = 0, unasked: bool = False
    ) -> Answered:
        """Enter a response, and find the exchange it belongs to.

        `start` is the number at which its first segment begins, `end` the one after its last, both unwrapped;
        `unasked` tells that the client has sent nothing before.
        """
        self.last_message = packet.frame
        server = self._sides[Role.SERVER]
        reached = server.reached
        self._attribute(server.recognised(response, packet, end))
        if response.interim:
            if self._waiting:
                oldest = self._waiting[0]
                oldest.exchange = replace(oldest.exchange, interim=(*oldest.exchange.interim, packet.frame))
                return Answered(response, oldest.exchange)
            self._interim.append(packet.frame)
            return Answered(response, None)
        answer = Exchange(
            stream=self._stream,
            number=0,
            response=response,
            response_frame=packet.frame,
            response_time=packet.time,
            unasked=unasked,
        )
        self._pass_over(start, reached)
        if len(self._waiting) > 1 and self._unsure(start, reached):
            self._doubts.append(_Doubt([each.exchange for each in self._waiting]))
            self._waiting.clear()
        if not self._waiting and self._doubts and self._doubts[-1].lacking:
            doubt = self._doubts[-1]
            doubt.answers.append(packet.frame)
            among = _frames(doubt.requests)
            self._orphan(replace(answer, perhaps=among))
            return Answered(response, None, among)
        if self._waiting:
            return Answered(response, self._finish(self._waiting.popleft().exchange, answer))
        client = self._sides[Role.CLIENT]
        answer = replace(answer, begun=client.data[0] if client.data is not None else None)
        self._early.append(answer)
        self.last_unasked = answer
        if len(self._early) > _PASSED:
            self._orphan(self._early.popleft())
        return Answered(response, None, begun=answer.begun, unasked=unasked)

    def _pass_over(self, start: int | None, reached: int | None) -> None:
        """Pass over the requests that were answered, by the Acks of later ones, before number `start`."""
        while start is not None and len(self._waiting) > 1:
            oldest, later = self._waiting[0].ack, self._waiting[1].ack
            if oldest is None or later is None or not max(oldest, reached or oldest) < later <= start:
                return
            self._pass()

    def _unsure(self, start: int | None, reached: int | None) -> bool:
        """Whether data that was not recognised, or not captured, lies before a response at `start`."""
        before = self._waiting[0].ack if reached is None else reached
        return start is not None and before is not None and start > before

    def _pass(self) -> None:
        self._passed.append(self._waiting.popleft().exchange)
        self._passed_count += 1

    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges at the end of the capture, in order of their requests."""
        self._attribute(self._sides[Role.SERVER].data)
        waiting = [each.exchange for each in self._waiting]
        unsure = [each for doubt in self._doubts for each in doubt.exchanges()]
        everything = [*self._done.values(), *self._passed, *unsure, *waiting, *self._early]
        return tuple(sorted(everything, key=lambda each: (each.request_frame or each.response_frame or 0, each.number)))

    def _finish(self, exchange: Exchange, answer: Exchange) -> Exchange:
        asked, answered = exchange.request_frame, answer.response_frame
        start, end = exchange.request_time, answer.response_time
        time: Decimal | None = None
        if asked is not None and start is not None and answered is not None and end is not None:
            time = self._clock.between(asked, start, answered, end)
        done = replace(
            exchange, response=answer.response, response_frame=answered, response_time=end, time=time, begun=None
        )
        self.answered += 1
        self.last_response = done
        if self._keep:
            self._done[done.number] = done
        return done

    def _orphan(self, answer: Exchange) -> None:
        if self._keep and answer.response_frame is not None:
            self._done[-answer.response_frame] = answer


def _frames(exchanges: Iterable[Exchange]) -> tuple[int, ...]:
    return tuple([each.request_frame for each in exchanges if each.request_frame is not None])
