"""The work of `reporter annotate`."""

from __future__ import annotations

from pathlib import Path

import typer

from reporter.capture.file import check
from reporter.cli.output import verify_output
from reporter.cli.problems import say, say_remarks
from reporter.cli.progress import Progress
from reporter.errors import UsageTrouble
from reporter.options import LANGUAGES


def run(
    capture: Path,
    output: Path,
    languages: str,
    *,
    numbered: bool,
    open_it: bool,
    decode_as: tuple[str, ...],
    course: Path | None,
) -> None:
    """Write the annotated copy, and open it if asked to. Raises Trouble."""
    chosen = languages_of(languages)
    check(capture)
    if output.suffix.lower() != ".pcapng":
        raise UsageTrouble(
            "the copy is pcapng, not packed, and its name does not say so",
            where=f"-o {output}",
            to_do="let it end in .pcapng",
        )
    verify_output(output, [capture])
    from reporter.pipeline.annotate import annotate, report_places
    from reporter.pipeline.course import ready_course

    with Progress() as progress:
        taught = ready_course(course)
        places = None
        if numbered:
            places = report_places(capture, languages=chosen, decode_as=decode_as, course=course)
        done = annotate(
            capture,
            output,
            languages=chosen,
            decode_as=decode_as,
            course=taught,
            places=places,
            progress=progress,
        )
    typer.echo(f"{output}: {done.commented} of {done.packets} packets have comments")
    if done.without_place:
        say(
            "packets in blocks that cannot hold comments (of pcapng, Simple Packet Blocks and Custom Blocks): "
            f"{done.without_place}"
        )
    say_remarks(done.tail, done.failures, done.cut)
    if open_it:
        from reporter.companion.opening import show

        show(output)


def languages_of(text: str) -> tuple[str, ...]:
    """The languages named, in order. Raises UsageTrouble."""
    chosen = tuple(part.strip() for part in text.split(","))
    wrong = next((each for each in chosen if each not in LANGUAGES), None)
    if wrong is not None:
        raise UsageTrouble(f"there is no language {wrong!r}", where=f"--lang {text}", to_do="use zh, en, or zh,en")
    return tuple(dict.fromkeys(chosen))
