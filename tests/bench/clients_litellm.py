"""What LiteLLM makes of the simulator; `tests.bench.clients` starts it in its own environment.

Reads the addresses from its input and prints one line of JSON: what was tried, and "ok", what
went wrong, or None where LiteLLM has no such thing.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Callable
from typing import Any

import litellm

litellm.suppress_debug_info = True
job = json.loads(sys.stdin.read())
PNG, MASK = base64.b64decode(job["png"]), base64.b64decode(job["mask"])
SMALL: dict[str, Any] = {
    "model": "openai/gpt-image-2",
    "prompt": "a red fox in snow",
    "quality": "low",
    "size": "1024x640",
    "api_base": job["openai"],
    "api_key": "sk-any",
    "max_retries": 0,
}


def check(fact: object) -> None:
    """Fail unless a fact holds."""
    if not fact:
        raise AssertionError("the answer is not as it should be")


def file(data: bytes, name: str = "a.png") -> io.BytesIO:
    """Return bytes as a file with a name."""
    made = io.BytesIO(data)
    made.name = name
    return made


def whole(answer: Any) -> None:
    """Check a good answer, and the cost that LiteLLM puts on it."""
    check(base64.b64decode(answer.data[0].b64_json).startswith(b"\x89PNG"))
    check(answer._hidden_params["response_cost"] > 0)


def raises(kind: type[Exception], ask: Callable[[], Any]) -> None:
    """Check that asking fails as it should."""
    try:
        ask()
    except kind:
        return
    raise AssertionError("nothing was raised")


def generate() -> None:
    """A picture."""
    whole(litellm.image_generation(**SMALL))


def several() -> None:
    """Two pictures at once, as webp."""
    answer = litellm.image_generation(**SMALL, n=2, output_format="webp", output_compression=60)
    check(len(answer.data or []) == 2)


def edit() -> None:
    """An edit of one picture with a mask."""
    whole(litellm.image_edit(image=file(PNG), mask=file(MASK, "m.png"), **SMALL))


def edit_many() -> None:
    """An edit of sixteen pictures."""
    whole(litellm.image_edit(image=[file(PNG) for _ in range(16)], **SMALL))


def refusals() -> None:
    """Errors become LiteLLM's own."""
    ask = litellm.image_generation
    raises(litellm.BadRequestError, lambda: ask(**{**SMALL, "size": "1920x1080"}))
    raises(litellm.BadRequestError, lambda: ask(**{**SMALL, "prompt": "blood"}))
    raises(litellm.RateLimitError, lambda: ask(**{**SMALL, "prompt": "too many"}))
    raises(litellm.InternalServerError, lambda: ask(**{**SMALL, "prompt": "fail"}))


def chat() -> None:
    """A chat at a gateway gives a picture; at OpenAI it is not found."""
    words = [{"role": "user", "content": "a red fox"}]
    ask = {"messages": words, "api_key": "sk-any", "max_retries": 0}
    raises(
        litellm.NotFoundError,
        lambda: litellm.completion(model="openai/gpt-image-1", api_base=job["openai"], **ask),
    )
    answer = litellm.completion(
        model="openai/openai/gpt-image-2",
        api_base=job["vercel"],
        extra_body={"modalities": ["image"], "quality": "low"},
        **ask,
    )
    images = answer.choices[0].message.images
    check(images[0]["image_url"]["url"].startswith("data:image/png;base64,"))


def azure() -> None:
    """A deployment of Azure."""
    settings = {**SMALL, "model": "azure/fox", "base_model": "azure/gpt-image-2"}
    settings |= {"api_base": job["azure"].removesuffix("/openai/v1")}
    answer = litellm.image_generation(**settings, api_version="2025-04-01-preview")
    check(base64.b64decode(answer.data[0].b64_json or "").startswith(b"\x89PNG"))


def main() -> None:
    """Try everything, and print what came of it."""
    told = {}
    for one in (generate, several, edit, edit_many, refusals, chat, azure):
        try:
            one()
            told[one.__name__] = "ok"
        except Exception as error:
            told[one.__name__] = f"{type(error).__name__}: {error}"[:200]
    print(json.dumps(told))


main()
