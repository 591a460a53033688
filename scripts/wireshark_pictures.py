"""Takes the pictures of docs/pictures/ from a real Wireshark on a screen of its own: wireshark_pictures.py [zh|en ...]

Needs wireshark, Xvfb, openbox, xdotool and ImageMagick (Debian: apt install wireshark xvfb openbox xdotool imagemagick)
and the right to capture on the loopback. The home folder is a temporary one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
CAPTURE = ROOT / "captures" / "page-node-curl.pcapng"
SIZE = "1440x860"
PATIENCE = 40.0
#: Where the gear of the interface for live traffic stands, with the interfaces that Debian 12 lists.
GEAR = {"zh": (185, 557), "en": (185, 536)}
#: Where the triangle of the first line of the details stands.
DETAILS = {"zh": (11, 481), "en": (11, 499)}
BORDER = 26
NAMES = {"zh": "实验说明", "en": "Lab report: explain"}


class Screen:
    """A screen nobody sees, with a window manager and a home folder of its own."""

    def __init__(self, home: Path, language: str) -> None:
        self.home, self.language = home, language
        number = 70 + os.getpid() % 900
        run = home / "run"
        run.mkdir(mode=0o700)
        self.environment = {
            **os.environ,
            "HOME": str(home),
            "DISPLAY": f":{number}",
            "XDG_RUNTIME_DIR": str(run),
            "LANGUAGE": language,
            "LC_ALL": "C.UTF-8",
            "QT_AUTO_SCREEN_SCALE_FACTOR": "0",
        }
        for name in ("XDG_CONFIG_HOME", "WIRESHARK_CONFIG_DIR"):
            self.environment.pop(name, None)
        self.running = [self.start("Xvfb", f":{number}", "-screen", "0", f"{SIZE}x24")]
        time.sleep(1.5)
        self.running.append(self.start("openbox"))
        time.sleep(2)

    def start(self, *command: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            list(map(str, command)),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def do(self, *arguments: object) -> str:
        command = ["xdotool", *map(str, arguments)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False).stdout

    def window(self, name: str) -> str:
        """The number of the window with this in its title, once it is there."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.do("search", "--onlyvisible", "--name", name).split()
            if found:
                return found[-1]
            time.sleep(0.3)
        raise SystemExit(f"no window named {name!r} has appeared")

    def maximise(self, name: str) -> str:
        window = self.window(name)
        time.sleep(3)  # until the window manager has put its frame around it
        self.do("windowmove", window, 0, 0)
        width, height = SIZE.split("x")
        self.do("windowsize", window, width, int(height) - BORDER)
        time.sleep(1.5)
        return window

    def take(self, name: str, window: str = "root") -> None:
        target = PICTURES / f"wireshark-{name}.{self.language}.png"
        command = ["import", "-window", window, "+dither", "-colors", "32", "-depth", "8", "-strip", str(target)]
        subprocess.run(command, env=self.environment, check=True)
        sys.stdout.write(f"{target}: {target.stat().st_size} bytes\n")

    def close(self) -> None:
        for process in reversed(self.running):
            process.terminate()
            process.wait(10)


@contextmanager
def wireshark(screen: Screen, *arguments: object) -> Iterator[None]:
    process = screen.start("wireshark", *arguments)
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


@contextmanager
def site() -> Iterator[int]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(ROOT / "captures" / "lib" / "site")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()


def pictures(language: str) -> None:
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        home = Path(folder)
        screen = Screen(home, language)
        reporter = [sys.executable, "-m", "reporter"]
        more = {"env": {**screen.environment, "PYTHONPATH": str(ROOT)}, "check": True}
        try:
            subprocess.run([*reporter, "wireshark", "install", "--lang", language], **more)  # type: ignore[call-overload]
            explained = home / "explained.pcapng"
            arguments = ["annotate", str(CAPTURE), "-o", str(explained), "--lang", language]
            subprocess.run([*reporter, *arguments], **more)  # type: ignore[call-overload]
            with wireshark(screen, "-C", "Lab report", "-r", explained, "-g", 4):
                screen.maximise("explained.pcapng")
                # The triangle of the first line of the details.
                screen.do("mousemove", *DETAILS[language], "click", 1)
                time.sleep(1)
                screen.take("packets")
            with wireshark(screen, "-C", "Lab report"):
                screen.maximise("Wireshark")
                time.sleep(8)
                # The gear beside the interface for live traffic.
                screen.do("mousemove", *GEAR[language], "click", 1)
                time.sleep(4)
                screen.take("options")
            with site() as port, wireshark(
                screen,
                "-C", "Lab report", "-k", "-i", "reporter-live",
                "-o", "extcap.reporter_live.interface:lo",
                "-o", f"extcap.reporter_live.filter:tcp port {port}",
                "-o", f"extcap.reporter_live.lang:{language}",
            ):  # fmt: skip
                screen.maximise(NAMES[language])
                time.sleep(6)
                for name in ("", "style.css"):
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}", timeout=10) as answer:
                        answer.read()
                time.sleep(4)
                screen.take("live")
        finally:
            screen.close()


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    for each in sys.argv[1:] or ("zh", "en"):
        pictures(each)
