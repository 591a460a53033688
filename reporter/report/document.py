"""The report as a document: sections of blocks, in one language, without any markup.

Every text that can hold values of the capture is `Rich`: runs of text, some with evidence. Captions are
numbered in reading order, figures and tables apart. The templates of a theme decide what a block looks like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reporter.explain.words import Rich
from reporter.report.caption import Caption as Caption
from reporter.report.drawings import SequencePlot as SequencePlot
from reporter.report.drawings import Waterfall as Waterfall
from reporter.report.prose import Heading, Prose
from reporter.report.theme import Theme


def frame_anchor(file: int, frame: int) -> str:
    """The id of a frame in the page: `frame-7`, and `frame-2-7` in the second capture of a report."""
    return f"frame-{file + 1}-{frame}" if file else f"frame-{frame}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    text: Rich  #: the words, with evidence
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, with a sign or a number before each item."""

    items: tuple[Rich, ...]  #: one text each
    ordered: bool = False  #: whether the order matters, so that they are numbered
    kind: str = "bullets"


class Tone(StrEnum):
    """What a note is about."""

    INFO = "info"
    WARNING = "warning"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark set apart: advice, a limit of the capture, a question for the student."""

    title: str  #: what stands in front of it, such as `Advice`
    text: Rich  #: the remark itself
    tone: Tone = Tone.INFO  #: what it is about
    kind: str = "note"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels and values, e.g. the particulars of a capture or the fields of a header."""

    rows: tuple[tuple[str, Rich], ...]  #: label and value
    caption: Caption | None = None  #: its number and words, where it has them
    columns: int = 1  #: how many pairs stand side by side
    kind: str = "pairs"


@dataclass(frozen=True, slots=True)
class Table:
    """A table, with titles over its columns."""

    caption: Caption  #: its number and words
    head: tuple[str, ...]  #: the titles of the columns, repeated on each page
    rows: tuple[tuple[Rich, ...], ...]  #: its rows, a text for each column
    widths: tuple[int, ...]  #: of the columns, in percent of the page
    mono: tuple[int, ...] = ()  #: which columns, from 0, hold packet text
    omitted: Rich = ()  #: how much is left out at the end, in words; empty when nothing is
    paper: tuple[tuple[Rich, ...], ...] | None = None  #: the rows of the PDF, where they are others (folded, fewer)
    omitted_on_paper: Rich = ()  #: what the PDF leaves out, in words; empty when nothing is
    #: whether paper sets the columns as lines of equal characters, which long tables need to be cheap
    flat: bool = False
    kind: str = "table"


class Colour(StrEnum):
    """Which of Wireshark's default colouring rules a row falls under."""

    TCP = "tcp"
    HTTP = "http"
    SYN_FIN = "syn-fin"
    RESET = "reset"
    BAD = "bad"
    ARP = "arp"
    ICMP = "icmp"
    UDP = "udp"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class PacketRow:
    """One row of the packet list, as Wireshark shows it. Texts are already safe to show."""

    frame: int  #: `frame.number`
    time: str  #: seconds since the first frame, as Wireshark's Time column
    source: str  #: address of the sender
    destination: str  #: address of the receiver
    protocol: str  #: Wireshark's Protocol column
    length: int  #: bytes on the wire, `frame.len`
    info: str  #: Wireshark's Info column
    colour: Colour  #: the colouring rule that it falls under
    stream: int | None = None  #: `tcp.stream`; nothing for what is not TCP
    file: int = 0  #: which capture of the report the frame is in, from 0

    @property
    def anchor(self) -> str:
        """The id of this frame in the page."""
        return frame_anchor(self.file, self.frame)


@dataclass(frozen=True, slots=True)
class PacketList:
    """Rows of the packet list."""

    caption: Caption  #: number and words of the figure
    rows: tuple[PacketRow, ...]  #: the rows, in the order of the capture
    selected: tuple[int, ...] = ()  #: frames to mark
    omitted: Rich = ()  #: how many rows are left out at the end, in words; empty when none is
    paper: int | None = None  #: how many rows the PDF has, from the first; nothing for all
    omitted_on_paper: Rich = ()  #: how many rows the PDF leaves out, in words
    kind: str = "packet-list"


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One line of the detail tree."""

    depth: int  #: how deep it is, from 0
    text: str  #: the line as Wireshark shows it
    marked: bool  #: whether the text of the report speaks of it
    parent: bool  #: whether it has lines below it


@dataclass(frozen=True, slots=True)
class HexRow:
    """Sixteen bytes, the last line fewer."""

    offset: str  #: of its first byte, in hexadecimal
    hexadecimal: str  #: the bytes in hexadecimal, `**` for each that is masked
    characters: str  #: the bytes as characters, a point for each that cannot be printed
    mark: tuple[int, int] | None = None  #: which of the bytes to mark: from, and up to but not with


@dataclass(frozen=True, slots=True)
class PacketWindow:
    """One packet as Wireshark's window shows it: list row, detail tree, bytes, status line."""

    caption: Caption  #: number and words of the figure
    row: PacketRow  #: the packet in the list
    tree: tuple[TreeRow, ...]  #: its details
    rows: tuple[HexRow, ...]  #: its bytes, sixteen a line
    status: str  #: what the status line says
    omitted: str = ""  #: what of it is not shown, in words; empty when nothing is
    kind: str = "packet-window"


@dataclass(frozen=True, slots=True)
class Rung:
    """One segment in a ladder diagram, or several folded into one line."""

    frame: int | None  #: `frame.number`; nothing where several are folded into one
    time: str  #: seconds since the first frame
    from_client: bool  #: whether it goes from the client to the server
    label: str  #: what travels: flags or the message, or how many segments are folded away
    note: str  #: the numbers below the arrow
    phase: str  #: `open`, `data`, `close` or `trouble`
    client_state: str = ""  #: TCP state of the client after it; empty where unknown or unchanged
    server_state: str = ""  #: TCP state of the server after it; empty where unknown or unchanged
    gap: str = ""  #: what is not drawn before this segment, a pause or steps left out, in words
    both: bool = False  #: whether what is folded into one goes both ways


@dataclass(frozen=True, slots=True)
class Ladder:
    """Segments between two ends in time order."""

    caption: Caption  #: number and words of the figure
    client: str  #: address and port of the client
    server: str  #: address and port of the server
    client_role: str  #: the word for the client
    server_role: str  #: the word for the server
    rungs: tuple[Rung, ...]  #: the segments in the order of the capture
    description: str  #: the figure in words, for those who cannot see it
    file: int = 0  #: which capture of the report it shows, from 0
    kind: str = "ladder"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a frame: bytes [start, start + length) of it, named and explained."""

    name: str  #: name of the protocol
    start: int  #: position of its first byte in the frame, from 0
    length: int  #: number of its bytes
    text: Rich  #: what these bytes are for
    short: str = ""  #: the name where a drawing has little room


@dataclass(frozen=True, slots=True)
class ByteMap:
    """The layers of one frame with their byte ranges."""

    caption: Caption  #: number and words of the figure
    frame: int  #: `frame.number`
    size: int  #: bytes of the frame that were captured
    layers: tuple[Layer, ...]  #: from the outermost to the innermost
    description: str  #: the figure in words, for those who cannot see it
    file: int = 0  #: which capture of the report the frame is in, from 0
    kind: str = "byte-map"


@dataclass(frozen=True, slots=True)
class FlagBit:
    """One bit of the TCP flags field."""

    name: str  #: name of the flag, such as `SYN`
    bit: int  #: its place, 0 for the lowest
    set: bool  #: whether it is 1
    text: Rich  #: what it means here


@dataclass(frozen=True, slots=True)
class FlagBits:
    """The flags of one segment, bit by bit."""

    caption: Caption  #: number and words of the figure
    value: str  #: all of them together, in hexadecimal
    bits: tuple[FlagBit, ...]  #: from the highest to the lowest
    description: str  #: the figure in words, for those who cannot see it
    kind: str = "flag-bits"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one packet by one rule."""

    rule: str  #: code of the rule, such as `H01`
    title: str  #: name of the situation
    text: Rich  #: the explanation, with evidence


@dataclass(frozen=True, slots=True)
class Remark:
    """One packet with everything said of it."""

    row: PacketRow  #: the packet in the list
    sender: str  #: the word for the end that sends it; empty where it is not TCP
    said: tuple[Said, ...]  #: what each rule says of it
    client_state: str  #: TCP state of the client after the packet
    server_state: str  #: TCP state of the server after the packet
    folded: Rich = ()  #: which packets are told together with it, in words; empty when none is


@dataclass(frozen=True, slots=True)
class Commentary:
    """Packet by packet."""

    remarks: tuple[Remark, ...]  #: one for each packet told
    omitted: Rich = ()  #: what is left out everywhere, in words; empty when nothing is
    paper: int | None = None  #: how many remarks the PDF has, of the beginning and the end; nothing for all
    omitted_on_paper: Rich = ()  #: what the PDF leaves out, in words
    gap: int | None = None  #: index of the remark before which some are left out; nothing for the end
    kind: str = "commentary"


@dataclass(frozen=True, slots=True)
class Code:
    """A listing with line numbers."""

    caption: Caption  #: number and words of the figure
    text: str  #: the listing
    language: str  #: a name that Pygments knows, for highlighting
    first: int = 1  #: number of the first line
    kind: str = "code"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, verified and ready to be embedded."""

    caption: Caption  #: number and words of the figure
    media: str  #: its type, such as `image/png`
    data: bytes  #: the file
    description: str  #: the picture in words, for those who cannot see it
    kind: str = "picture"


@dataclass(frozen=True, slots=True)
class Added:
    """A section that the theme adds, drawn by its template `sections/<name>.html.j2`."""

    name: str  #: the section's name in theme.toml
    texts: Mapping[str, Rich]  #: its words by key, `[section-<name>]` in the theme's prose
    #: those under `table-` and `figure-`, by the rest of the key, numbered with the others of the report
    captions: Mapping[str, Caption]
    kind: str = "added"


Block = (
    Paragraph
    | Bullets
    | Note
    | Pairs
    | Table
    | PacketList
    | PacketWindow
    | Ladder
    | Waterfall
    | SequencePlot
    | ByteMap
    | FlagBits
    | Commentary
    | Code
    | Picture
    | Prose
    | Heading
    | Added
)


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section of the report, with the sections in it."""

    id: str  #: its id in the page, such as `handshake`
    number: str  #: `3` or `3.2`
    title: str  #: its heading
    blocks: tuple[Block, ...]  #: what it holds, in order
    sections: tuple[Section, ...] = ()  #: the sections in it
    source: str = ""  #: the line that names its file and stream; empty when it needs none
    closing: tuple[Block, ...] = ()  #: blocks that stand after its inner sections


@dataclass(frozen=True, slots=True)
class Cover:
    """The title page."""

    title: str  #: of the report
    subtitle: str  #: the line below it
    rows: tuple[tuple[str, str], ...]  #: label and value (name, student number …); values not given are empty
    date: str  #: as the report prints it; empty when not given


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. Its theme, out of reach for templates, is that of the lab report when it has none."""

    language: str  #: `zh` or `en`
    title: str  #: of the report
    cover: Cover  #: the title page
    sections: tuple[Section, ...]  #: the numbered sections, in order
    labels: Mapping[str, str]  #: words of the page itself (contents, filter, frame …)
    author: str = ""  #: for the PDF's properties
    subject: str = ""  #: for the PDF's properties
    keywords: tuple[str, ...] = ()  #: for the PDF's properties
    notices: tuple[Note, ...] = ()  #: what is wrong with a file: cut short, damaged
    theme: Theme | None = field(default=None, metadata={"hidden": True})
    files: tuple[str, ...] = ()  #: names of its captures, in the order in which `file` counts them
