"""The options of the two SYNs side by side: offered by whom, in force or not, and with what effect."""

from __future__ import annotations

from collections.abc import Mapping

from reporter.explain.evidence import Fact, derived, field
from reporter.explain.words import Rich
from reporter.model.packet import Packet
from reporter.model.stream import Role
from reporter.report.choose import Part
from reporter.report.document import Block
from reporter.report.material import Story
from reporter.report.sections import Context, Draft, section
from reporter.report.syns import syns_of

#: Kinds of options (IANA, TCP Option Kind Numbers).
_MAX_SIZE, _SCALE, _SACK, _TIMESTAMPS = 2, 3, 4, 8
#: The largest shift that counts (RFC 7323, section 2.3).
_MOST = 14
#: Bytes that the timestamps option takes of every segment, padding included (RFC 7323, appendix A).
_TAKEN = 12


@section("options", Part.OPENING)
def options(context: Context) -> Draft | None:
    """MSS, window scale, SACK and timestamps (RFC 9293, 7323, 2018), where both SYNs were captured."""
    story = context.story
    if story is None:
        return None
    syns = syns_of(story)
    if syns.both is None:
        return None
    client, server = syns.both
    columns = ("option", "from-client", "from-both" if syns.simultaneous else "from-server", "in-force", "effect")
    author = context.author
    rows = [row(context, story, client, server) for row in (_mss, _scale, _sack, _timestamps)]
    caption = author.table("section-options", "caption", client=client.frame, server=server.frame)
    blocks: tuple[Block, ...] = (
        author.paragraph("section-options", "intro", table=caption.label),
        author.grid(caption, columns, rows, (19, 12, 13, 12, 44)),
    )
    return Draft("options", author.words.title("section-options"), blocks, source=context.source())


def _mss(context: Context, story: Story, client: Packet, server: Packet) -> tuple[Rich, ...]:
    author = context.author
    one, two = (_value(packet, "tcp.options.mss_val") for packet in (client, server))
    largest = {role: _largest(story, role) for role in Role}
    taken = _TAKEN if _in_force(client, server, _TIMESTAMPS) else 0
    limits = ((largest[Role.CLIENT], two), (largest[Role.SERVER], one))
    effect = author.say(
        "section-options",
        "mss",
        client=one,
        server=two,
        client_unread=one is None and _offers(client, _MAX_SIZE) is not False,
        server_unread=two is None and _offers(server, _MAX_SIZE) is not False,
        taken=taken,
        from_client=largest[Role.CLIENT],
        from_server=largest[Role.SERVER],
        longer=any(sent is not None and most is not None and sent > most.value - taken for sent, most in limits),
    )
    return (
        author.text("MSS"),
        _shown(context, one, client, _MAX_SIZE),
        _shown(context, two, server, _MAX_SIZE),
        author.text(author.label("each-own")),
        effect,
    )


def _scale(context: Context, story: Story, client: Packet, server: Packet) -> tuple[Rich, ...]:
    author = context.author
    one, two = (_value(packet, "tcp.options.wscale.shift") for packet in (client, server))
    factors = {}
    if one is not None and two is not None:
        factors = {
            "client": derived(1 << min(one.value, _MOST), one),
            "server": derived(1 << min(two.value, _MOST), two),
        }
    force = _in_force(client, server, _SCALE)
    known = {True: "scale" if factors else "scale-unread", False: "scale-not", None: "scale-unknown"}[force]
    effect = author.say("section-options", known, **factors)
    return (
        author.text(author.label("window-scale")),
        _shown(context, one, client, _SCALE),
        _shown(context, two, server, _SCALE),
        _force(context, force),
        effect,
    )


def _sack(context: Context, story: Story, client: Packet, server: Packet) -> tuple[Rich, ...]:
    frames = [
        told.packet.frame
        for told in story.capture.keeper.of_stream(story.stream.number)
        if told.packet.tcp and told.packet.tcp.options.sack
    ]
    facts = {"count": len(frames), "first": frames[0] if frames else None}
    return _offered(context, "SACK", client, server, _SACK, "sack", facts)


def _timestamps(context: Context, story: Story, client: Packet, server: Packet) -> tuple[Rich, ...]:
    label = context.author.label("timestamps")
    return _offered(context, label, client, server, _TIMESTAMPS, "timestamps", {"taken": _TAKEN})


def _offered(
    context: Context, label: str, client: Packet, server: Packet, kind: int, key: str, facts: Mapping[str, object]
) -> tuple[Rich, ...]:
    author, force = context.author, _in_force(client, server, kind)
    words = {True: key, False: f"{key}-not", None: f"{key}-unknown"}[force]
    return (
        author.text(label),
        *(_named(context, packet, kind) for packet in (client, server)),
        _force(context, force),
        author.say("section-options", words, **facts),
    )


def _offers(packet: Packet, kind: int) -> bool | None:
    return packet.tcp.options.offers(kind) if packet.tcp is not None else None


def _in_force(client: Packet, server: Packet, kind: int) -> bool | None:
    """Whether both SYNs offer an option; None where the capture has cut off what would tell."""
    both = {_offers(client, kind), _offers(server, kind)}
    return False if False in both else None if None in both else True


def _named(context: Context, packet: Packet, kind: int) -> Rich:
    offers = _offers(packet, kind)
    return context.author.text("—" if offers is False else context.author.label("offered" if offers else "cut-off"))


def _value(packet: Packet, name: str) -> Fact | None:
    found = field(packet, name)
    return None if found.value is None else found


def _shown(context: Context, fact: Fact | None, packet: Packet, kind: int) -> Rich:
    return _named(context, packet, kind) if fact is None else context.author.fact(fact)


def _force(context: Context, force: bool | None) -> Rich:
    return context.author.text(context.author.label("unknown" if force is None else "yes" if force else "no"))


def _largest(story: Story, role: Role) -> Fact | None:
    """The data of the longest segment that one end sent, as captured."""
    found: Packet | None = None
    for told in story.capture.keeper.of_stream(story.stream.number):
        step, tcp = told.seen.step, told.packet.tcp
        if step is None or tcp is None or step.sender is not role or not tcp.length:
            continue
        if found is None or found.tcp is None or tcp.length > found.tcp.length:
            found = told.packet
    return field(found, "tcp.len") if found is not None else None
