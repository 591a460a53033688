# ruff: noqa: E501 (two languages side by side read better than broken lines)
"""A report built by hand with every kind of block, in Chinese and English. All of its data is made up (示例)."""

from __future__ import annotations

from decimal import Decimal

from reporter.explain.evidence import Evidence
from reporter.explain.words import Rich, Span
from reporter.report.document import (
    Added,
    Bullets,
    ByteMap,
    Caption,
    Code,
    Colour,
    Commentary,
    Cover,
    Document,
    FlagBit,
    FlagBits,
    HexRow,
    Ladder,
    Layer,
    Note,
    PacketList,
    PacketRow,
    PacketWindow,
    Pairs,
    Paragraph,
    Picture,
    Remark,
    Rung,
    Said,
    Section,
    Table,
    Tone,
    TreeRow,
)
from reporter.report.drawings import Bar, Lane, Panel, SequencePlot, Stroke, Waterfall
from reporter.report.prose import Element, Heading, Prose

CLIENT, SERVER = "127.0.0.1:51234", "127.0.0.1:8080"
#: A picture of one pixel.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da6360606000000004"
    "0001c8eaebf90000000049454e44ae426082"
)
HOSTILE = "<script>alert('x')</script> & \"q\" </style>"


def text(value: str) -> Rich:
    """Plain text."""
    return (Span(value),)


def value(shown: str, frame: int, field: str, printed: str | None = None) -> Span:
    """A value with its evidence."""
    return Span(shown, (Evidence(frame, field, shown if printed is None else printed),))


class _Numbers:
    """Labels of figures and tables in the order they are asked for."""

    def __init__(self, zh: bool) -> None:
        self._words = ("图", "表") if zh else ("Figure", "Table")
        self._figures = self._tables = 0

    def figure(self, words: str) -> Caption:
        self._figures += 1
        return Caption(f"{self._words[0]} {self._figures}", text(words), f"figure-{self._figures}")

    def table(self, words: str) -> Caption:
        self._tables += 1
        return Caption(f"{self._words[1]} {self._tables}", text(words), f"table-{self._tables}")


def _row(
    frame: int, time: str, up: bool, protocol: str, length: int, info: str, colour: Colour, stream: int = 0
) -> PacketRow:
    ends = ("127.0.0.1", "127.0.0.1")
    return PacketRow(frame, time, *ends, protocol, length, info, colour, stream)


def rows() -> tuple[PacketRow, ...]:
    """A short story: opening, one page, one lost segment, closing."""
    options = "MSS=65495 SACK_PERM TSval=2847561034 TSecr=0 WS=128"
    return (
        _row(
            1,
            "0.000000",
            True,
            "TCP",
            74,
            f"51234 → 8080 [SYN] Seq=0 Win=65495 Len=0 {options}",
            Colour.SYN_FIN,
        ),
        _row(
            2,
            "0.000018",
            False,
            "TCP",
            74,
            f"8080 → 51234 [SYN, ACK] Seq=0 Ack=1 Win=65483 Len=0 {options}",
            Colour.SYN_FIN,
        ),
        _row(3, "0.000029", True, "TCP", 66, "51234 → 8080 [ACK] Seq=1 Ack=1 Win=65536 Len=0", Colour.TCP),
        _row(4, "0.000201", True, "HTTP", 467, "GET /index.html HTTP/1.1 ", Colour.HTTP),
        _row(5, "0.000219", False, "TCP", 66, "8080 → 51234 [ACK] Seq=1 Ack=402 Win=65152 Len=0", Colour.TCP),
        _row(6, "0.001043", False, "HTTP", 773, "HTTP/1.1 200 OK  (text/html)", Colour.HTTP),
        _row(7, "0.001051", True, "TCP", 66, "51234 → 8080 [ACK] Seq=402 Ack=708 Win=64896 Len=0", Colour.TCP),
        _row(
            8,
            "0.203377",
            False,
            "TCP",
            773,
            "[TCP Spurious Retransmission] 8080 → 51234 [PSH, ACK] Seq=1 Ack=402 Win=65152 Len=707",
            Colour.BAD,
        ),
        _row(
            9,
            "0.203391",
            True,
            "TCP",
            78,
            "[TCP Dup ACK 7#1] 51234 → 8080 [ACK] Seq=402 Ack=708 Win=64896 Len=0 SLE=1 SRE=708",
            Colour.BAD,
        ),
        _row(
            10,
            "5.003121",
            False,
            "TCP",
            66,
            "8080 → 51234 [FIN, ACK] Seq=708 Ack=402 Win=65152 Len=0",
            Colour.SYN_FIN,
        ),
        _row(
            11,
            "5.003317",
            True,
            "TCP",
            66,
            "51234 → 8080 [FIN, ACK] Seq=402 Ack=709 Win=65536 Len=0",
            Colour.SYN_FIN,
        ),
        _row(12, "5.003330", False, "TCP", 66, "8080 → 51234 [ACK] Seq=709 Ack=403 Win=65152 Len=0", Colour.TCP),
        _row(13, "5.100002", True, "TCP", 54, "51300 → 8080 [RST] Seq=1 Win=0 Len=0", Colour.RESET),
        PacketRow(
            14,
            "5.200410",
            "02:42:ac:11:00:02",
            "ff:ff:ff:ff:ff:ff",
            "ARP",
            42,
            "Who has 172.17.0.1? Tell 172.17.0.2",
            Colour.ARP,
        ),
        PacketRow(
            15,
            "5.300118",
            "172.17.0.2",
            "172.17.0.1",
            "DNS",
            86,
            "Standard query 0x1c2d A www.example.edu.cn",
            Colour.UDP,
        ),
    )


def _tree() -> tuple[TreeRow, ...]:
    lines = (
        (
            0,
            "Frame 1: 74 bytes on wire (592 bits), 74 bytes captured (592 bits) on interface lo, id 0",
            False,
            True,
        ),
        (
            0,
            "Ethernet II, Src: 00:00:00_00:00:00 (00:00:00:00:00:00), Dst: 00:00:00_00:00:00 (00:00:00:00:00:00)",
            False,
            True,
        ),
        (0, "Internet Protocol Version 4, Src: 127.0.0.1, Dst: 127.0.0.1", False, True),
        (0, "Transmission Control Protocol, Src Port: 51234, Dst Port: 8080, Seq: 0, Len: 0", False, True),
        (1, "Source Port: 51234", False, False),
        (1, "Destination Port: 8080", False, False),
        (1, "[Stream index: 0]", False, False),
        (1, "[Conversation completeness: Complete, WITH_DATA (31)]", False, False),
        (1, "[TCP Segment Len: 0]", False, False),
        (1, "Sequence Number: 0    (relative sequence number)", True, False),
        (1, "Sequence Number (raw): 2389123711", True, False),
        (1, "[Next Sequence Number: 1    (relative sequence number)]", True, False),
        (1, "Acknowledgment Number: 0", False, False),
        (1, "1010 .... = Header Length: 40 bytes (10)", False, False),
        (1, "Flags: 0x002 (SYN)", False, True),
        (2, "000. .... .... = Reserved: Not set", False, False),
        (2, ".... ...0 .... = Acknowledgment: Not set", False, False),
        (2, ".... .... .0.. = Reset: Not set", False, False),
        (2, ".... .... ..1. = Syn: Set", True, True),
        (
            3,
            "[Expert Info (Chat/Sequence): Connection establish request (SYN): server port 8080]",
            False,
            False,
        ),
        (2, ".... .... ...0 = Fin: Not set", False, False),
        (1, "Window: 65495", False, False),
        (
            1,
            "Options: (20 bytes), Maximum segment size, SACK permitted, Timestamps, No-Operation (NOP), Window scale",
            False,
            True,
        ),
    )
    return tuple(TreeRow(*line) for line in lines)


def _hex() -> tuple[HexRow, ...]:
    return (
        HexRow("0000", "00 00 00 00 00 00 00 00 00 00 00 00 08 00 45 00", "..............E."),
        HexRow("0010", "00 3c 1c 46 40 00 40 06 20 74 7f 00 00 01 7f 00", ".<.F@.@. t......"),
        HexRow("0020", "00 01 c8 22 1f 90 8e 67 3f 3f 00 00 00 00 a0 02", '..."...g??......', (6, 10)),
        HexRow("0030", "ff d7 fe 30 00 00 02 04 ff d7 04 02 08 0a a9 ba", "...0............", (0, 2)),
        HexRow("0040", "2e 4a 00 00 00 00 01 03 03 07", ".J........"),
    )


_HTML = """<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    <meta charset="utf-8">
    <title>张三的个人主页</title>
    <link rel="stylesheet" href="style.css">
  </head>
  <body>
    <h1>欢迎来到我的主页</h1>
    <p>这是一行很长的文字，用来看看列表里的行在纸上和屏幕上是不是会在合适的地方折行，而不是被切掉：<a href="/a/very/long/path/that/goes/on.html">链接</a></p>
    <img src="photo.png" alt="照片">
    <audio controls src="song.mp3"></audio>
  </body>
</html>
"""


def _ladder(caption: Caption, zh: bool, rungs: int) -> Ladder:
    role = ("客户端", "服务器") if zh else ("Client", "Server")
    story = [
        Rung(1, "0.000000", True, "SYN", "Seq=0  Len=0", "open", "SYN-SENT", "LISTEN"),
        Rung(2, "0.000018", False, "SYN, ACK", "Seq=0  Ack=1 = 0 + 1", "open", "", "SYN-RECEIVED"),
        Rung(3, "0.000029", True, "ACK", "Seq=1  Ack=1", "open", "ESTABLISHED", "ESTABLISHED"),
        Rung(4, "0.000201", True, "GET /index.html HTTP/1.1", "Seq=1  Ack=1  Len=401", "data"),
        Rung(5, "0.000219", False, "ACK", "Seq=1  Ack=402 = 1 + 401", "data"),
        Rung(
            6,
            "0.001043",
            False,
            "HTTP/1.1 200 OK（text/html）" if zh else "HTTP/1.1 200 OK (text/html)",
            "Seq=1  Ack=402  Len=707",
            "data",
        ),
        Rung(7, "0.001051", True, "ACK", "Seq=402  Ack=708 = 1 + 707", "data"),
        Rung(
            8,
            "0.203377",
            False,
            "重传：HTTP/1.1 200 OK" if zh else "Retransmission: HTTP/1.1 200 OK",
            "Seq=1  Len=707",
            "trouble",
            "",
            "",
            "202 ms",
        ),
        Rung(
            9,
            "0.203391",
            True,
            "ACK（D-SACK）" if zh else "ACK (D-SACK)",
            "Ack=708  SLE=1  SRE=708",
            "trouble",
        ),
        *(
            Rung(
                100 + i,
                f"{1 + i / 100:.6f}",
                bool(i % 2),
                f"GET /a/rather/long/name/of/a/picture/number-{i}.png HTTP/1.1",
                f"Seq={402 + i}  Ack=708",
                "data",
                "",
                "",
                ("12 个报文段已折叠" if zh else "12 segments folded") if i == 3 else "",
            )
            for i in range(rungs)
        ),
        Rung(
            10,
            "5.003121",
            False,
            "FIN, ACK",
            "Seq=708  Ack=402",
            "close",
            "CLOSE-WAIT",
            "FIN-WAIT-1",
            "4.8 s",
        ),
        Rung(11, "5.003317", True, "FIN, ACK", "Seq=402  Ack=709 = 708 + 1", "close", "LAST-ACK", "TIME-WAIT"),
        Rung(12, "5.003330", False, "ACK", "Seq=709  Ack=403 = 402 + 1", "close", "CLOSED", ""),
    ]
    description = (
        "客户端与服务器之间按时间排列的报文段：三次握手、一次请求和应答、一次重传、断开连接。"
        if zh
        else (
            "Segments between client and server in time order: handshake, one request and answer, a retransmission, the close."
        )
    )
    return Ladder(caption, CLIENT, SERVER, *role, tuple(story), description)


def _waterfall(numbers: _Numbers, zh: bool) -> Waterfall:
    """Two connections: answered, answered after a pause, not answered; a target that is no markup."""
    seconds = Decimal
    return Waterfall(
        numbers.figure("请求的时间（示例）" if zh else "The requests over time (sample)"),
        (
            Lane(
                CLIENT,
                Bar("SYN", "", seconds("0"), seconds("0.0003"), seconds("0.0003"), 1, None),
                (
                    Bar("GET /", "200", seconds("0.0004"), seconds("0.002"), seconds("0.009"), 4, 6),
                    Bar(f"GET /{HOSTILE}", "404", seconds("8.1"), seconds("8.1012"), seconds("8.1012"), 8, 9),
                ),
            ),
            Lane(SERVER, None, (Bar("GET /late", "", seconds("8.2"), None, None, 12, None),)),
        ),
        "请求按时间排列（示例）" if zh else "Requests in time order (sample)",
    )


def _plot(numbers: _Numbers, zh: bool) -> SequencePlot:
    """One direction with a repeat, and what was confirmed of it."""
    strokes = tuple(
        Stroke(frame, Decimal(frame) / 100, low, low + 1448, repeated)
        for frame, low, repeated in ((4, 1, False), (5, 1449, False), (6, 2897, False), (9, 1449, True))
    )
    acks = ((Decimal("0.045"), 1449), (Decimal("0.1"), 4345))
    return SequencePlot(
        numbers.figure("序号随时间的推进（示例）" if zh else "Sequence numbers over time (sample)"),
        (Panel("服务器发出" if zh else "Sent by the server", strokes, acks),),
        "四个报文段，其中一个再次发送（示例）" if zh else "Four segments, one of them sent again (sample)",
    )


def _remarks(zh: bool, packets: int) -> tuple[Remark, ...]:
    def said(row: PacketRow) -> tuple[Said, ...]:
        if row.frame == 1:
            if zh:
                return (
                    Said(
                        "H01",
                        "SYN：请求建立连接",
                        (
                            Span("客户端从端口 "),
                            value("51234", 1, "tcp.srcport"),
                            Span(" 向服务器的端口 "),
                            value("8080", 1, "tcp.dstport"),
                            Span(" 发出 SYN，请求建立连接，进入 SYN-SENT 状态。初始序号为 "),
                            value("2389123711", 1, "tcp.seq_raw"),
                            Span("，Wireshark 记作相对序号 "),
                            value("0", 1, "tcp.seq"),
                            Span("；SYN 占用一个序号，下一个序号是 "),
                            value("1", 1, "tcp.nxtseq"),
                            Span(" = "),
                            value("0", 1, "tcp.seq"),
                            Span(" + 1。见图 1。"),
                        ),
                    ),
                    Said(
                        "H05",
                        "MSS：愿意接收的最大报文段",
                        text(
                            "客户端在选项中声明 MSS=65495：对方发来的每个报文段最多带 65495 字节数据；两端各自声明，并不协商成同一个值。"
                        ),
                    ),
                )
            return (
                Said(
                    "H01",
                    "SYN: asking for a connection",
                    (
                        Span("The client sends a SYN from port "),
                        value("51234", 1, "tcp.srcport"),
                        Span(" to port "),
                        value("8080", 1, "tcp.dstport"),
                        Span(" of the server and enters SYN-SENT. Its initial sequence number is "),
                        value("2389123711", 1, "tcp.seq_raw"),
                        Span(", shown by Wireshark as the relative number "),
                        value("0", 1, "tcp.seq"),
                        Span("; the SYN takes one number, so the next is "),
                        value("1", 1, "tcp.nxtseq"),
                        Span(" = 0 + 1. See Figure 1."),
                    ),
                ),
                Said(
                    "H05",
                    "MSS: the largest segment it will take",
                    text("The client offers MSS=65495: each segment sent to it may carry at most 65495 bytes of data."),
                ),
            )
        if zh:
            return (
                Said(
                    "D02",
                    "确认数据",
                    (
                        Span("客户端确认了第 "),
                        value("4", 4, "frame.number"),
                        Span(" 帧：确认号 "),
                        value("402", 5, "tcp.ack"),
                        Span(" = "),
                        value("1", 4, "tcp.seq"),
                        Span(" + "),
                        value("401", 4, "tcp.len"),
                        Span(
                            "，这正是该帧数据之后的下一个序号。这里没有携带数据，因此它自己的序号不变，下一帧仍从这个序号开始。"
                        ),
                    ),
                ),
                *((Said("P01", HOSTILE, text(f"请求行里的内容 {HOSTILE} 只是文字。")),) if row.frame == 4 else ()),
            )
        return (
            Said(
                "D02",
                "Data confirmed",
                (
                    Span("The segment confirms frame "),
                    value("4", 4, "frame.number"),
                    Span(": Ack "),
                    value("402", 5, "tcp.ack"),
                    Span(" = "),
                    value("1", 4, "tcp.seq"),
                    Span(" + "),
                    value("401", 4, "tcp.len"),
                    Span(
                        ", the number just after the data of that frame. It carries no data itself, so its own sequence number stays."
                    ),
                ),
            ),
            *(
                (Said("P01", HOSTILE, text(f"What stands in the request line, {HOSTILE}, is only text.")),)
                if row.frame == 4
                else ()
            ),
        )

    remarks = [
        Remark(
            row,
            "client" if row.frame % 2 else "server",
            said(row),
            "ESTABLISHED",
            "ESTABLISHED" if row.frame > 2 else "",
        )
        for row in rows()
    ]
    for i in range(max(0, packets - len(remarks))):
        row = _row(
            16 + i,
            f"{6 + i / 1000:.6f}",
            bool(i % 2),
            "TCP",
            66,
            f"51234 → 8080 [ACK] Seq={402 + i} Ack={708 + i} Win=64896 Len=0",
            Colour.TCP,
            i % 3,
        )
        remarks.append(Remark(row, "client", said(row), "ESTABLISHED", "ESTABLISHED"))
    return tuple(remarks)


def sample(language: str = "zh", *, packets: int = 15, rungs: int = 0, list_rows: int = 0) -> Document:
    """The sample report. `packets` in the commentary, `rungs` more in the long ladder, `list_rows` more in the list."""
    zh = language == "zh"
    say = (lambda chinese, english: chinese) if zh else (lambda chinese, english: english)
    numbers = _Numbers(zh)
    bit_names = ["Reserved", "AccECN", "CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"]
    more = tuple(
        _row(
            16 + i,
            f"{6 + i / 1000:.6f}",
            True,
            "TCP",
            66,
            f"51234 → 8080 [ACK] Seq={402 + i} Ack={708 + i} Win=64896 Len=0 TSval=2847561034 TSecr=2847561034",
            Colour.TCP,
        )
        for i in range(list_rows)
    )
    first = Section(
        "task",
        "1",
        say("实验任务与环境", "The task and its setting"),
        (
            Paragraph(
                (
                    Span(
                        say(
                            "本次实验用 Wireshark 捕获浏览器访问个人主页的全过程，分析 TCP 连接的建立、数据传输与断开。捕获共 ",
                            "In this lab Wireshark records a browser visiting a personal page; the opening, the data and the closing of its TCP connection are explained. The capture holds ",
                        )
                    ),
                    value("15", 15, "frame.number"),
                    Span(
                        say(
                            " 个报文，历时 5.3 s，只有一个 TCP 流带有 HTTP。报文列表见表 3，交互过程见图 1。“示例”数据并非真实捕获。",
                            " packets over 5.3 s, and one TCP stream carries HTTP. The packets are in Table 3, what passed between the ends in Figure 1. This “sample” data was not really captured.",
                        )
                    ),
                )
            ),
            Paragraph(
                text(
                    say(
                        "TCP 是面向连接的、可靠的字节流协议。每个字节都有自己的序号，接收方用确认号告诉发送方“下一个想要的字节”，因此确认号总是等于已经按序收到的最后一个字节的序号加一。",
                        "TCP is a reliable, connection-oriented stream of bytes. Every byte has a number of its own; with the acknowledgment number a receiver names the next byte it wants — one more than the last byte that has arrived in order.",
                    )
                )
            ),
            Bullets(
                (
                    text(say("操作系统：Debian 12", "Operating system: Debian 12")),
                    text(say("服务器：nginx 1.22.1，端口 8080", "Server: nginx 1.22.1, port 8080")),
                    text(say("浏览器：Chromium 142", "Browser: Chromium 142")),
                )
            ),
            Bullets(
                (
                    text(
                        say(
                            "启动服务器并打开 Wireshark，选择回环接口 lo；",
                            "Start the server and Wireshark, and choose the loopback interface lo.",
                        )
                    ),
                    text(
                        say(
                            "填写捕获过滤器 tcp port 8080 后开始捕获；",
                            "Set the capture filter tcp port 8080 and start.",
                        )
                    ),
                    text(
                        say(
                            "在浏览器中打开主页，等连接关闭后停止捕获。",
                            "Open the page in the browser; stop once the connection has closed.",
                        )
                    ),
                ),
                ordered=True,
            ),
            Pairs(
                (
                    (say("文件", "File"), text("homepage-示例.pcapng")),
                    (say("接口", "Interface"), text("lo")),
                    ("SHA-256", text("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")),
                    (say("显示过滤器", "Display filter"), text("tcp.stream == 0")),
                ),
                numbers.table(say("捕获文件的基本信息", "Particulars of the capture")),
            ),
            Note(
                say("捕获被截断", "The capture is cut short"),
                text(
                    say(
                        "文件在第 15 帧之后被截断，报告只包含截断之前的内容。",
                        "The file ends inside the record after frame 15; the report covers what comes before.",
                    )
                ),
                Tone.WARNING,
            ),
            Note(
                "",
                text(
                    say(
                        "为什么 SYN 不带数据却要占用一个序号？",
                        "Why does a SYN take a sequence number although it carries no data?",
                    )
                ),
                Tone.QUESTION,
            ),
            Note(
                "",
                text(
                    say(
                        "相对序号是 Wireshark 为了便于阅读而减去初始序号得到的。",
                        "Relative numbers are Wireshark's: the initial sequence number is subtracted to make them readable.",
                    )
                ),
                Tone.INFO,
            ),
        ),
        (
            Section(
                "listing",
                "1.1",
                say("网页", "The page"),
                (
                    Heading(say("自己的话（示例）", "Added words (sample)"), 2),
                    Prose(
                        (
                            Element("p", (say("见图 1：", "See Figure 1: "), Element("em", (HOSTILE,)))),
                            Element("p", (Element("a", ("example",), "https://example.org/?a=1&b=2"), Element("br"))),
                            Element("ul", (Element("li", (Element("code", ("GET / HTTP/1.1",)),)),)),
                        )
                    ),
                    Picture(numbers.figure(say("一个点（示例）", "A dot (sample)")), "image/png", DOT, HOSTILE),
                    Code(
                        numbers.table(
                            say(
                                "从捕获中还原的 index.html（示例）",
                                "index.html as recovered from the capture (sample)",
                            )
                        ),
                        _HTML,
                        "html",
                    ),
                    Added(
                        "sample",
                        {"first": text(say("主题自带的章节（示例）。", "A theme's own section (sample)."))},
                        {},
                    ),
                ),
            ),
        ),
    )
    packet_list = PacketList(
        numbers.table(say("报文列表（示例）", "Packet list (sample)")),
        rows() + more,
        (4, 6),
        text(
            say(
                "其余 120 个报文从略，见 HTML 版。",
                "120 more packets are left out here; the HTML version has them.",
            )
        ),
    )
    story = _ladder(
        numbers.figure(
            say("TCP 流 0 的交互过程与两端状态（示例）", "TCP stream 0 and the states of both ends (sample)")
        ),
        zh,
        0,
    )
    second = Section(
        "overview",
        "2",
        say("连接概览", "The connection at a glance"),
        (
            packet_list,
            Paragraph(
                text(
                    say(
                        "图 1 按时间顺序画出两端之间的每个报文段：左右两侧是 TCP 状态，底色区分建立、传输、异常与断开。",
                        "Figure 1 shows every segment in time order: TCP states at both sides, bands for opening, data, trouble and closing.",
                    )
                )
            ),
            story,
        ),
        source=say("homepage-示例.pcapng，TCP 流 0", "homepage-sample.pcapng, TCP stream 0"),
    )
    third = Section(
        "handshake",
        "3",
        say("三次握手", "The three-way handshake"),
        (
            Paragraph(
                text(
                    say(
                        "握手的第一个报文段是 SYN，下面是 Wireshark 中的样子。",
                        "The first segment of the handshake is the SYN, here as Wireshark shows it.",
                    )
                )
            ),
            PacketWindow(
                numbers.figure(say("第 1 帧：SYN（示例）", "Frame 1: the SYN (sample)")),
                rows()[0],
                _tree(),
                _hex(),
                say("序号（原始值）（tcp.seq_raw），4 字节", "Sequence Number (raw) (tcp.seq_raw), 4 bytes"),
                say("…… 其余各行从略", "… further lines are left out"),
            ),
        ),
        (
            Section(
                "layers",
                "3.1",
                say("各层与字节", "Layers and bytes"),
                (
                    ByteMap(
                        numbers.figure(say("第 4 帧的分层（示例）", "The layers of frame 4 (sample)")),
                        4,
                        467,
                        (
                            Layer(
                                "Ethernet II",
                                0,
                                14,
                                text(
                                    say(
                                        "目的与源 MAC 地址、上层类型；回环接口上地址全为零",
                                        "Destination and source address, type; all zero on loopback",
                                    )
                                ),
                            ),
                            Layer(
                                "IPv4",
                                14,
                                20,
                                text(
                                    say(
                                        "源与目的地址、TTL、上层协议号 6",
                                        "Source and destination address, TTL, protocol 6",
                                    )
                                ),
                            ),
                            Layer(
                                "TCP",
                                34,
                                32,
                                text(
                                    say(
                                        "端口、序号、确认号、标志、窗口，12 字节选项",
                                        "Ports, numbers, flags, window, 12 bytes of options",
                                    )
                                ),
                            ),
                            Layer("HTTP", 66, 401, text(say("请求行与首部", "Request line and header fields"))),
                        ),
                        say(
                            "从左到右：以太网 14 字节，IP 20 字节，TCP 32 字节，HTTP 401 字节。",
                            "From left to right: Ethernet 14 bytes, IP 20, TCP 32, HTTP 401.",
                        ),
                    ),
                ),
            ),
            Section(
                "flags",
                "3.2",
                say("标志位", "The flags"),
                (
                    FlagBits(
                        numbers.figure(say("第 2 帧的标志位（示例）", "The flags of frame 2 (sample)")),
                        "0x012",
                        tuple(
                            FlagBit(
                                name,
                                11 - i if i == 0 else 9 - i,
                                name in ("ACK", "SYN"),
                                text(
                                    say(
                                        {"ACK": "确认号有效", "SYN": "同步序号，建立连接"}.get(name, "未置位"),
                                        {
                                            "ACK": "the acknowledgment number counts",
                                            "SYN": "synchronise: opens the connection",
                                        }.get(name, "not set"),
                                    )
                                ),
                            )
                            for i, name in enumerate(bit_names)
                        ),
                        say("ACK 与 SYN 置位，其余为零。", "ACK and SYN are set, all others are zero."),
                    ),
                ),
            ),
            Section(
                "options",
                "3.3",
                say("选项", "Options"),
                (
                    Table(
                        numbers.table(say("双方 SYN 中的选项（示例）", "The options in both SYNs (sample)")),
                        (
                            say("选项", "Option"),
                            say("客户端", "Client"),
                            say("服务器", "Server"),
                            say("是否生效", "In force?"),
                        ),
                        (
                            (
                                text("MSS"),
                                (value("65495", 1, "tcp.options.mss_val"),),
                                (value("65495", 2, "tcp.options.mss_val"),),
                                text(say("各自声明，不协商", "each its own")),
                            ),
                            (
                                text("Window scale"),
                                (value("7", 1, "tcp.options.wscale.shift"),),
                                (value("7", 2, "tcp.options.wscale.shift"),),
                                text(say("生效，窗口值乘以 128", "yes, windows count times 128")),
                            ),
                            (text("SACK permitted"), text("✓"), text("✓"), text(say("生效", "yes"))),
                            (
                                text("Timestamps"),
                                text("TSval=2847561034"),
                                text("TSval=2847561034"),
                                text(say("生效", "yes")),
                            ),
                        ),
                        (25, 22, 22, 31),
                        (1, 2),
                    ),
                ),
            ),
        ),
        source=say("homepage-示例.pcapng，TCP 流 0", "homepage-sample.pcapng, TCP stream 0"),
    )
    blocks = (
        Commentary(
            _remarks(zh, packets),
            text(say("仅列出 TCP 流 0 的报文。", "Only packets of TCP stream 0 are listed.")),
        ),
    )
    fourth = Section("commentary", "4", say("逐包说明", "Packet by packet"), blocks)
    long = _ladder(numbers.figure(say("较长的交互过程（示例）", "A longer exchange (sample)")), zh, rungs or 12)
    fifth = Section(
        "teardown",
        "5",
        say("断开连接", "Closing the connection"),
        (
            Paragraph(
                text(
                    say(
                        "下面的梯形图较长，可以跨页；每页重复两端的名称。",
                        "The next ladder is long and may run over pages; the ends are named again on each.",
                    )
                )
            ),
            long,
        ),
    )
    sixth = Section("ledger", "6", say("按时间", "Over time"), (_waterfall(numbers, zh), _plot(numbers, zh)))
    return Document(
        language=language,
        title=say("TCP 与 HTTP 协议分析实验报告", "A Lab Report on TCP and HTTP"),
        cover=Cover(
            say("TCP 与 HTTP 协议分析实验报告", "A Lab Report on TCP and HTTP"),
            say("计算机网络实验 · 示例", "Computer Networks Lab · sample"),
            (
                (say("姓名", "Name"), say("张三", "Zhang San")),
                (say("学号", "Student number"), "2023010203"),
                (say("专业班级", "Major and class"), say("网络工程 2 班", "Network Engineering, class 2")),
                (say("学院", "School"), ""),
                (say("捕获文件", "Capture"), "homepage-示例.pcapng"),
            ),
            say("2026 年 11 月 21 日", "21 November 2026"),
        ),
        sections=(first, second, third, fourth, fifth, sixth),
        labels={},
        author=say("张三", "Zhang San"),
        subject=say("计算机网络实验", "Computer Networks Lab"),
        keywords=("TCP", "HTTP", "Wireshark"),
        notices=(
            Note(
                say("示例", "Sample"),
                text(
                    say(
                        "这份报告中的数据全部是虚构的示例，只用来查看版面。",
                        "All data in this report is a made-up sample, only there to look at the page.",
                    )
                ),
            ),
        ),
    )
