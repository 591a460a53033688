"""HTTP/2 (RFC 9113): the frames of one packet, and the messages on one HTTP/2 stream of a connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from enum import IntEnum

from reporter.model.role import Role
from reporter.model.value import value


class Http2Type(IntEnum):
    """Types of frames (section 6; `http2.type`) that carry messages or end them."""

    DATA = 0
    HEADERS = 1
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    GOAWAY = 7
    CONTINUATION = 9


#: Flags (`http2.flags`): of DATA and HEADERS, of SETTINGS, of what carries fields, of DATA and HEADERS.
END_STREAM, ACK, END_HEADERS, PADDED = 0x1, 0x1, 0x4, 0x8


@value
class Http2Fields:
    """What a field section says (section 8.3; `http2.header.name` and `.value`), as far as reports tell of it.

    What it does not name is empty, a `status` that is no number None: that of trailers has nothing of all this.
    """

    method: str = ""
    path: str = ""
    status: int | None = None
    content_type: str = ""
    content_length: str = ""
    authority: str = ""

    def rewritten(self, change: Callable[[str], str]) -> Http2Fields:
        """The same with every text changed that its sender is free to choose."""
        path, kind, length, host = map(change, (self.path, self.content_type, self.content_length, self.authority))
        return Http2Fields(self.method, path, self.status, kind, length, host)

    def joined(self, more: Http2Fields) -> Http2Fields:
        """This part of a section with the next one."""
        return Http2Fields(
            self.method or more.method,
            self.path or more.path,
            self.status if self.status is not None else more.status,
            self.content_type or more.content_type,
            self.content_length or more.content_length,
            self.authority or more.authority,
        )


@value
class Http2:
    """HTTP/2 frames of one packet, in order: types and stream identifiers.

    `flags` and `lengths` (bytes of payload) are those of the same frames, empty where tshark does not print one for
    each. `fields` has an entry for each frame too: what a HEADERS, PUSH_PROMISE or CONTINUATION frame says, and None
    for others, and where it cannot be told which frame the printed fields belong to. `errors` are the error codes of
    RST_STREAM and GOAWAY frames (section 7), None for others; empty where no such frame is among them.
    """

    types: tuple[int, ...]
    stream_ids: tuple[int, ...]
    flags: tuple[int, ...] = ()
    lengths: tuple[int, ...] = ()
    fields: tuple[Http2Fields | None, ...] = ()
    errors: tuple[int | None, ...] = ()

    def rewritten(self, change: Callable[[str], str]) -> Http2:
        """The same with the texts that its fields say changed."""
        if not any(self.fields):
            return self
        return replace(self, fields=tuple([each and each.rewritten(change) for each in self.fields]))


@value
class Http2Message:
    """A request or a response on one HTTP/2 stream.

    `frame` is the packet with its HEADERS, None where only its DATA was captured; `last` the last packet that carried
    anything of it, and `ended` tells that this is the end (END_STREAM). `time` is that of `last` in relative seconds.
    `fields` are None where they cannot be read: they may refer to fields sent before (RFC 7541), and packets of this
    direction were not captured. `data` are the bytes of its DATA frames, None where that is not certain. `split` tells
    that its fields lie in several packets, of which `frame` is the first.
    """

    frame: int | None
    last: int
    time: Decimal
    ended: bool
    fields: Http2Fields | None
    data: int | None
    split: bool = False


@value
class Http2Exchange:
    """Request and response on HTTP/2 stream `number` of TCP stream `stream`.

    `time` are the seconds from the end of the request to the end of the response, None where one was not captured,
    where the response ended first, or when the timestamps go back in between. `interim` are packets with 1xx
    responses, `reset` tells who ended the stream with RST_STREAM before the response had ended, and in which packet.
    """

    stream: int
    number: int
    request: Http2Message | None = None
    response: Http2Message | None = None
    time: Decimal | None = None
    interim: tuple[int, ...] = ()
    reset: tuple[Role, int] | None = None

    @property
    def answered(self) -> bool:
        """Whether the HEADERS of request and response were both captured."""
        return all(each is not None and each.frame is not None for each in (self.request, self.response))

    @property
    def page(self) -> bool:
        """Whether it was answered 200 with HTML."""
        fields = self.response.fields if self.response is not None else None
        return fields is not None and fields.status == 200 and "html" in fields.content_type.lower()

    @property
    def early(self) -> bool:
        """Whether the response was complete before the request was (RFC 9113, section 8.1)."""
        request, response = self.request, self.response
        if request is None or response is None or not response.ended:
            return False
        return request.ended and response.last < request.last

    @property
    def pushed(self) -> bool:
        """Whether the server began the stream (section 5.1.1): its request is in a PUSH_PROMISE frame."""
        return self.number % 2 == 0

    @property
    def first(self) -> int:
        """The first packet of it that is told of."""
        frames = [each.frame or each.last for each in (self.request, self.response) if each is not None]
        return min([*frames, *self.interim, *([self.reset[1]] if self.reset else [])])
