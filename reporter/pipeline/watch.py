"""`reporter template watch`: the report of one capture on a page that shows each saved change of a theme.

The capture is read once. The page is a frame around the report, which stays as it is, with its own policy; the
frame waits for news on a stream of events, and shows troubles above the report that was last in order.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from reporter.errors import ToolTrouble, Trouble
from reporter.extract.early import Early
from reporter.options import ReportOptions
from reporter.pipeline.report import document_of, gather
from reporter.pipeline.themes import trouble_in_theme
from reporter.render.html import render_html
from reporter.report.material import Capture
from reporter.resources import templates_dir

_SHELL = templates_dir() / "examples" / "watch" / "shell.html"
_POLICY = (
    "default-src 'none'; frame-src 'self'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"
)
#: How long a browser waits for news before it hears that there is none, in seconds.
_BREATH = 15


class Watched:
    """What is shown: the newest page, the trouble of the newest attempt, and how many attempts there were."""

    def __init__(self, theme: Path, captures: list[Capture], options: ReportOptions) -> None:
        self._theme, self._captures, self._options = theme, captures, options
        self._news = threading.Condition()
        self._ended = threading.Event()
        self.page = ""
        self.trouble: dict[str, str] = {}
        self.version = 0
        self.address = ""

    def render(self) -> None:
        """Render the theme as it is now; waiting browsers are told."""
        page, trouble = self.page, {}
        try:
            wrong = trouble_in_theme(self._theme)
            if wrong:
                raise wrong[0]
            page = render_html(document_of(self._captures, self._options, None))
        except Trouble as error:
            trouble = {"what": error.what, "where": error.where, "to_do": error.to_do}
        with self._news:
            self.page, self.trouble = page, trouble
            self.version += 1
            self._news.notify_all()

    def after(self, version: int) -> int:
        """The newest version, as soon as it is another than this one, or after a while."""
        with self._news:
            self._news.wait_for(lambda: self.version != version or self._ended.is_set(), _BREATH)
            return self.version

    def wait(self) -> None:
        """Block until `end` is called."""
        self._ended.wait()

    def end(self) -> None:
        """Let go of the browsers that wait for news, and of `wait`."""
        self._ended.set()
        with self._news:
            self._news.notify_all()

    @property
    def ended(self) -> threading.Event:
        """The event that is set when watching ends."""
        return self._ended


@contextmanager
def watching(theme: Path, capture: Path, language: str, port: int) -> Iterator[Watched]:
    """The report of a capture in a theme, served on the loopback and rendered anew when the theme's files change.

    Raises Trouble for a capture that cannot be read and for a port that is taken.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        raise ToolTrouble("watching needs the package watchfiles", to_do="pip install 'reporter[watch]'") from error
    place = theme.resolve()
    options = ReportOptions(lang=language, theme=str(place))
    with ExitStack() as stack:
        early = stack.enter_context(Early(capture, ()))
        gathered = gather(early, options, None, lambda *_: None)
        watched = Watched(place, [gathered], options)
        watched.render()
        server = _serve(watched, port)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        stack.callback(watched.end)
        watched.address = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, name="page", daemon=True).start()

        def follow() -> None:
            for _ in watch(place, stop_event=watched.ended, debounce=60, step=20, raise_interrupt=False):
                watched.render()

        threading.Thread(target=follow, name="watch", daemon=True).start()
        yield watched


def _serve(watched: Watched, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # Another site cannot ask in our name by a name of its own.
            if self.headers.get("Host", "") not in hosts:
                self.send_error(HTTPStatus.FORBIDDEN)
            elif self.path == "/":
                self._answer("text/html; charset=utf-8", _SHELL.read_text(encoding="utf-8"), _POLICY)
            elif self.path == "/report.html":
                self._answer("text/html; charset=utf-8", watched.page, "frame-ancestors 'self'")
            elif self.path == "/trouble.json":
                self._answer("application/json", json.dumps({"version": watched.version, **watched.trouble}), "")
            elif self.path == "/news":
                self._news()
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

        def _answer(self, kind: str, text: str, policy: str) -> None:
            data = text.encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(data)

        def _news(self) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            known = -1
            try:
                while not watched.ended.is_set():
                    newest = watched.after(known)
                    line = f"data: {newest}\n\n" if newest != known else ": nothing new\n\n"
                    known = newest
                    self.wfile.write(line.encode())
                    self.wfile.flush()
            except OSError:
                return  # the browser has gone

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name is that of the base class)
            pass

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        what = f"the port {port} cannot be used: {error.strerror}"
        raise ToolTrouble(what, to_do="choose another with --port, or leave it out") from error
    server.daemon_threads = True
    hosts = [f"{name}:{server.server_port}" for name in ("127.0.0.1", "localhost")]
    return server
