"""Health, readiness and metrics of a process that has no API of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Ready = Callable[[], dict[str, object]]


class Probe:
    """A small HTTP server on a daemon thread with `/healthz`, `/readyz` and `/metrics`.

    `ready` runs on the server's thread; it must be quick, safe to call from there, and returns details
    with at least `ready: bool` (False answers 503).
    """

    def __init__(self, host: str, port: int, ready: Ready) -> None:
        self._server = ThreadingHTTPServer((host, port), _handler(ready))
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Serve until the process ends or `stop` is called."""
        threading.Thread(target=self._server.serve_forever, name="probe", daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()


def _handler(ready: Ready) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            match self.path:
                case "/healthz":
                    self._answer(200, "application/json", b'{"status": "ok"}')
                case "/readyz":
                    details = ready()
                    self._answer(
                        200 if details["ready"] else 503, "application/json", json.dumps(details).encode()
                    )
                case "/metrics":
                    self._answer(200, CONTENT_TYPE_LATEST, generate_latest())
                case _:
                    self._answer(404, "text/plain", b"not found")

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Probes are asked every second; a line for each would drown the log."""

    return Handler
