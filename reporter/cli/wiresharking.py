"""The work of `reporter wireshark`."""

from __future__ import annotations

from pathlib import Path

import typer

from reporter import __version__
from reporter.capture.comments import is_annotated
from reporter.capture.file import check
from reporter.cli.annotating import run as annotate
from reporter.companion import install as home
from reporter.companion.install import Step
from reporter.companion.opening import show
from reporter.companion.places import PROFILE, Places, places_of
from reporter.errors import Trouble, UsageTrouble
from reporter.extract.wireshark import find_wireshark, folders, guessed_folders

_DONE = {"write": "wrote  ", "make": "made   ", "remove": "removed", "keep": "kept   "}
_WOULD = {"write": "write  ", "make": "make   ", "remove": "remove ", "keep": "keep   "}


def install(language: str, *, pretend: bool) -> None:
    """Install and say what was written. Raises Trouble."""
    places = places_of(folders())
    steps = home.install(places, language, pretend=pretend)
    _say(steps, pretend=pretend)
    if pretend:
        return
    if not steps:
        typer.echo("everything is installed already")
    for step in steps:
        if step.verb == "keep":
            typer.echo(f"         {step.path.name} was kept, because it has been changed since it was installed")
    typer.echo(f'Start Wireshark anew, then choose the profile "{PROFILE}" at the right of the status bar.')


def uninstall(*, every: bool, pretend: bool) -> None:
    """Uninstall and say what was removed. Raises Trouble."""
    steps = home.uninstall(_places(), every=every, pretend=pretend)
    _say(steps, pretend=pretend)
    if not steps:
        typer.echo("nothing of reporter is installed in Wireshark")
    if any(step.verb == "keep" for step in steps):
        typer.echo("Files that have been changed or added were kept; --all removes them too.")


def status() -> None:
    """Say what is installed. Raises Trouble."""
    try:
        typer.echo(f"Wireshark   {find_wireshark()}")
    except Trouble as trouble:
        typer.echo(f"Wireshark   {trouble.what}")
    places = _places()
    found = home.installed(places)
    if found is None:
        typer.echo("reporter    not installed in Wireshark; 'reporter wireshark install' does it")
        return
    typer.echo(f"reporter    {found.version}, in {'Chinese' if found.language == 'zh' else 'English'}")
    typer.echo(f"profile     {places.profile}")
    typer.echo(f"interfaces  {places.launcher}")
    states = home.states(places)
    odd = {path: state for path, state in states.items() if state != "as installed"}
    for path, state in odd.items():
        typer.echo(f"{state:11} {path}")
    if not odd:
        typer.echo(f"files       all {len(states)} are as installed")
    if not odd and (found.version != __version__ or home.install(places, found.language, pretend=True)):
        typer.echo("out of date; 'reporter wireshark install' brings it up to date")


def open_explained(capture: Path, languages: str, frame: int | None, output: Path | None) -> None:
    """Annotate, unless that has been done, and open. Raises Trouble."""
    check(capture)
    find_wireshark()
    shown = capture
    if output is not None or not is_annotated(capture):
        shown = output or capture.with_name(capture.name.partition(".pcap")[0] + ".explained.pcapng")
        if output is None and shown.exists() and not is_annotated(shown):
            raise UsageTrouble("the name of the copy is taken", where=str(shown), to_do="name another with -o")
        if output is not None or not shown.exists() or shown.stat().st_mtime < capture.stat().st_mtime:
            annotate(capture, shown, languages, numbered=False, open_it=False, decode_as=(), course=None)
        else:
            typer.echo(f"{shown}: explained before, opened as it is (with -o it is explained anew)")
    if not show(shown, frame=frame):
        typer.echo("'reporter wireshark install' adds a profile with a column for the explanation")


def _places() -> Places:
    """The places of this user; where no tshark can be asked, those where an earlier one would have had them."""
    try:
        return places_of(folders())
    except Trouble:
        return places_of(guessed_folders())


def _say(steps: list[Step], *, pretend: bool) -> None:
    for step in steps:
        typer.echo(f"{(_WOULD if pretend else _DONE)[step.verb]}  {step.path}")
