"""Segments that only ask for an answer: keep-alives and probes of a zero window, and what answers them."""

from __future__ import annotations

from reporter.analyse.foresight import Foresight
from reporter.analyse.outcome import Outcome
from reporter.analyse.shut import Shut
from reporter.analyse.step import Advertised, KeepAlive, WindowProbe
from reporter.model.packet import Packet
from reporter.model.stream import Role
from reporter.model.tcp import Flags, Tcp

_SYN_FIN_RST = Flags.SYN.value | Flags.FIN.value | Flags.RST.value


class Probing(Outcome):
    """A conversation that knows its probes.

    `probed` is each end's last probe of a zero window that carried a byte, `kept_alive` its last keep-alive;
    `advertised` is what each end said last, `shut` when the window of an end was 0, if it ever was.
    """

    def __init__(self, packet: Packet, foresight: Foresight) -> None:
        super().__init__(packet, foresight)
        self.window: dict[Role, int] = {}
        self.advertised: dict[Role, Advertised] = {}
        self.shut: dict[Role, Shut] = {}
        self.probed: dict[Role, int] = {}
        self.kept_alive: dict[Role, int] = {}
        self._window_probe: dict[Role, WindowProbe] = {}
        self._probe: dict[Role, int] = {}

    def _probes_window(self, me: Role, packet: Packet, tcp: Tcp) -> WindowProbe | None:
        """Whether this segment probes a window of zero, or answers that. Linux probes without a byte."""
        if tcp.length > 1 or tcp.flag_bits & _SYN_FIN_RST or not tcp.has_ack:
            return None
        peer = me.other
        zero = self.advertised.get(peer)
        if zero is not None and zero.window == 0 and me not in self.fin:
            mine = self.ledger[me]
            start = mine.unwrapped(tcp.seq)
            fresh = tcp.length == 1 and start in (mine.next, mine.acked)
            if fresh:
                self.probed[me] = packet.frame
            if fresh or (mine.acked is not None and start + 1 == mine.acked):
                before = self._window_probe.get(me)
                silent = before is not None and before.probe is not None and before.probe > zero.frame
                self._window_probe[me] = WindowProbe(True, packet.frame, zero.frame, fresh)
                return WindowProbe(False, before.probe if before is not None and silent else None, zero.frame, fresh)
        answer = self._window_probe.pop(peer, None)
        return None if tcp.length else answer

    def _keep_alive(self, me: Role, packet: Packet, tcp: Tcp) -> KeepAlive | None:
        if tcp.length > 1 or tcp.flag_bits & _SYN_FIN_RST or packet.requests or packet.responses:
            return None
        peer = me.other
        mine, theirs = self.ledger[me], self.ledger[peer]
        received = mine.acked
        told_by = self.acks[peer].frame if peer in self.acks and self.acks[peer].ack == received else None
        foreseen = self._foresight.first_peer_ack
        if received is None and self.packets == 1 and foreseen is not None and self.midstream:
            # Only where the bytes captured in between do not explain the Ack.
            received = foreseen if foreseen > self._foresight.reached else None
            told_by = self._foresight.first_peer_frame
        open_end = me not in self.fin
        below = received is not None and mine.unwrapped(tcp.seq) + 1 == received and not mine.outstanding
        if open_end and below and not (tcp.labels.zero_window_probe or self.window.get(peer) == 0):
            self._probe[me] = packet.frame
            self.kept_alive[me] = packet.frame
            return KeepAlive(answer=False, probe=None, by_numbers=True, told_by=told_by)
        # A byte that no Ack has confirmed is data sent again.
        unconfirmed = tcp.length == 1 and mine.acked is not None and mine.unwrapped(tcp.seq) >= mine.acked
        if open_end and tcp.labels.keep_alive and not unconfirmed:
            self._probe[me] = packet.frame
            return KeepAlive(answer=False, probe=None, by_numbers=False)
        probe = self._probe.pop(peer, None)
        if tcp.length == 0 and probe is not None and tcp.has_ack:
            ack = theirs.unwrapped(tcp.ack)
            same = theirs.next is not None and ack == theirs.next
            new = theirs.acked is None or ack > theirs.acked
            if not new and (same or tcp.labels.keep_alive_ack):
                return KeepAlive(answer=True, probe=probe, by_numbers=same)
        return None
