"""What rides on TCP and UDP: HTTP messages, DNS, TLS, WebSocket — as far as tshark names them."""

from __future__ import annotations

from decimal import Decimal

from reporter.model.value import value

_LINE_ENDS = (("\\r\\n", 2), ("\r\n", 2), ("\\n", 1), ("\n", 1))


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
    """One HTTP request (`http.request.*`); `first_frame` is where its first byte travelled.

    `chunk_sizes` are those of a body sent in chunks, with the 0 that ends it (`http.chunk_size`).
    `head_length` is that of `head_length()` where texts were changed since they were read, 0 for None.
    """

    method: str
    target: str
    version: str
    full_uri: str
    headers: tuple[Header, ...]
    headers_known: bool
    first_frame: int
    response_in: int | None
    chunk_sizes: tuple[int, ...] = ()
    head_length: int | None = None

    def header(self, name: str) -> Header | None:
        """The first header of that name, or None."""
        return header_value(self.headers, name)


@value
class HttpResponse:
    """One HTTP response (`http.response.*`); `first_frame` is where its first byte travelled.

    `head_length` as for requests.
    """

    version: str
    code: int
    phrase: str
    headers: tuple[Header, ...]
    headers_known: bool
    first_frame: int
    request_in: int | None
    time: Decimal | None
    chunk_sizes: tuple[int, ...] = ()
    head_length: int | None = None

    def header(self, name: str) -> Header | None:
        """The first header of that name, or None."""
        return header_value(self.headers, name)

    @property
    def interim(self) -> bool:
        """A 1xx answer that another answer follows (RFC 9110, section 15.2); 101 is final."""
        return 100 <= self.code < 200 and self.code != 101


def head_length(message: HttpRequest | HttpResponse) -> int | None:
    """Bytes of start line, header lines and the empty line, counted from their text; None when that is not
    certain.

    Whoever uses it must see that it agrees with another number of the capture before a sentence says so.
    """
    if message.head_length is not None:
        return message.head_length or None
    if not message.headers_known or not message.headers:
        return None
    if isinstance(message, HttpRequest):
        start = f"{message.method} {message.target} {message.version}"
    else:
        start = f"{message.version} {message.code} {message.phrase}"
    total, end = len(start), 2
    texts = [start]
    for header in message.headers:
        text = header.line
        for mark, size in _LINE_ENDS:
            if text.endswith(mark):
                text, end = text[: -len(mark)], size
                break
        else:
            return None
        texts.append(text)
        total += len(text) + end
    if not all(text.isascii() and text.isprintable() and "\\" not in text for text in texts):
        return None
    return total + 2 * end


@value
class Dns:
    """One DNS message (`dns.*`): names asked for, addresses answered, time since the question.

    `a`, `aaaa` and `cname` are those of the answer section, `answers` is the number of its records;
    `truncated` is the TC bit. A message that tshark calls malformed (`_ws.malformed`) is none: it need not be DNS.
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
    truncated: bool = False


@value
class Quic:
    """QUIC packets of one datagram: the types of those with a long header (`quic.long.packet_type`), and the frames
    that tshark could read (`quic.frame_type`): those of Initial packets, others only with the keys (RFC 9001).
    """

    long_types: tuple[int, ...]
    frame_types: tuple[int, ...]

    @property
    def decrypted(self) -> bool:
        """Whether the content of a packet that is no Initial (type 0) could be read."""
        return bool(self.frame_types) and 0 not in self.long_types


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
    """WebSocket frames of one packet (RFC 6455): opcodes, mask bits, lengths of the payload, close code.

    A length above 125 is that of the extended field; there are none where a cut frame lacks that.
    """

    opcodes: tuple[int, ...]
    masked: tuple[bool, ...]
    lengths: tuple[int, ...]
    close_code: int | None
