"""The TCP states of both ends, packet by packet (RFC 9293, figures 5, 6 and 12 to 14).

As in the figures of the RFC, the states after a packet are those once its receiver has processed it.
Where the beginning was not captured a state stays None until a packet tells it.
"""

from __future__ import annotations

from enum import Enum
from functools import cache

from reporter.model.stream import Role, State, States
from reporter.model.value import value

_SYNCHRONIZED = {
    State.ESTABLISHED,
    State.FIN_WAIT_1,
    State.FIN_WAIT_2,
    State.CLOSE_WAIT,
    State.CLOSING,
    State.LAST_ACK,
    State.TIME_WAIT,
}


class Lone(Enum):
    """What a packet tells of a closing of which only one FIN is in the capture.

    `SECOND`: a FIN that very likely answers one that was missed; `OVER`: the Ack of a missed FIN after which, very
    likely, both ends have closed; `UNKNOWN`: the capture cannot tell the states from here on.
    """

    SECOND = "second"
    OVER = "over"
    UNKNOWN = "unknown"


_OPENING = (None, State.SYN_SENT, State.SYN_RECEIVED)


@value
class Event:
    """What of one packet moves a state: its bits, and whether its Ack covers the receiver's SYN or FIN.

    `crossing` tells of a FIN whose sender had not received the other end's FIN, which was captured before;
    `unmet` of that earlier FIN, which its receiver processes only after having sent its own; `told` of a FIN that an
    earlier frame had confirmed.
    """

    sender: Role
    syn: bool
    fin: bool
    rst: bool
    ack: bool
    acks_syn: bool
    acks_fin: bool
    answered: bool
    crossing: bool = False
    unmet: bool = False
    opened: bool = False
    lone: Lone | None = None
    told: bool = False


@cache
def _states(client: State | None, server: State | None) -> States:
    return States(client, server)


#: The states of an open connection: always this object.
OPEN = _states(State.ESTABLISHED, State.ESTABLISHED)

#: Where the capture cannot tell the states.
UNTOLD = _states(None, None)


class Machine:
    """Follows one connection through the states of RFC 9293, section 3.3.2, as far as the capture tells."""

    def __init__(self) -> None:
        self._state: dict[Role, State | None] = {Role.CLIENT: None, Role.SERVER: None}

    @property
    def states(self) -> States:
        """The states of both ends now; None for an end of which the capture does not tell."""
        return _states(self._state[Role.CLIENT], self._state[Role.SERVER])

    def advance(self, event: Event) -> States:
        """Enter one packet; returns the states after it."""
        me, peer = event.sender, event.sender.other
        if event.rst:
            self._state = {Role.CLIENT: State.CLOSED, Role.SERVER: State.CLOSED}
        elif event.syn:
            self._open(event, me, peer)
        else:
            if event.opened:
                self._state = {
                    role: State.ESTABLISHED if state in _OPENING else state for role, state in self._state.items()
                }
            if event.ack:
                self._acknowledge(event, peer)
            if event.lone is not None:
                self._lone(event.lone, me, peer)
            elif event.crossing:
                # Both FINs were on their way at once (RFC 9293, figure 13).
                self._state[me] = self._state[peer] = State.CLOSING
            elif event.fin:
                self._close(me, peer, unmet=event.unmet, told=event.told)
        return self.states

    def _open(self, event: Event, me: Role, peer: Role) -> None:
        if not event.ack:
            if self._state[me] is State.SYN_RECEIVED or self._state[peer] is State.SYN_SENT:
                # Both ends have sent a SYN: simultaneous open (RFC 9293, figure 7).
                self._state[me] = self._state[peer] = State.SYN_RECEIVED
            elif self._state[me] not in _SYNCHRONIZED:
                self._state[me] = State.SYN_SENT
                if event.answered:
                    self._state[peer] = State.SYN_RECEIVED
            return
        if self._state[me] not in _SYNCHRONIZED:
            self._state[me] = State.SYN_RECEIVED
        if self._state[peer] not in _SYNCHRONIZED:
            self._state[peer] = State.ESTABLISHED

    def _acknowledge(self, event: Event, peer: Role) -> None:
        me = event.sender
        if self._state[peer] is State.SYN_RECEIVED and event.acks_syn:
            self._state[peer] = State.ESTABLISHED
            if self._state[me] in (None, State.SYN_SENT, State.SYN_RECEIVED):
                self._state[me] = State.ESTABLISHED
        if event.acks_fin:
            after = {
                State.FIN_WAIT_1: State.FIN_WAIT_2,
                State.CLOSING: State.TIME_WAIT,
                State.LAST_ACK: State.CLOSED,
            }
            state = self._state[peer]
            if state in after:
                self._state[peer] = after[state]

    def _lone(self, lone: Lone, me: Role, peer: Role) -> None:
        if lone is Lone.UNKNOWN:
            self._state[me] = self._state[peer] = None
        elif lone is Lone.SECOND:
            self._state[me], self._state[peer] = State.LAST_ACK, State.TIME_WAIT
        else:
            self._state[me], self._state[peer] = State.TIME_WAIT, State.CLOSED

    def _close(self, me: Role, peer: Role, *, unmet: bool, told: bool) -> None:
        mine, other = self._state[me], self._state[peer]
        if mine in (None, State.ESTABLISHED, State.SYN_RECEIVED):
            self._state[me] = State.FIN_WAIT_2 if told else State.FIN_WAIT_1
        elif mine is State.CLOSE_WAIT:
            self._state[me] = State.LAST_ACK
        if unmet:
            return
        if other in (None, State.ESTABLISHED):
            self._state[peer] = State.CLOSE_WAIT
        elif other is State.FIN_WAIT_1:
            self._state[peer] = State.CLOSING
        elif other is State.FIN_WAIT_2:
            self._state[peer] = State.TIME_WAIT
