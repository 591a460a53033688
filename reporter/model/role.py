"""The two ends of a connection."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who an end of a connection is; the client is the end that opened it."""

    CLIENT = "client"
    SERVER = "server"

    @property
    def other(self) -> Role:
        """The opposite end."""
        return _OTHER[self]


_OTHER = {Role.CLIENT: Role.SERVER, Role.SERVER: Role.CLIENT}
