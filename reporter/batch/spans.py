"""A CSV file as spans of bytes, so that one cell can be changed and every other byte stays."""

from __future__ import annotations

from dataclasses import dataclass

from reporter.batch.encoding import decoded, encoding_of

_BOM = b"\xef\xbb\xbf"
_DELIMITERS = (b",", b";", b"\t")
#: Lines in which the titles are looked for.
_ABOVE = 10


@dataclass(frozen=True, slots=True)
class Span:
    """One cell: where its bytes begin and end in the file, and the text that they mean.

    `lead` are the delimiters to be written before it, where its row ends without it.
    """

    start: int
    end: int
    text: str
    lead: bytes = b""


def delimiters_of(content: bytes) -> list[bytes]:
    """What may part the cells of a file: what stands oftenest in each of its first lines.

    Schools put headings above the titles, which have other delimiters or none.
    """
    lines = content.split(b"\n", _ABOVE)[:_ABOVE]
    found = [max(_DELIMITERS, key=line.count) for line in lines]
    return [each for each in dict.fromkeys(found) if any(each in line for line in lines)] or [_DELIMITERS[0]]


def spans_of(content: bytes, delimiter: bytes | None = None) -> tuple[list[list[Span]], bytes]:
    """The rows of a file and its delimiter. Works on bytes: UTF-8 and GBK have no delimiter within a character."""
    start = len(_BOM) if content.startswith(_BOM) else 0
    delimiter = delimiter or delimiters_of(content)[0]
    encoding = encoding_of(content.split(b"\n"))
    rows: list[list[Span]] = []
    row: list[Span] = []
    at = start
    while at < len(content):
        end = _end_of(content, at, delimiter)
        row.append(Span(at, end, _text(content[at:end], encoding)))
        if content[end : end + 1] == delimiter:
            at = end + 1
            if at == len(content):
                row.append(Span(at, at, ""))
            continue
        rows.append(row)
        row = []
        at = end + (2 if content[end : end + 2] == b"\r\n" else 1)
    if row:
        rows.append(row)
    return rows, delimiter


def _end_of(content: bytes, at: int, delimiter: bytes) -> int:
    if content[at : at + 1] == b'"':
        place = at + 1
        while True:
            quote = content.find(b'"', place)
            if quote < 0:
                return len(content)
            if content[quote + 1 : quote + 2] != b'"':
                at = quote + 1
                break
            place = quote + 2
    ends = (found for each in (delimiter, b"\r", b"\n") if (found := content.find(each, at)) >= 0)
    return min(ends, default=len(content))


def _text(raw: bytes, encoding: str) -> str:
    raw = raw.strip(b" ")
    if len(raw) > 1 and raw[:1] == raw[-1:] == b'"':
        raw = raw[1:-1].replace(b'""', b'"')
    return decoded(raw, encoding)


def replaced(content: bytes, changes: list[tuple[Span, str]]) -> bytes:
    """The file with some cells changed. A cell that was quoted stays so; the new texts are plain numbers."""
    out, at = [], 0
    for span, text in sorted(changes, key=lambda each: each[0].start):
        quoted = content[span.start : span.end].startswith(b'"')
        new = f'"{text}"' if quoted else text
        out += [content[at : span.start], span.lead, new.encode("ascii")]
        at = span.end
    return b"".join([*out, content[at:]])
