"""What of a capture is never shown: secrets are masked, and on request addresses and names get aliases.

It is done once and early, to what tshark gives, before anything is analysed: nothing that comes later can betray
what it never had. Equal values stay equal, so what is found out about them stays true.
"""

from reporter.privacy.guard import Guard

__all__ = ["Guard"]
