"""The conversations that are followed; where memory is to stay bounded, those not used for long are forgotten."""

from __future__ import annotations

from collections import OrderedDict

from reporter.analyse.conversation import Conversation, Outline
from reporter.model.numbers import Numbers
from reporter.model.stream import Endpoint, Role

#: How many connections are followed at most: open ones, and ones that are over, of which little can come.
OPEN, OVER = 1500, 300
#: How many pairs of ends are remembered after their connection has been forgotten.
_OUTLINES = 4096


class Followed:
    """Conversations by stream number. With `keep` all of them, else the most recently used.

    Of a stream that had to be forgotten (`forgotten`) nothing more is said: a later packet of it cannot be
    told apart from what was said before, and must not begin a new conversation. Once an open one is among
    them, nothing is said of parallel connections either, for their number is no longer known.
    """

    def __init__(self, *, keep: bool, most_open: int = OPEN, most_over: int = OVER) -> None:
        self._keep = keep
        self._most_open, self._most_over = most_open, most_over
        self._open: OrderedDict[int, Conversation] = OrderedDict()
        self._over: OrderedDict[int, Conversation] = OrderedDict()
        self._at: dict[tuple[str, Endpoint], dict[int, Conversation]] = {}
        self._last: OrderedDict[tuple[Endpoint, Endpoint], Conversation | Outline] = OrderedDict()
        self._open_forgotten = False
        self.forgotten = Numbers()

    def get(self, number: int) -> Conversation | None:
        """The conversation of this stream, if it is followed."""
        return self._open.get(number) or self._over.get(number)

    def all(self) -> list[Conversation]:
        """All that are followed, by number."""
        return [each for _, each in sorted({**self._open, **self._over}.items())]

    def enter(self, conversation: Conversation) -> None:
        """Begin to follow a conversation; tell it which others of its hosts are open, and which had its ports."""
        beside = self._at.setdefault(_hosts(conversation), {})
        if not self._open_forgotten:
            # Of connections with the same ports only the last can be open; one that both ends closed is used no more.
            last = {each.client: each for each in beside.values()}
            used = [each for each in last.values() if not each.over and len(each.fin) < len(Role)]
            conversation.parallel = tuple([each.outline() for each in used])
        both = conversation.client, conversation.server
        earlier = self._last.pop(both, None)
        conversation.reused = earlier.outline() if isinstance(earlier, Conversation) else earlier
        self._last[both] = conversation
        self._open[conversation.number] = beside[conversation.number] = conversation

    def used(self, conversation: Conversation) -> int | None:
        """Note that a conversation has just been advanced; returns the number of one that was forgotten for it."""
        number = conversation.number
        if number in self._open:
            if not conversation.over:
                if self._keep:
                    return None
                self._open.move_to_end(number)
                return self._forget(self._open) if len(self._open) > self._most_open else None
            self._over[number] = self._open.pop(number)
            self._leave(conversation)
        if self._keep:
            return None
        self._over.move_to_end(number)
        return self._forget(self._over) if len(self._over) > self._most_over else None

    def _leave(self, conversation: Conversation) -> None:
        hosts = _hosts(conversation)
        beside = self._at[hosts]
        beside.pop(conversation.number, None)
        if not beside:
            del self._at[hosts]

    def _forget(self, some: OrderedDict[int, Conversation]) -> int:
        number, conversation = some.popitem(last=False)
        self.forgotten.add(number)
        if some is self._open:
            self._open_forgotten = True
            self._leave(conversation)
        both = conversation.client, conversation.server
        if self._last.get(both) is conversation:
            self._last[both] = conversation.outline()
        while len(self._last) > _OUTLINES:
            self._last.popitem(last=False)
        return number


def _hosts(conversation: Conversation) -> tuple[str, Endpoint]:
    return conversation.client.address, conversation.server
