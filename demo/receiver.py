"""The demo's receiver: it says on the screen what a webhook has told it."""

import json
import sys
import time
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, TextIO

from delivery.signing import standard_signature
from wire.times import parse_time

LINES = 10
"""So many deliveries get a line of their own on a terminal; then one line is rewritten, so that what stands
above stays in sight."""
REWRITE = "\r\x1b[2K"


class Receiver(ThreadingHTTPServer):
    """Listens on a free port of this machine, and takes what is signed by its secret."""

    daemon_threads = True

    def __init__(self, output: TextIO | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secret = ""
        self.output = output or sys.stdout
        self.count = 0
        self.turn = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def start(self, secret: str) -> None:
        """Answer from now on, in a thread."""
        self.secret = secret
        Thread(target=self.serve_forever, name="receiver of the demo", daemon=True).start()

    def say(self, text: str) -> None:
        """A line; on a terminal over the one before, once there are many."""
        with self.turn:
            self.count += 1
            if self.count <= LINES or not self.output.isatty():
                self.output.write(f"  {text}\n")
            else:
                self.output.write(f"{REWRITE}  {text} ({self.count} so far)\r")
            self.output.flush()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        is_genuine = self._is_genuine(body)
        if is_genuine:
            self.server.say(sentence(json.loads(body)))
        self.send_response(204 if is_genuine else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _is_genuine(self, body: bytes) -> bool:
        stamp = self.headers.get("webhook-timestamp", "")
        if not (stamp.isascii() and stamp.isdigit()):
            return False
        ours = standard_signature(self.server.secret, self.headers.get("webhook-id", ""), int(stamp), body)
        theirs = self.headers.get("webhook-signature", "").split()
        return any(compare_digest(ours, text) for text in theirs if text.isascii())

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: `say` says all."""


def sentence(order: dict[str, Any]) -> str:
    """What a delivery says: the order, its newest status, and how long that was under way."""
    parcels = [entry for shipment in order["shipments"] for entry in shipment["statusHistory"]]
    entries = [*parcels, *order["statusHistory"], {"status": order["orderStatus"], "updatedTime": ""}]
    newest = max(entries, key=lambda entry: entry["updatedTime"])
    milliseconds = (time.time() - parse_time(order["updatedTime"]).timestamp()) * 1000
    return f"webhook {order['orderId']} {newest['status']}, {milliseconds:.0f} ms after it was published"
