"""A server that keeps rate limits and answers quickly, and counts what it turned away.

Run as ``python -m tests.bench.limited OPTIONS`` with a JSON object of options:
``images_per_minute``, ``tokens_per_minute``, ``seconds`` each answer takes, and ``says``: which
of ``headers``, ``words`` and ``delay`` it tells of its limits. It prints its address; a GET
answers with its counts. The limits are the simulator's own; only the painting is left out.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import time
from http.server import BaseHTTPRequestHandler

from PIL import Image

from imagelab.catalog import tokens
from imagelab.simulator.limits import Limits
from tests.bench.answering import Server


def picture() -> str:
    """Make a small picture, as letters."""
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (90, 120, 60)).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def main() -> None:
    """Serve until killed."""
    options = json.loads(sys.argv[1])
    says = options["says"]
    limits = Limits(
        images_per_minute=options.get("images_per_minute"),
        tokens_per_minute=options.get("tokens_per_minute"),
    )
    letters, counts = picture(), {"answered": 0, "turned_away": 0, "turned_away_later": 0}
    walls: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            words = tokens.text_tokens(asked["prompt"])
            out = tokens.output_tokens(asked["model"], asked["quality"], asked["size"]).tokens or 0
            no = limits.take(asked["model"], images=1, tokens=words + out)
            counts["turned_away" if no else "answered"] += 1
            if no:
                walls.append(time.monotonic())
                counts["turned_away_later"] += walls[-1] > walls[0] + 2
                error = dict(json.loads(no.body)["error"])
                if "words" not in says:
                    error["message"] = "Slow down."
                delay = no.headers if "delay" in says else {}
                self.answer(429, {"error": error}, {**delay, **self.told()})
                return
            time.sleep(options["seconds"])
            usage = {"input_tokens": words, "output_tokens": out, "total_tokens": words + out}
            usage["input_tokens_details"] = {"image_tokens": 0, "text_tokens": words}
            body = {"created": 0, "data": [{"b64_json": letters}], "usage": usage}
            self.answer(200, body, self.told())

        def do_GET(self) -> None:
            self.answer(200, counts, {})

        def told(self) -> dict[str, str]:
            return limits.headers() if "headers" in says else {}

        def answer(self, status: int, body: object, headers: dict[str, str]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            sent = {"content-type": "application/json", "content-length": str(len(content))}
            for name, value in {**headers, **sent}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
