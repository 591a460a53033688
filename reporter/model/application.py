"""What rides on TCP and UDP: HTTP messages, DNS, TLS, WebSocket, HTTP/2 — as far as tshark names them."""

from __future__ import annotations

from decimal import Decimal

from reporter.model.value import value


@value
class Header:
    """One header line: `name` and `value` as sent, `line` as tshark printed it (for evidence)."""

    name: str
    value: str
    line: str


def header_value(headers: tuple[Header, ...], name: str) -> Header | None:
    """The first header called `name` (case-insensitive, RFC 9110 section 5.1), or None."""
    lowered, length = name.lower(), len(name)
    for header in headers:
        if len(header.name) == length and header.name.lower() == lowered:
            return header
    return None


@value
class HttpRequest:
    """One HTTP request (`http.request.*`); `first_frame` is where its first byte travelled."""

    method: str
    target: str
    version: str
    full_uri: str
    headers: tuple[Header, ...]
    headers_known: bool
    first_frame: int
    response_in: int | None

    def header(self, name: str) -> Header | None:
        """The first header of that name, or None."""
        return header_value(self.headers, name)


@value
class HttpResponse:
    """One HTTP response (`http.response.*`); `first_frame` is where its first byte travelled."""

    version: str
    code: int
    phrase: str
    headers: tuple[Header, ...]
    headers_known: bool
    first_frame: int
    request_in: int | None
    time: Decimal | None
    chunk_sizes: tuple[int, ...] = ()

    def header(self, name: str) -> Header | None:
        """The first header of that name, or None."""
        return header_value(self.headers, name)

    @property
    def interim(self) -> bool:
        """A 1xx answer that another answer follows (RFC 9110, section 15.2); 101 is final."""
        return 100 <= self.code < 200 and self.code != 101


@value
class Dns:
    """One DNS message (`dns.*`): names asked for, addresses answered, time since the question.

    `a`, `aaaa` and `cname` are those of the answer section, `answers` is the number of its records.
    """

    ident: str
    response: bool
    names: tuple[str, ...]
    types: tuple[int, ...]
    a: tuple[str, ...]
    aaaa: tuple[str, ...]
    cname: tuple[str, ...]
    rcode: int | None
    time: Decimal | None
    response_to: int | None
    retransmission: bool
    answers: int | None = None


@value
class Tls:
    """TLS records of one frame: content types, handshake types, server name, alert descriptions.

    `opaque_types` are those of encrypted TLS 1.3 records (the real type is hidden), `lengths` of all records.
    """

    content_types: tuple[int, ...]
    handshake_types: tuple[int, ...]
    server_name: str
    alpn: tuple[str, ...]
    version: str
    alerts: tuple[int, ...]
    lengths: tuple[int, ...]
    opaque_types: tuple[int, ...] = ()
    supported_versions: tuple[int, ...] = ()


@value
class WebSocket:
    """WebSocket frames of one packet (RFC 6455): opcodes, mask bits, lengths, close code."""

    opcodes: tuple[int, ...]
    masked: tuple[bool, ...]
    lengths: tuple[int, ...]
    close_code: int | None


@value
class Http2:
    """HTTP/2 frames of one packet: frame types and stream identifiers, in order."""

    types: tuple[int, ...]
    stream_ids: tuple[int, ...]
