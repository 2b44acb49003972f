"""Serves seeds/site on this machine, as two outlets whose feeds change: `python seeds/serve.py [PORT]`.

Prints `ready` when it listens. Feeds with validators are answered 304 where nothing has changed; rss.xml has its second
edition (rss.2.xml) from the second time on that it is asked for; old.xml is gone.
"""

import hashlib
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

SITE = Path(__file__).parent / "site"
KINDS = {".xml": "application/xml", ".json": "application/feed+json", ".html": "text/html", ".txt": "text/plain"}
#: Files of the site by the path they are asked by; nothing else is served.
FILES = {f"/{path.relative_to(SITE)}": path for path in sorted(SITE.rglob("*.*")) if not path.name.endswith(".2.xml")}
SECOND = {f"/{path.name.replace('.2.', '.')}": path for path in SITE.glob("*.2.xml")}


class Handler(BaseHTTPRequestHandler):
    """Answers GET."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        """Give a file, or say that it is the same, gone or not there."""
        path = self.path.partition("?")[0]
        if path == "/old.xml":
            self.answer(410, "text/plain", b"This feed has ended.\n")
            return
        if path not in FILES:
            self.answer(404, "text/plain", b"Not here.\n")
            return
        self.asked[path] += 1
        file = SECOND[path] if path in SECOND and self.asked[path] > 1 else FILES[path]
        data, etag = file.read_bytes(), ""
        if file.suffix == ".xml":
            etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        if etag and self.headers.get("If-None-Match") == etag:
            self.answer(304, "", b"", etag)
        else:
            self.answer(200, KINDS[file.suffix], data, etag)

    def answer(self, status: int, kind: str, data: bytes, etag: str = "") -> None:
        """Send one answer."""
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
        if etag:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Keep the terminal for the one who polls."""


def main() -> None:
    """Serve until killed."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        sys.exit(f"serve.py: port {port} of this machine cannot be listened on: {error.strerror}")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
