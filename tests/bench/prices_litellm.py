"""Ask LiteLLM what pictures cost; `tests.bench.litellm_prices` starts it in its own environment.

Reads ``{"url": ..., "asked": [...]}`` from its input and prints what it says of each picture
asked for, a cost or why there is none, and the rows of its price list.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from typing import Any

import litellm

litellm.suppress_debug_info = True


def cost(url: str, asked: dict[str, Any]) -> float | str | None:
    """Ask for one picture, and return what LiteLLM says it cost, or why there is none."""
    settings: dict[str, Any] = {
        "prompt": asked["prompt"],
        "model": f"openai/{asked['model']}",
        "quality": asked["quality"],
        "size": asked["size"],
        "api_base": url,
        "api_key": "sk-bench",
        "max_retries": 0,
    }
    try:
        if "image" in asked:
            picture = io.BytesIO(base64.b64decode(asked["image"]))
            picture.name = "reference.png"
            answer = litellm.image_edit(image=picture, **settings)
        else:
            answer = litellm.image_generation(**settings)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    found = answer._hidden_params.get("response_cost")
    return found if isinstance(found, float | int) else None


def main() -> None:
    """Answer the job on the standard input."""
    job = json.load(sys.stdin)
    rows = {
        name: row
        for name, row in litellm.model_cost.items()
        if "gpt-image" in name and row.get("litellm_provider") == "openai"
    }
    costs = [cost(job["url"], one) for one in job["asked"]]
    print(json.dumps({"costs": costs, "rows": rows}))


main()
