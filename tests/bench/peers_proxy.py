"""Ask LiteLLM's proxy: ``PEERS/bin/python tests/bench/peers_proxy.py JOB`` (see `peers_tools.Job`).

Runs in the peers' own virtual environment. The proxy is started beside it with one key, which has
the job's budget; it comes from a custom auth function, so that no database is needed. Also prints
what the proxy set aside for one request before it sent it on.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

LONGEST_SECONDS = 90.0

KEYS = """
import json
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import UserAPIKeyAuth

async def auth(request, api_key):
    return UserAPIKeyAuth(api_key=api_key, token="bench", user_id="bench", max_budget=BUDGET)

class Noting(CustomLogger):
    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        asked = kwargs["litellm_params"]["metadata"]["user_api_key_auth"]
        with open(FILE, "a") as file:
            file.write(json.dumps((asked.budget_reservation or {}).get("reserved_cost")) + "\\n")

noting = Noting()
"""

job = json.loads(sys.argv[1])
folder = Path(job["folder"])
key = f"sk-{secrets.token_hex(16)}"


def configuration() -> dict[str, Any]:
    """Write what the proxy is to serve (JSON is YAML)."""
    reach = {"model": "openai/gpt-image-1", "api_base": job["url"], "api_key": "sk-bench"}
    general = {"master_key": f"sk-{secrets.token_hex(16)}", "custom_auth": "keys.auth"}
    return {
        "model_list": [{"model_name": "gpt-image-1", "litellm_params": reach}],
        "general_settings": general | {"custom_auth_run_common_checks": True},
        "litellm_settings": {"callbacks": ["keys.noting"]},
    }


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Start the proxy, and give its address when it answers."""
    names = f"BUDGET, FILE = {job['budget']!r}, {str(folder / 'set_aside')!r}\n"
    (folder / "keys.py").write_text(names + KEYS)
    (folder / "proxy.yaml").write_text(json.dumps(configuration()))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "litellm"), "--config", "proxy.yaml"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with (folder / "proxy.log").open("wb") as log:
        proxy = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/health/liveliness", proxy)
        yield f"http://127.0.0.1:{port}/v1/images/generations"
    finally:
        proxy.terminate()
        proxy.wait()


def wait_for(address: str, proxy: subprocess.Popen[bytes]) -> None:
    """Wait until somebody answers there."""
    ends = time.monotonic() + LONGEST_SECONDS
    while True:
        try:
            urllib.request.urlopen(address).close()  # noqa: S310 - on this machine
        except OSError:
            if proxy.poll() is not None or time.monotonic() > ends:
                raise
            time.sleep(0.2)
        else:
            return


def one(address: str, prompt: str) -> float | None:
    """Ask for one picture; give the cost that the proxy names, or None where it says no."""
    asked = {"model": "gpt-image-1", "prompt": prompt, "quality": job["quality"]}
    body = json.dumps(asked | {"size": "1024x1024"}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    request = urllib.request.Request(address, body, headers)  # noqa: S310 - on this machine
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return float(answer.headers["x-litellm-response-cost"])
    except urllib.error.HTTPError as error:
        print(error.code, error.read()[:300], file=sys.stderr)
        return None


def set_aside() -> str:
    """Read what the proxy set aside for each request; it writes that down a moment later."""
    file, ends = folder / "set_aside", time.monotonic() + 10
    while not file.exists() and time.monotonic() < ends:
        time.sleep(0.1)
    amounts = [json.loads(line) for line in file.read_text().splitlines()]
    return f"${max(amounts):.6f}"


with serving() as url, ThreadPoolExecutor(job["at_once"]) as pool:
    costs = [cost for cost in pool.map(lambda prompt: one(url, prompt), job["prompts"]) if cost]
    told = {"in_hand": len(costs), "cost_usd": sum(costs), "set_aside": set_aside()}
print(json.dumps(told))
