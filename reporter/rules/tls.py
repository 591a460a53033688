"""TLS: the hello messages, application data, alerts — and plain HTTP where TLS was to be expected."""

from __future__ import annotations

from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, known, word
from reporter.explain.registry import rule
from reporter.model.application import Tls

_RANK = 30
_CHANGE, _ALERT, _HANDSHAKE, _APPLICATION = 20, 21, 22, 23
_CLIENT_HELLO, _SERVER_HELLO, _FINISHED = 1, 2, 20
_VERSIONS = {0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}
#: Names of handshake messages (IANA, TLS HandshakeType).
_MESSAGES = {
    0: "Hello Request",
    1: "Client Hello",
    2: "Server Hello",
    4: "New Session Ticket",
    5: "End of Early Data",
    8: "Encrypted Extensions",
    11: "Certificate",
    12: "Server Key Exchange",
    13: "Certificate Request",
    14: "Server Hello Done",
    15: "Certificate Verify",
    16: "Client Key Exchange",
    20: "Finished",
    22: "Certificate Status",
    24: "Key Update",
}
#: Names of alerts (RFC 8446, section 6; RFC 5246, section 7.2).
_ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    22: "record_overflow",
    40: "handshake_failure",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}


def _tls(at: At) -> Tls | None:
    """TLS records on a TCP connection; what QUIC or DTLS carry is told elsewhere."""
    return at.packet.tls if at.seen.step is not None else None


def _messages(at: At, tls: Tls, *without: int) -> Fact:
    """Names of the handshake messages that can be read, except those of `without`."""
    frame = at.packet.frame
    read = [
        derived(_MESSAGES[kind], known(kind, frame, "tls.handshake.type"))
        for kind in tls.handshake_types
        if kind in _MESSAGES and kind not in without
    ]
    return derived(tuple(read), *read)


@rule("W04", on="tls", facts="sender receiver server_name protocols versions", rank=_RANK)
def client_hello(at: At) -> Facts | None:
    """The first message of TLS: what the client can do, and the server name it wants, still readable.

    Reference: RFC 8446, section 4.1.2; RFC 6066, section 3 (server name); RFC 7301 (ALPN).
    """
    tls = _tls(at)
    if tls is None or _CLIENT_HELLO not in tls.handshake_types:
        return None
    frame = at.packet.frame
    protocols = [known(each, frame, "tls.handshake.extensions_alpn_str") for each in tls.alpn]
    name = "tls.handshake.extensions.supported_version"
    versions = [
        derived(_VERSIONS[each], known(each, frame, name, f"0x{each:04x}"))
        for each in tls.supported_versions
        if each in _VERSIONS
    ]
    return {
        **at.roles,
        "server_name": known(tls.server_name, frame, "tls.handshake.extensions_server_name")
        if tls.server_name
        else None,
        "protocols": derived(tuple(protocols), *protocols),
        "versions": derived(tuple(versions), *versions),
    }


@rule("W05", on="tls", facts="sender receiver version retry messages encrypted protocols", rank=_RANK)
def server_hello(at: At) -> Facts | None:
    """The server chooses the version; in TLS 1.3 everything after this message is encrypted.

    `encrypted` tells that this frame holds encrypted records of TLS 1.3 already; `retry` a Hello Retry
    Request.

    Reference: RFC 8446, sections 4.1.3, 4.1.4 and 4.2.1; RFC 5246, section 7.4.1.3.
    """
    tls = _tls(at)
    if tls is None or _SERVER_HELLO not in tls.handshake_types or _CLIENT_HELLO in tls.handshake_types:
        return None
    frame = at.packet.frame
    version: Fact | None = None
    if tls.supported_versions:
        number = tls.supported_versions[0]
        source = known(number, frame, "tls.handshake.extensions.supported_version", f"0x{number:04x}")
        version = derived(_VERSIONS.get(number, f"0x{number:04x}"), source)
    elif tls.version:
        number = int(tls.version, 0)
        version = derived(_VERSIONS.get(number, tls.version), known(tls.version, frame, "tls.handshake.version"))
    protocols = [known(each, frame, "tls.handshake.extensions_alpn_str") for each in tls.alpn]
    return {
        **at.roles,
        "version": version,
        "retry": word("Hello Retry Request" in at.packet.info),
        "messages": _messages(at, tls, _SERVER_HELLO),
        "encrypted": word(bool(tls.opaque_types)),
        "protocols": derived(tuple(protocols), *protocols),
    }


@rule("W06", on="tls", facts="sender receiver count bytes hidden decrypted", rank=_RANK)
def application_data(at: At) -> Facts | None:
    """Encrypted records: only their length can be seen.

    `hidden` is True for records of TLS 1.3, whose real type (data, handshake or alert) is encrypted, too;
    `decrypted` tells that tshark had the keys: it shows what is inside.

    Reference: RFC 8446, sections 5.1 and 5.2; RFC 5246, section 6.2.
    """
    tls = _tls(at)
    if tls is None:
        return None
    if _SERVER_HELLO in tls.handshake_types or _CLIENT_HELLO in tls.handshake_types:
        return None
    frame = at.packet.frame
    hidden = _APPLICATION in tls.opaque_types
    kinds, name = (
        (tls.opaque_types, "tls.record.opaque_type") if hidden else (tls.content_types, "tls.record.content_type")
    )
    count = kinds.count(_APPLICATION)
    if not count:
        return None
    total: Fact | None = None
    if len(kinds) == count and not (hidden and tls.content_types) and len(tls.lengths) == count:
        sizes = [known(each, frame, "tls.record.length") for each in tls.lengths]
        total = derived(sum(tls.lengths), *sizes)
    return {
        **at.roles,
        "count": derived(count, known(_APPLICATION, frame, name)),
        "bytes": total,
        "hidden": word(hidden),
        "decrypted": word(_decrypted(at, tls, hidden=hidden)),
    }


def _decrypted(at: At, tls: Tls, *, hidden: bool) -> bool:
    packet = at.packet
    inside = packet.requests or packet.responses or packet.http2 is not None or packet.websocket is not None
    real = {_ALERT, _HANDSHAKE, _APPLICATION}.intersection(tls.content_types)
    return bool(inside) or (hidden and bool(real))


@rule("W07", on="tls", facts="sender receiver alert number", rank=_RANK + 1)
def alert(at: At) -> Facts | None:
    """An alert: close_notify ends the data in order, any other reports trouble. Encrypted alerts keep their
    reason secret.

    Reference: RFC 8446, section 6; RFC 5246, section 7.2.
    """
    tls = _tls(at)
    if tls is None or _ALERT not in tls.content_types:
        return None
    frame = at.packet.frame
    number = tls.alerts[0] if tls.alerts else None
    code = known(number, frame, "tls.alert_message.desc") if number is not None else None
    return {
        **at.roles,
        "alert": derived(_ALERTS.get(number, ""), code) if number is not None else None,
        "number": code,
    }


@rule("W10", on="tls", facts="sender receiver messages change finished encrypted", rank=_RANK)
def rest_of_handshake(at: At) -> Facts | None:
    """Further messages of the TLS handshake: certificate, key exchange, Change Cipher Spec, Finished.

    `encrypted` tells of a handshake record that cannot be read, `finished` that Change Cipher Spec came before the
    Finished at the end of `messages`.

    Reference: RFC 5246, section 7.3; RFC 8446, section 2 and appendix D.4.
    """
    tls = _tls(at)
    if tls is None or _SERVER_HELLO in tls.handshake_types or _CLIENT_HELLO in tls.handshake_types:
        return None
    if _HANDSHAKE not in tls.content_types and _CHANGE not in tls.content_types:
        return None
    records = tls.content_types.count(_HANDSHAKE)
    messages = _messages(at, tls)
    change = _CHANGE in tls.content_types
    last = tls.handshake_types[-1] if tls.handshake_types else None
    return {
        **at.roles,
        "messages": messages,
        "change": word(change),
        "finished": word(change and last == _FINISHED),
        "encrypted": word(records > 0 and (len(tls.handshake_types) < records)),
    }


@rule("W09", on="http", when="request", facts="sender receiver port answer", rank=_RANK + 2)
def plain_http_on_a_tls_port(at: At) -> Facts | None:
    """A readable HTTP request to port 443, where TLS is expected; `answer` is the frame of its response.

    Reference: RFC 9110, section 4.2.2 (https, default port 443); RFC 9112, section 9.7 (TLS).
    """
    if at.tcp.dst_port != 443 or not at.packet.requests or "tls" in at.packet.protocols:
        return None
    if at.packet.requests[0].method == "CONNECT":
        return None
    frame, answer = at.packet.frame, at.packet.requests[0].response_in
    return {
        **at.roles,
        "port": at["tcp.dstport"],
        "answer": known(answer, frame, "http.response_in") if answer is not None and answer > frame else None,
    }
