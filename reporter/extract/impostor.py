"""Files that tshark opens although they hold no packets: a picture or a JSON text becomes one frame."""

from __future__ import annotations

from pathlib import Path

from reporter.capture.file import kind_of
from reporter.errors import CaptureTrouble
from reporter.model.packet import Packet

_FILE = "mime_dlt"
_CUT_CAPTURES = ("file-pcapng", "file-pcap")
#: tshark takes some archives for captures of VeriWave, which begin with no signature.
_ZIP = b"PK\x03\x04"
#: The outermost protocol of a frame that is a whole file. Text without any structure has none at all.
_NOT_A_LINK = (_FILE, "json")


def refuse_impostor(path: Path, packet: Packet) -> None:
    """Raise CaptureTrouble when the first packet of a file is the file itself."""
    if packet.frame != 1:
        return
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_ZIP):
        raise CaptureTrouble(
            "the file is a zip archive, not a capture",
            where=str(path),
            to_do="unpack it and name the capture that is in it",
            code="not-a-capture",
        )
    if not (packet.link in _NOT_A_LINK or (not packet.link and kind_of(head) not in ("pcap", "pcapng"))):
        return
    if packet.link == _FILE and any(name in packet.protocols for name in _CUT_CAPTURES):
        raise CaptureTrouble(
            "the capture is cut off before its first packet",
            where=str(path),
            to_do="copy or download the file again; if that does not help, capture again",
            code="cut-short",
        )
    raise CaptureTrouble(
        "the file is not a capture",
        where=str(path),
        to_do="save the packets in Wireshark with File > Save As (pcapng) and use that file",
        code="not-a-capture",
    )
