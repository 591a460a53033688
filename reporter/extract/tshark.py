"""Starting tshark: found, isolated from the user's configuration, limited, and always ended."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from reporter.errors import ToolTrouble
from reporter.install import advice

#: Set to use a tshark that is not on PATH.
TSHARK_VARIABLE = "REPORTER_TSHARK"
_USUAL_PLACES = (
    "/Applications/Wireshark.app/Contents/MacOS/tshark",
    "C:\\Program Files\\Wireshark\\tshark.exe",
)
#: What `tshark --version` begins with; what follows tells how it was packaged.
_VERSION = re.compile(r"TShark \(Wireshark\) [0-9][\w.-]*\w")
#: The columns asked for, so that Protocol and Info are there whatever the profile says.
COLUMNS = 'gui.column.format:"No.","%m","Protocol","%p","Info","%i"'
#: How many bytes may wait to be read; what Linux allows everybody.
_PIPE = 1 << 20
#: Tells tshark to leave bodies of HTTP as compressed as they were sent.
PACKED_BODIES = "http.decompress_body:FALSE"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use: wall time in seconds, address space in bytes, the size of a file it may write in
    bytes, and processor time in seconds, by default four times the wall time."""

    seconds: float
    memory: int
    file: int = 64 << 20
    processor: float = 0

    @classmethod
    def for_file(cls, size: int) -> Limits:
        """Limits that leave a capture of `size` bytes several times what it needs."""
        return cls(seconds=120 + size / 250_000, memory=(3 << 30) + 24 * size)

    @classmethod
    def for_details(cls, size: int) -> Limits:
        """Limits for looking closely at a few frames, bodies unpacked: shorter, for it can be done without them."""
        # Processor time ends it, which is the same on a machine that has much else to do.
        return cls(seconds=40 + size / 50_000, memory=(2 << 30) + 24 * size, processor=6 + size / 50_000)


def find_tshark() -> Path:
    """The tshark to use. Raises ToolTrouble when there is none."""
    named = os.environ.get(TSHARK_VARIABLE)
    if named:
        found = shutil.which(named)
        if found:
            return Path(found)
        raise ToolTrouble(
            "the tshark named by the environment cannot be run",
            where=f"{TSHARK_VARIABLE}={named}",
            to_do=f"unset {TSHARK_VARIABLE} or let it name the tshark program",
        )
    found = shutil.which("tshark") or next((place for place in _USUAL_PLACES if os.access(place, os.X_OK)), None)
    if found is None:
        raise ToolTrouble(
            "tshark was not found",
            where="PATH",
            to_do=advice("tshark"),
        )
    return Path(found)


class Isolation:
    """An empty home and configuration folder, so that no profile, plugin or script of the user changes a result."""

    def __init__(self, colour_rules: str = "") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="reporter-", ignore_cleanup_errors=True)
        root = Path(self._folder.name)
        self.environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(root / "home"),
            "WIRESHARK_CONFIG_DIR": str(root / "config"),
            "XDG_CONFIG_HOME": str(root / "home" / ".config"),
            "TMPDIR": str(root),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }
        if sys.platform == "win32":  # pragma: no cover
            self.environment |= {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
            self.environment["APPDATA"] = str(root / "config")
        (root / "home").mkdir()
        (root / "config").mkdir()
        if colour_rules:
            (root / "config" / "colorfilters").write_text(colour_rules, encoding="utf-8")

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()


def limit(pid: int, limits: Limits) -> None:
    """Bound address space, processor time and files of a running child; a no-op where the system cannot."""
    try:
        import resource

        resource.prlimit(pid, resource.RLIMIT_AS, (limits.memory, limits.memory))
        cpu = int(limits.processor or limits.seconds * 4)
        resource.prlimit(pid, resource.RLIMIT_CPU, (cpu, cpu))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (limits.file, limits.file))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
    except (ImportError, AttributeError, OSError, ValueError):
        return


def ended_by_signal(code: int) -> bool:
    """Whether this exit code is that of a program that a signal has ended, itself or inside a shell's script."""
    return code < 0 or code > 128


@dataclass(slots=True)
class Run:
    """A running tshark: its output, and after it ended its exit code and messages."""

    process: subprocess.Popen[bytes]
    stdout: IO[bytes]
    errors: IO[bytes]
    timed_out: bool = False

    def exceeded(self) -> bool:
        """Whether a limit has ended it; waits for its end."""
        return ended_by_signal(self.process.wait()) or self.timed_out

    def messages(self) -> list[str]:
        """What tshark wrote to stderr, without the remark about running as root."""
        self.errors.seek(0)
        text = self.errors.read(65536).decode("utf-8", "replace")
        lines = [line.rstrip() for line in text.splitlines()]
        return [line for line in lines if line and not line.startswith("Running as user")]


class _Program(subprocess.Popen[bytes]):
    """A program that is ended when its start is interrupted: nobody would know of it."""

    def __init__(self, command: Sequence[str], **how: Any) -> None:
        try:
            super().__init__(command, **how)
        except BaseException:
            if getattr(self, "pid", 0):
                self.kill()
            raise


@contextmanager
def running(
    arguments: Sequence[str],
    limits: Limits,
    *,
    tshark: Path | None = None,
    colour_rules: str = "",
    fed: bool = False,
) -> Iterator[Run]:
    """Run `tshark -n … arguments`, isolated and limited; killed when the block is left or the time is over.

    `colour_rules` is the text of Wireshark's file `colorfilters` for this run. With `fed` its standard input is a
    pipe, to be written to through `process.stdin`.
    """
    isolation = Isolation(colour_rules)
    command = [str(tshark or find_tshark()), "-n", "-o", COLUMNS, *arguments]
    errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed below, whatever happens)
    try:
        process = _Program(
            command,
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=isolation.environment,
        )
    except BaseException as error:
        errors.close()
        isolation.close()
        if not isinstance(error, OSError):
            raise
        raise ToolTrouble("tshark cannot be started", where=command[0], to_do=str(error)) from error
    assert process.stdout is not None
    run = Run(process, process.stdout, errors)

    def end() -> None:
        run.timed_out = True
        process.kill()

    watch = threading.Timer(limits.seconds, end)
    watch.daemon = True
    try:
        limit(process.pid, limits)
        _widen(process.stdout)
        watch.start()
        yield run
    finally:
        watch.cancel()
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
        process.wait()
        errors.close()
        isolation.close()


def _widen(pipe: IO[bytes]) -> None:
    """Let tshark write on while we load what reads it; where the system does not let us, it waits."""
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
    except (ImportError, AttributeError, OSError):
        return


def output_of(
    arguments: Sequence[str], *, seconds: float = 30, tshark: Path | None = None
) -> tuple[int, str, list[str]]:
    """Run a short tshark call to its end: exit code, output, messages."""
    with running(arguments, Limits(seconds, 2 << 30), tshark=tshark) as run:
        text = run.stdout.read().decode("utf-8", "replace")
        code = run.process.wait()
        return code, text, run.messages()


def version_line(tshark: Path | None = None) -> str:
    """Name and number of this tshark (else of the one in use), e.g. `TShark (Wireshark) 4.0.17`; asked for once."""
    tshark = tshark or find_tshark()
    return _version_of(tshark, tshark.stat().st_mtime)


@cache
def _version_of(tshark: Path, changed: float) -> str:
    code, text, _ = output_of(["--version"], tshark=tshark)
    said = _VERSION.match(text.lstrip()) if code == 0 else None
    return said[0] if said else "tshark, version unknown"
