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

    text: Rich
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; `ordered` when the order matters."""

    items: tuple[Rich, ...]
    ordered: bool = False
    kind: str = "bullets"


class Tone(StrEnum):
    """What a note is about."""

    INFO = "info"
    WARNING = "warning"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark set apart: advice, a limit of the capture, a question for the student."""

    title: str
    text: Rich
    tone: Tone = Tone.INFO
    kind: str = "note"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels and values, e.g. the particulars of a capture or the fields of a header; `columns` pairs side by side."""

    rows: tuple[tuple[str, Rich], ...]
    caption: Caption | None = None
    columns: int = 1
    kind: str = "pairs"


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `widths` are percentages; columns in `mono` hold packet text; `head` repeats on each page.

    `paper` are the rows of the PDF where they are others (folded, fewer), `omitted_on_paper` says what it lacks.
    `flat` columns are set on paper as lines of equal characters, which long tables need to be cheap.
    """

    caption: Caption
    head: tuple[str, ...]
    rows: tuple[tuple[Rich, ...], ...]
    widths: tuple[int, ...]
    mono: tuple[int, ...] = ()
    omitted: Rich = ()
    paper: tuple[tuple[Rich, ...], ...] | None = None
    omitted_on_paper: Rich = ()
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
    """One row of the packet list, as Wireshark shows it. Texts are already safe to show.

    `file` says which capture of the report the frame is in, counted from 0; so it does in other blocks.
    """

    frame: int
    time: str
    source: str
    destination: str
    protocol: str
    length: int
    info: str
    colour: Colour
    stream: int | None = None
    file: int = 0

    @property
    def anchor(self) -> str:
        """The id of this frame in the page."""
        return frame_anchor(self.file, self.frame)


@dataclass(frozen=True, slots=True)
class PacketList:
    """Rows of the packet list; `selected` are frames to mark, `omitted` how many rows are left out at the end.

    The PDF has the first `paper` rows only, and says `omitted_on_paper`.
    """

    caption: Caption
    rows: tuple[PacketRow, ...]
    selected: tuple[int, ...] = ()
    omitted: Rich = ()
    paper: int | None = None
    omitted_on_paper: Rich = ()
    kind: str = "packet-list"


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One line of the detail tree; `marked` lines are those that the text speaks of; `parent` has children."""

    depth: int
    text: str
    marked: bool
    parent: bool


@dataclass(frozen=True, slots=True)
class HexRow:
    """Sixteen bytes: offset, hexadecimal, characters; `mark` are the positions [start, end) to mark, or None."""

    offset: str
    hexadecimal: str
    characters: str
    mark: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PacketWindow:
    """One packet as Wireshark's window shows it: list row, detail tree, bytes, status line."""

    caption: Caption
    row: PacketRow
    tree: tuple[TreeRow, ...]
    rows: tuple[HexRow, ...]
    status: str
    omitted: str = ""
    kind: str = "packet-window"


@dataclass(frozen=True, slots=True)
class Rung:
    """One segment in a ladder diagram. `label` is what travels, `note` the numbers below it.

    `phase` is `open`, `data`, `close` or `trouble`. States are empty where the capture cannot tell or where
    they did not change. `gap` is a pause before this rung (`1.5 s`), or how many segments are folded away.
    """

    frame: int | None
    time: str
    from_client: bool
    label: str
    note: str
    phase: str
    client_state: str = ""
    server_state: str = ""
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Segments between two ends in time order. `description` is the text alternative of the figure."""

    caption: Caption
    client: str
    server: str
    client_role: str
    server_role: str
    rungs: tuple[Rung, ...]
    description: str
    file: int = 0
    kind: str = "ladder"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a frame: bytes [start, start + length) of it, named and explained; `short` fits into a drawing."""

    name: str
    start: int
    length: int
    text: Rich
    short: str = ""


@dataclass(frozen=True, slots=True)
class ByteMap:
    """The layers of one frame with their byte ranges. `size` is the number of bytes of the frame."""

    caption: Caption
    frame: int
    size: int
    layers: tuple[Layer, ...]
    description: str
    file: int = 0
    kind: str = "byte-map"


@dataclass(frozen=True, slots=True)
class FlagBit:
    """One bit of the TCP flags field."""

    name: str
    bit: int
    set: bool
    text: Rich


@dataclass(frozen=True, slots=True)
class FlagBits:
    """The flags of one segment, bit by bit."""

    caption: Caption
    value: str
    bits: tuple[FlagBit, ...]
    description: str
    kind: str = "flag-bits"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one packet by one rule."""

    rule: str
    title: str
    text: Rich


@dataclass(frozen=True, slots=True)
class Remark:
    """One packet with everything said of it. `client_state` and `server_state` are those after the packet."""

    row: PacketRow
    sender: str
    said: tuple[Said, ...]
    client_state: str
    server_state: str
    folded: Rich = ()


@dataclass(frozen=True, slots=True)
class Commentary:
    """Packet by packet. The PDF has `paper` remarks, of the beginning and the end, and says `omitted_on_paper`.

    `omitted` says what is left out everywhere, in front of the remark of index `gap`, without one at the end.
    """

    remarks: tuple[Remark, ...]
    omitted: Rich = ()
    paper: int | None = None
    omitted_on_paper: Rich = ()
    gap: int | None = None
    kind: str = "commentary"


@dataclass(frozen=True, slots=True)
class Code:
    """A listing with line numbers from `first` on; `language` (a name that Pygments knows) for highlighting."""

    caption: Caption
    text: str
    language: str
    first: int = 1
    kind: str = "code"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, verified and ready to be embedded; `media` is its type, `description` its text alternative."""

    caption: Caption
    media: str
    data: bytes
    description: str
    kind: str = "picture"


@dataclass(frozen=True, slots=True)
class Added:
    """A section that the theme adds, drawn by its template `sections/<name>.html.j2`.

    `texts` are its words (`[section-<name>]` in the theme's prose) by key. Those whose keys begin with `table-` or
    `figure-` are `captions` instead, under the rest of the key, numbered with the others of the report.
    """

    name: str
    texts: Mapping[str, Rich]
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
    """A section with its number (`3` or `3.2`); `source` names the file and stream it speaks of.

    `closing` are blocks that stand after its inner sections.
    """

    id: str
    number: str
    title: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = ()
    source: str = ""
    closing: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """The title page. `rows` are labels and values (name, student number …), values empty when not given."""

    title: str
    subtitle: str
    rows: tuple[tuple[str, str], ...]
    date: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. `labels` are the words of the page itself (contents, filter, frame …).

    `files` are the names of its captures, in the order in which blocks and values count them.
    Its theme, out of reach for templates, is that of the lab report when it has none.
    """

    language: str
    title: str
    cover: Cover
    sections: tuple[Section, ...]
    labels: Mapping[str, str]
    author: str = ""
    subject: str = ""
    keywords: tuple[str, ...] = ()
    notices: tuple[Note, ...] = ()
    theme: Theme | None = field(default=None, metadata={"hidden": True})
    files: tuple[str, ...] = ()
