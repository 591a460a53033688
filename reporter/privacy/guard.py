"""The one door through which packets and details of a report come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reporter.model.detail import Detail
from reporter.model.packet import Packet
from reporter.privacy import anonymous, details, packets
from reporter.privacy.aliases import Aliases
from reporter.privacy.masks import Masks


class Guard:
    """Masks secrets unless `redact` is False; with `anonymize` replaces addresses, MACs and host names.

    One guard serves all captures of a report, so that a host has one alias in it. It is not for several threads.
    """

    def __init__(self, *, redact: bool = True, anonymize: bool = False) -> None:
        self.redact = redact
        self.anonymize = anonymize
        self._masks = Masks()
        self._aliases = Aliases()

    def packets(self, source: Iterable[Packet]) -> Iterator[Packet]:
        """The packets as they may be shown."""
        if self.anonymize:
            return map(self.packet, source)
        masks = self._masks
        return (packets.masked(each, masks) for each in source) if self.redact else iter(source)

    def packet(self, packet: Packet) -> Packet:
        """One packet as it may be shown: secrets masked, then addresses replaced, as far as each is asked for."""
        if self.redact:
            packet = packets.masked(packet, self._masks)
        return anonymous.anonymous(packet, self._aliases) if self.anonymize else packet

    def detail(self, detail: Detail) -> Detail:
        """The tree and the bytes of a frame as they may be shown; its packet has come before."""
        if self.redact:
            detail = details.masked(detail, self._masks)
        return anonymous.anonymous_detail(detail, self._aliases) if self.anonymize else detail

    def details(self, found: Mapping[int, Detail]) -> dict[int, Detail]:
        """The details of several frames by their numbers: what a message says is secret is so in all its segments."""
        if self.redact:
            for detail in found.values():
                details.learned(detail, self._masks)
        return {frame: self.detail(detail) for frame, detail in found.items()}

    def text(self, text: str) -> str:
        """A text of ours about the capture, such as a display filter."""
        if self.redact:
            text = self._masks.uri(text)
        return self._aliases.text(text) if self.anonymize else text

    def body(self, text: str) -> str:
        """The text of a message's body: what it says is a secret is masked, and what is known as one."""
        return self._masks.loose(text) if self.redact else text

    def interface(self, name: str) -> str:
        """The name of a capture interface."""
        return self._aliases.interface(name) if self.anonymize else name
