"""Pictures through chat completions, as the Vercel AI Gateway gives them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as dt_time
from typing import Any

from imagelab.catalog import prices
from imagelab.catalog.models import Model
from imagelab.simulator import bodies, shape
from imagelab.simulator.bodies import Reply, error
from imagelab.simulator.checks import Asked
from imagelab.simulator.streaming import DONE, Frame

_OPTIONS = {
    "quality": "quality",
    "size": "size",
    "background": "background",
    "moderation": "moderation",
    "outputFormat": "output_format",
    "output_format": "output_format",
    "outputCompression": "output_compression",
    "output_compression": "output_compression",
    "inputFidelity": "input_fidelity",
    "input_fidelity": "input_fidelity",
}
_NANO_DOLLARS = 1_000_000_000
_CREDIT = 1000
"""Dollars that an account of the gateway begins with."""


@dataclass(frozen=True)
class Chat:
    """A request for pictures in a chat: what is asked of the painter, and whether it streams."""

    asked: Asked
    stream: bool


def read(raw: bytes) -> Chat | Reply:
    """Return what a chat asks to be drawn, or the refusal of its body."""
    body = shape.parsed(raw)
    if isinstance(body, Reply):
        return body
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return bodies.missing("messages")
    modalities = body.get("modalities", ["image"])
    if not isinstance(modalities, list) or "image" not in modalities:
        message = "This model gives pictures: 'modalities' must include 'image'."
        return error(400, message, code="invalid_value", param="modalities")
    words, images = _said(messages)
    drawing = {"model": body.get("model"), "prompt": words, **_options(body)}
    if images:
        drawing["images"] = [{"image_url": url} for url in images]
    raw = json.dumps({name: value for name, value in drawing.items() if value is not None}).encode()
    asked = Asked("edit" if images else "generation", raw)
    return Chat(asked, body.get("stream") is True)


def _said(messages: list[Any]) -> tuple[str, list[str]]:
    """Return the words and the pictures of the last message that a user wrote."""
    users = [one for one in messages if isinstance(one, dict) and one.get("role") == "user"]
    content = users[-1].get("content") if users else ""
    if not isinstance(content, list):
        return str(content or ""), []
    parts = [part for part in content if isinstance(part, dict)]
    words = [str(part.get("text", "")) for part in parts if part.get("type") == "text"]
    urls = [part.get("image_url") for part in parts if part.get("type") == "image_url"]
    images = [one.get("url") if isinstance(one, dict) else one for one in urls]
    return "\n".join(words), [str(one) for one in images if one]


def _options(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the picture: plain, or under the provider's name."""
    given = body.get("providerOptions")
    own = given.get("openai") if isinstance(given, dict) else None
    found = {**body, **(own if isinstance(own, dict) else {})}
    return {_OPTIONS[name]: value for name, value in found.items() if name in _OPTIONS}


# --- what is answered ------------------------------------------------------------------------


def completion(answer: Reply, model_id: str) -> Reply:
    """Return an answer of the images endpoint as a chat completion; errors stay as they are."""
    made = _made(answer)
    if made is None:
        return answer
    message = {"role": "assistant", "content": "", "images": _images(made)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = _head("chat.completion", model_id) | {"choices": [choice], **_usage(made)}
    return Reply(answer.status, json.dumps(body).encode(), answer.headers)


def chunks(answer: Reply, model_id: str) -> tuple[Frame, ...] | None:
    """Return the same as the chunks of a stream; None where there is no good answer."""
    made = _made(answer)
    if made is None:
        return None
    head = _head("chat.completion.chunk", model_id)
    delta = {"role": "assistant", "content": "", "images": _images(made)}
    first = {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], **_usage(made)}
    framed = [f"data: {json.dumps({**head, **part})}\n\n".encode() for part in (first, last)]
    return tuple(Frame(data, 1.0) for data in (*framed, DONE))


def _made(answer: Reply) -> dict[str, Any] | None:
    try:
        made = json.loads(answer.body) if answer.status == 200 else None
    except ValueError:
        return None
    return made if isinstance(made, dict) and "data" in made else None


def _head(kind: str, model_id: str) -> dict[str, Any]:
    named = f"chatcmpl-{uuid.uuid4().hex[:24]}"
    return {"id": named, "object": kind, "created": int(time.time()), "model": model_id}


def _images(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    form = made["output_format"]
    mime = "image/svg+xml" if form == "svg" else f"image/{form}"
    urls = [f"data:{mime};base64,{one['b64_json']}" for one in made["data"]]
    return [{"type": "image_url", "image_url": {"url": url}} for url in urls]


def _usage(made: Mapping[str, Any]) -> dict[str, Any]:
    usage = made.get("usage")
    if usage is None:
        return {}
    came, went = usage["input_tokens_details"], usage["output_tokens"]
    return {
        "usage": {
            "prompt_tokens": usage["input_tokens"],
            "completion_tokens": went,
            "total_tokens": usage["total_tokens"],
            "prompt_tokens_details": {"cached_tokens": 0, **came},
            "completion_tokens_details": {"image_tokens": went, "reasoning_tokens": 0},
        }
    }


# --- the gateway's list of models ------------------------------------------------------------


def models_list(some: list[Model]) -> Reply:
    """Return ``GET /v1/models`` as the gateway gives it: prices are strings, per token."""
    return bodies.as_json(200, {"object": "list", "data": [model(one) for one in some]})


def model(one: Model) -> dict[str, Any]:
    """Return one model of the gateway's list."""
    plain = bodies.model(one)
    listed = {
        "id": f"openai/{one.id}",
        "object": "model",
        "created": plain["created"],
        "released": plain["created"],
        "owned_by": "openai",
        "name": one.title,
        "description": f"{one.title}, simulated: it draws, and costs nothing.",
        "type": "image",
        "tags": ["image-generation"],
        "modalities": {"input": ["text", "image"], "output": ["image"]},
        "pricing": _pricing(one),
    }
    if one.shutdown:
        listed["deprecated_at"] = _midnight(one.shutdown) * 1000
    return listed


def _midnight(day: date) -> int:
    return int(datetime.combine(day, dt_time(), UTC).timestamp())


def _pricing(one: Model) -> dict[str, str]:
    """Return what tokens cost; pictures that go in have no key there."""
    price = prices.price("vercel", one.id) or prices.price("openai", one.id)
    if price is None:
        return {}
    known = {
        "input": price.text_in,
        "input_cache_read": price.text_cached,
        "output": price.image_out,
    }
    return {name: _dollars(nano) for name, nano in known.items() if nano is not None}


def _dollars(nano: int) -> str:
    """Return nano-dollars as a decimal of dollars, without an exponent."""
    return f"{nano // _NANO_DOLLARS}.{nano % _NANO_DOLLARS:09d}".rstrip("0")


def endpoints(one: Model) -> Reply:
    """Return who serves a model, and at what price."""
    listed = model(one)
    served = [{"name": f"openai | {listed['id']}", "provider_name": "openai", "status": 0,
        "pricing": listed["pricing"]}]  # fmt: skip
    data = {**{name: listed[name] for name in ("id", "name", "created")}, "endpoints": served}
    return bodies.as_json(200, {"data": data})


def account(spent: int) -> Reply:
    """Return what the account has left, and what was spent of it in nano-dollars."""
    left = max(0, _CREDIT * _NANO_DOLLARS - spent)
    return bodies.as_json(200, {"balance": _dollars(left), "total_used": _dollars(spent)})
