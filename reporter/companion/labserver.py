"""A small web server for the lab: one folder, on the loopback only, with persistent connections."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any

from reporter.errors import UsageTrouble

#: An idle connection is closed after so many seconds.
IDLE = 5.0
HOST = "127.0.0.1"
Served = Callable[[str, str], None]


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE

    def __init__(self, *arguments: Any, served: Served, **more: Any) -> None:
        self._served = served
        super().__init__(*arguments, **more)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Tell of a request that has been answered."""
        self._served(self.requestline, str(getattr(code, "value", code)))

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (its name above)
        """Say nothing on the terminal."""


class LabServer(ThreadingHTTPServer):
    """Takes its port when it is made and serves a folder from `start` on; `served` is told each request line and
    status, from other threads.

    Raises UsageTrouble when there is no such folder or the port is taken.
    """

    daemon_threads = True

    def __init__(self, folder: Path, port: int, served: Served) -> None:
        if not folder.is_dir():
            raise UsageTrouble("there is no such folder to serve", where=f"--serve {folder}", to_do="name a folder")
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._asked = port
        handler = partial(_Handler, directory=str(folder), served=served)
        super().__init__((HOST, port), handler, bind_and_activate=False)
        self._try(self.server_bind)
        self._thread: threading.Thread | None = None

    def start(self) -> LabServer:
        """Listen and serve. Before, whoever knocks is refused: nothing is served that a capture would miss."""
        self._try(self.server_activate)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.1,), name="server", daemon=True)
        self._thread.start()
        return self

    @property
    def url(self) -> str:
        """The address of the folder."""
        return f"http://{HOST}:{self.server_port}/"

    def finish(self) -> None:
        """Take no new connections and close those that are open, in the ordinary way: with a FIN."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        self.server_close()
        with self._lock:
            left = list(self._open)
        for connection in left:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)

    def server_bind(self) -> None:
        """Take the port; the name of the host, which http.server would look up, is not asked for."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except (OSError, OverflowError) as error:
            self.server_close()
            reason = getattr(error, "strerror", None) or str(error)
            where = f"--port {self._asked}"
            raise UsageTrouble(
                f"port {self._asked} cannot be used: {reason}", where=where, to_do="name another with --port"
            ) from None

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note a connection, then as ever."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection, then as ever."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error of ours."""
