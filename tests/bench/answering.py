"""A server that answers every request at once with the same 1.5 MB picture.

Run as ``python -m tests.bench.answering [SECONDS]``; it prints its address. Each answer
waits SECONDS first. A process of its own, so that its work is not counted as the client's.
"""

from __future__ import annotations

import base64
import io
import json
import os
import socketserver
import sys
import time
from http.server import BaseHTTPRequestHandler

from PIL import Image

SIDE = 708  # noise of this side makes a png of 1.5 MB


def answer() -> bytes:
    """Build the body of a picture as the Images API gives it."""
    noise = Image.frombytes("RGB", (SIDE, SIDE), os.urandom(SIDE * SIDE * 3))
    out = io.BytesIO()
    noise.save(out, "PNG", compress_level=1)
    return json.dumps(
        {
            "created": 0,
            "background": "opaque",
            "data": [{"b64_json": base64.b64encode(out.getvalue()).decode()}],
            "output_format": "png",
            "quality": "low",
            "size": "1024x1024",
            "usage": {
                "input_tokens": 11,
                "input_tokens_details": {"image_tokens": 0, "text_tokens": 11},
                "output_tokens": 272,
                "total_tokens": 283,
            },
        }
    ).encode()


class Server(socketserver.ThreadingTCPServer):
    """One thread a connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256


def main() -> None:
    """Serve until killed."""
    body, delay = answer(), float(sys.argv[1]) if len(sys.argv) > 1 else 0.0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            time.sleep(delay)
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
