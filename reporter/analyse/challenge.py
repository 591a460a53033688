"""Tells the ACK of an earlier connection with the same ports from one that confirms what the capture missed."""

from __future__ import annotations

from collections.abc import Mapping

from reporter.analyse.ledger import Direction, unwrap
from reporter.analyse.step import Mark
from reporter.model.stream import Opening, Role
from reporter.model.tcp import Tcp

#: Numbers of one connection at its beginning do not lie so far apart.
_FAR = 1 << 17
# Bits of tcp.completeness.
_SYN_ACK, _DATA, _RST = 2, 8, 32


def of_another(
    tcp: Tcp, me: Role, opening: Opening, syn: Mapping[Role, Mark], ledger: Mapping[Role, Direction]
) -> bool:
    """Whether a segment of `me`, before the third one of a handshake, is of another connection: its Ack says so.

    `opening` and `syn` are those so far, `ledger` the numbers of both ends.
    """
    if opening is Opening.UNANSWERED and me is Role.SERVER:
        asked, sent = syn.get(Role.CLIENT), ledger[Role.CLIENT]
        return of_an_earlier(tcp, asked, sent) or wrong_answer(tcp, asked, sent)
    waits = len(syn) == 2 and me is Role.CLIENT
    return waits and beyond_everything(tcp, syn[Role.SERVER], ledger[Role.SERVER])


def of_an_earlier(tcp: Tcp, asked: Mark | None, sent: Direction) -> bool:
    """Whether an ACK of the server, which has not yet answered the SYN `asked`, belongs to an earlier connection.

    `sent` are the client's numbers. An Ack beyond them may also confirm what the capture missed; but then its Seq
    follows the SYN-ACK's, where one is captured later (Wireshark counts from it), and data come after it. A challenge
    ACK is met by a RST instead.

    Reference: RFC 9293, section 3.5.1, section 3.10.7.3 (SYN-SENT) and 3.10.7.4; RFC 5961, section 4.
    """
    if asked is None or not tcp.has_ack or tcp.syn or tcp.fin or tcp.rst or tcp.length:
        return False
    beyond = sent.unwrapped(tcp.ack) - asked.next_seq
    if sent.next != asked.next_seq or beyond <= 0:
        return False
    seen = tcp.completeness or 0
    if seen & _SYN_ACK:
        return beyond > _FAR or not 0 <= unwrap(tcp.seq, 0) <= _FAR
    return beyond > _FAR and bool(seen & _RST) and not seen & _DATA


def wrong_answer(tcp: Tcp, asked: Mark | None, sent: Direction) -> bool:
    """Whether this is a SYN-ACK that does not confirm the SYN `asked`: it answers an older one. `sent` are the client's
    numbers.

    Reference: RFC 9293, figure 8 (recovery from an old duplicate SYN) and section 3.10.7.3 (SYN-SENT).
    """
    if asked is None or not (tcp.syn and tcp.has_ack) or tcp.rst:
        return False
    return not asked.seq < sent.unwrapped(tcp.ack) <= asked.next_seq


def beyond_everything(tcp: Tcp, accepted: Mark, sent: Direction) -> bool:
    """Whether an empty ACK, in the place of the third segment, lies far beyond the SYN-ACK `accepted` though no data
    were captured in either direction: it confirms nothing that the server, whose numbers are `sent`, has sent here.

    Reference: RFC 9293, section 3.10.7.4 (SYN-RECEIVED: such an ACK is met by a RST).
    """
    if not tcp.has_ack or tcp.syn or tcp.fin or tcp.rst or tcp.length or sent.next != accepted.next_seq:
        return False
    return (
        sent.unwrapped(tcp.ack) - accepted.next_seq > _FAR
        and tcp.completeness is not None
        and not tcp.completeness & _DATA
    )
