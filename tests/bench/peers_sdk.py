"""Ask the plain openai SDK: ``python tests/bench/peers_sdk.py JOB`` (see `peers_tools.Job`).

The SDK keeps nothing and counts no money, so this is the loop that one writes around it.
The way "skip" leaves out pictures that lie in the folder already.
"""

from __future__ import annotations

import base64
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai

job = json.loads(sys.argv[1])
folder = Path(job["folder"])
client = openai.OpenAI(base_url=job["url"], api_key="sk-bench", timeout=job["timeout"])


def one(number: int, prompt: str) -> None:
    """Ask for one picture and keep it; what fails is left out."""
    file = folder / f"{number}.png"
    if job["way"] == "skip" and file.exists():
        return
    try:
        answer = client.images.generate(
            model="gpt-image-1", prompt=prompt, quality=job["quality"], size="1024x1024"
        )
    except openai.OpenAIError as error:
        print(error, file=sys.stderr)
        return
    part = file.with_suffix(".part")  # a killed process shall not leave half a picture
    part.write_bytes(base64.b64decode(answer.data[0].b64_json))
    part.replace(file)


with ThreadPoolExecutor(job["at_once"]) as pool:
    list(pool.map(one, range(len(job["prompts"])), job["prompts"]))
print(json.dumps({"in_hand": len(list(folder.glob("*.png"))), "cost_usd": None}))
