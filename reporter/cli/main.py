"""The `reporter` command: hands the command line to a command and ends with its exit code."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Annotated, Any

import typer

from reporter import __version__
from reporter.cli import annotate, batch, check, doctor, explain, live, new, report, rubric, rules, template, wireshark
from reporter.cli.interrupts import no_interrupt_lost
from reporter.cli.output import ReaderLeft
from reporter.cli.problems import say, tell, tell_bug
from reporter.errors import EXIT_BUG, EXIT_DONE, EXIT_INTERRUPTED, EXIT_USAGE, OutputTrouble, ToolTrouble, Trouble

#: What the disk says when it takes nothing more. Where a file has a name, whoever writes it tells it.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_EXAMPLES = """\b
Examples:
  reporter report lab.pcapng -o lab.pdf -o lab.html
  reporter new my-lab
  reporter explain lab.pcapng --frame 4
  reporter annotate lab.pcapng -o explained.pcapng --open
  reporter batch submissions.zip -o out --roster roster.csv
  reporter check lab.pcapng --rubric rubric.toml
  reporter rules show H01
  reporter doctor

'reporter COMMAND --help' shows more of each. Exit codes: 0 done, 1 something you can put right,
2 wrong usage, 3 a bug (a log is written), 4 done, but a check or a submission failed, 130 interrupted."""

app = typer.Typer(
    help="Turns a Wireshark capture into a lab report in which every sentence is true of that capture.",
    epilog=_EXAMPLES,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("report", epilog=report.EXAMPLES)(report.report)
app.command("new", epilog=new.EXAMPLES)(new.new)
app.command("explain", epilog=explain.EXAMPLES)(explain.explain)
app.command("annotate", epilog=annotate.EXAMPLES)(annotate.annotate)
app.command("batch", epilog=batch.EXAMPLES)(batch.batch)
app.command("check", epilog=check.EXAMPLES)(check.check)
app.add_typer(rubric.app, name="rubric")
app.command("live", epilog=live.LIVE_EXAMPLES)(live.live)
app.command("record", epilog=live.RECORD_EXAMPLES)(live.record)
app.add_typer(rules.app, name="rules")
app.add_typer(template.app, name="template")
app.add_typer(wireshark.app, name="wireshark")
app.command("doctor")(doctor.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"reporter {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(EXIT_USAGE)


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(ending(app))


def ending(run: Callable[..., Any]) -> int:
    """Run a command; every way to end becomes an exit code and, where needed, a message."""
    try:
        with no_interrupt_lost():
            code = run(prog_name="reporter", standalone_mode=False)
            sys.stdout.flush()
    except Trouble as trouble:
        tell(trouble)
        return trouble.exit_code
    except (ReaderLeft, BrokenPipeError):
        _close_stdout()
        return EXIT_DONE
    except SystemExit as left:
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        _close_stdout()  # typer has caught it before us
        return EXIT_DONE
    except (KeyboardInterrupt, typer.Abort):
        say("interrupted")
        return EXIT_INTERRUPTED
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "reporter":
            tell_bug(error)
            return EXIT_BUG
        lacking = ToolTrouble(
            f"the Python package that provides {error.name!r} is not installed",
            where=sys.prefix,
            to_do="in a checkout: make setup; else install reporter again with pip, which brings what it needs",
        )
        tell(lacking)
        return lacking.exit_code
    except Exception as error:  # what is no Trouble is a bug
        if _is_usage(error):
            return EXIT_USAGE
        if isinstance(error, OSError) and error.errno in _NO_ROOM and error.filename is None:
            _close_stdout()
            lost = OutputTrouble(
                f"the output cannot be written: {error.strerror or error}",
                where=f"standard output, or {tempfile.gettempdir()}",
                to_do="free the disk, or write it to another place",
            )
            tell(lost)
            return lost.exit_code
        tell_bug(error)
        return EXIT_BUG
    if code == EXIT_INTERRUPTED:  # typer has caught it before us
        say("interrupted")
    return code if isinstance(code, int) else EXIT_DONE


def _is_usage(error: Exception) -> bool:
    """Tell what typer has to say of the command line; False when it is not typer that speaks.

    Its classes are those of click or its own copy of them, by version: what they can do tells them.
    """
    message = getattr(error, "format_message", None)
    if message is None:
        return False
    say(message())
    command = getattr(getattr(error, "ctx", None), "command_path", "reporter")
    say(f"'{command} --help' shows how to use it")
    return True


def _close_stdout() -> None:
    # The reader has gone: nothing more can be said, and the interpreter must not try at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
