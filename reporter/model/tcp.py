"""TCP as tshark dissects it: header, options, and tshark's own analysis labels (evidence, not gospel)."""

from __future__ import annotations

from decimal import Decimal
from enum import IntFlag

from reporter.model.value import value


class Flags(IntFlag):
    """Control bits of `tcp.flags` (RFC 9293, section 3.1)."""

    FIN = 0x001
    SYN = 0x002
    RST = 0x004
    PSH = 0x008
    ACK = 0x010
    URG = 0x020
    ECE = 0x040
    CWR = 0x080
    AE = 0x100


@value
class TcpOptions:
    """Options carried by one segment; `kinds` are the option kinds in order (`tcp.option_kind`).

    `fast_open` is the Fast Open option: `request` (without a cookie), `cookie` (with one) or empty; `whole` is False
    where the file holds only a part of the header: options may have been cut off.
    """

    kinds: tuple[int, ...] = ()
    mss: int | None = None
    wscale: int | None = None
    sack_permitted: bool = False
    sack: tuple[tuple[int, int], ...] = ()
    dsack: tuple[int, int] | None = None
    ts_value: int | None = None
    ts_echo: int | None = None
    fast_open: str = ""
    whole: bool = True

    def offers(self, kind: int) -> bool | None:
        """Whether the option of this kind is there; None where it may have been cut off."""
        return True if kind in self.kinds else None if not self.whole else False


@value
class TcpLabels:
    """tshark's analysis of one segment (`tcp.analysis.*`); each is a guess to be checked by the ledger."""

    retransmission: bool = False
    fast_retransmission: bool = False
    spurious_retransmission: bool = False
    out_of_order: bool = False
    lost_segment: bool = False
    ack_lost_segment: bool = False
    keep_alive: bool = False
    keep_alive_ack: bool = False
    zero_window: bool = False
    zero_window_probe: bool = False
    zero_window_probe_ack: bool = False
    window_update: bool = False
    window_full: bool = False
    reused_ports: bool = False
    duplicate_ack_num: int | None = None
    duplicate_ack_frame: int | None = None
    rto: Decimal | None = None
    rto_frame: int | None = None
    acks_frame: int | None = None
    ack_rtt: Decimal | None = None


NO_OPTIONS = TcpOptions()
#: Nothing of the options has been captured, though the header has some.
CUT_OPTIONS = TcpOptions(whole=False)
NO_LABELS = TcpLabels()


@value
class Tcp:
    """One TCP segment. Sequence numbers are tshark's relative ones; `*_raw` are those on the wire."""

    stream: int
    src_port: int
    dst_port: int
    seq: int
    seq_raw: int
    ack: int
    ack_raw: int
    length: int
    header_length: int
    flag_bits: int
    window_value: int
    window: int
    scale_factor: int | None
    urgent_pointer: int
    completeness: int | None
    options: TcpOptions
    labels: TcpLabels
    initial_rtt: Decimal | None
    reassembled_in: int | None
    segments: tuple[int, ...]
    reassembled_length: int | None
    checksum: str = ""

    @property
    def syn(self) -> bool:
        """SYN bit (`tcp.flags.syn`)."""
        return bool(self.flag_bits & 0x002)

    @property
    def fin(self) -> bool:
        """FIN bit (`tcp.flags.fin`)."""
        return bool(self.flag_bits & 0x001)

    @property
    def rst(self) -> bool:
        """RST bit (`tcp.flags.reset`)."""
        return bool(self.flag_bits & 0x004)

    @property
    def psh(self) -> bool:
        """PSH bit (`tcp.flags.push`)."""
        return bool(self.flag_bits & 0x008)

    @property
    def has_ack(self) -> bool:
        """ACK bit (`tcp.flags.ack`): without it the acknowledgment number means nothing."""
        return bool(self.flag_bits & 0x010)

    @property
    def next_seq(self) -> int:
        """The number after this segment: seq + len + SYN + FIN (RFC 9293, section 3.4)."""
        return self.seq + self.length + int(self.syn) + int(self.fin)

    @property
    def flag_names(self) -> str:
        """The set bits as Wireshark lists them, e.g. `SYN, ACK`."""
        order = (
            Flags.FIN,
            Flags.SYN,
            Flags.RST,
            Flags.PSH,
            Flags.ACK,
            Flags.URG,
            Flags.ECE,
            Flags.CWR,
            Flags.AE,
        )
        return ", ".join(flag.name or "" for flag in order if self.flag_bits & flag)
