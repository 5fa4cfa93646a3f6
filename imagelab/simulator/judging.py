"""A judge that can be tested: it likes detail, measured from the pixels, with seeded noise.

It answers as a vision model does through chat completions: two pictures as data URLs go in,
JSON of the form that was asked for comes out, and tokens are counted as the catalogue says.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagelab.catalog import judges, prices, tokens
from imagelab.catalog.judges import Judge
from imagelab.simulator import bodies
from imagelab.simulator.billed import BilledRow
from imagelab.simulator.bodies import Reply, error
from imagelab.simulator.drawing import Drawn
from imagelab.simulator.faults import Fault

KEEN = 3.0
"""How much a lead in detail (in log units of edge energy) weighs against chance."""

NOISE = 0.5
"""The scale of that chance, logistic."""

BIAS = 0.15
"""What the first picture has ahead, as real judges favour a side."""

TIE = 0.35
"""A lead below this is none."""

_THINKING = 192
"""Tokens that a model which thinks first spends on it."""

_NO_JSON = b'{"id": "chatcmpl-0", "object": "chat.completion", "choices": [<html>'
_SORRY = "I'm sorry, I can't compare these pictures."
_CHATTER = "Both pictures are lovely in their own way!"


@dataclass(frozen=True)
class Seen:
    """One picture as it came: the hash of its bytes, its pixels, and how much detail it has."""

    digest: str
    size: tuple[int, int]
    detail: float


@dataclass(frozen=True)
class Question:
    """A checked question: the words, the two pictures in their order, and the tokens it takes."""

    judge: Judge
    named: str
    words: str
    pictures: tuple[Seen, Seen]
    tokens: int


def read(body: object, judge: Judge, named: str) -> Question | Reply:
    """Read a chat that asks to compare two pictures, or refuse it."""
    if not isinstance(body, Mapping):
        return error(400, "We could not parse the JSON body of your request.")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return bodies.missing("messages")
    if not _asks_for_form(body.get("response_format")):
        message = "The simulated judge answers in a JSON schema only, with 'winner' and 'reason'."
        return error(400, message, code="invalid_value", param="response_format")
    parts = [part for one in messages for part in _parts(one)]
    words = "\n".join(str(one.get("text", "")) for one in parts if one.get("type") == "text")
    urls = [one.get("image_url") for one in parts if one.get("type") == "image_url"]
    if len(urls) != 2:
        message = f"The simulated judge compares two pictures; {len(urls)} came."
        return error(400, message, code="invalid_value", param="messages")
    try:
        first, second = (_seen(url) for url in urls)
    except (ValueError, OSError, SyntaxError):
        message = "You uploaded an unsupported image. Please make sure your image is valid."
        return error(400, message, code="invalid_image_format", param="messages")
    form = json.dumps(body["response_format"]["json_schema"]["schema"])
    seen = [judges.image_tokens(judge, *one.size) for one in (first, second)]
    looked = sum(one.bound if one.tokens is None else one.tokens for one in seen)
    counted = tokens.text_tokens(words) + tokens.text_tokens(form) + looked
    return Question(judge, named, words, (first, second), counted)


def _asks_for_form(given: object) -> bool:
    try:
        wanted = given["json_schema"]["schema"]["properties"]  # type: ignore[index]
        return {"winner", "reason"} <= set(wanted)
    except (LookupError, TypeError):
        return False


def _parts(message: object) -> Sequence[Mapping[str, Any]]:
    content = message.get("content") if isinstance(message, Mapping) else None
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [one for one in content or () if isinstance(one, Mapping)]


def _seen(given: object) -> Seen:
    """Decode one picture.

    Raises:
        ValueError: it is no data URL.
        OSError: the bytes are no picture.

    """
    import PIL.Image

    url = given.get("url") if isinstance(given, Mapping) else None
    head, comma, letters = str(url).partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise ValueError("no data URL of a picture")
    data = base64.b64decode(letters, validate=True)
    with PIL.Image.open(io.BytesIO(data)) as picture:
        grey = picture.convert("L")
    return Seen(hashlib.sha256(data).hexdigest(), grey.size, _detail(grey))


def _detail(grey: Any) -> float:
    """Measure how much happens from pixel to pixel: the log of the mean edge energy."""
    import numpy as np

    pixels = np.asarray(grey, dtype=float)
    if min(pixels.shape) < 2:
        return 0.0
    down, across = np.gradient(pixels)
    return math.log1p(float(np.mean(np.hypot(down, across))))


def judge(asked: Question, fault: Fault | None, request_id: str) -> Drawn:
    """Compare the pictures; what ``fault`` spoils is billed all the same."""
    kind = fault.kind if fault else None
    winner, reason = _opinion(*asked.pictures)
    text = json.dumps({"reason": reason, "winner": winner})
    text = _CHATTER if kind in ("no_picture", "bad_base64", "wrong_size") else text
    came = asked.tokens + (fault.tokens if fault and kind == "extra_tokens" else 0)
    thought = _THINKING if asked.judge.effort else 0
    went = min(asked.judge.out, len(text) // 4 + 1 + thought)
    row = _bill(asked, came, went, request_id)
    if kind == "garbage":
        return Drawn(Reply(200, _NO_JSON), row)
    if fault and kind in ("fail", "stream_error"):
        return Drawn(bodies.server_error(fault.status, fault.text), row)
    refuses = kind == "moderated_output"
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if refuses else text,
        "refusal": _SORRY if refuses else None,
        "annotations": [],
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    body = {
        "id": f"chatcmpl-{uuid.uuid4().hex[:24]}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": asked.named,
        "choices": [] if kind == "empty" else [choice],
        **({} if kind == "no_usage" else {"usage": _usage(came, went, thought)}),
        "service_tier": "default",
        "system_fingerprint": "fp_simulated",
    }
    return Drawn(bodies.as_json(200, body), row)


def _opinion(first: Seen, second: Seen) -> tuple[str, str]:
    """Say which picture wins, and why. The same two in the same order always fare alike."""
    digest = hashlib.sha256(f"{first.digest}:{second.digest}".encode()).digest()
    share = (int.from_bytes(digest[:8], "big") + 0.5) / 2**64
    chance = NOISE * math.log(share / (1 - share))
    lead = KEEN * (first.detail - second.detail) + BIAS + chance
    if abs(lead) < TIE:
        return "tie", "SIMULATED: both show about as much detail."
    name, other = ("A", "B") if lead > 0 else ("B", "A")
    return name, f"SIMULATED: picture {name} shows more detail than picture {other}."


def _usage(came: int, went: int, thought: int) -> dict[str, Any]:
    return {
        "prompt_tokens": came,
        "completion_tokens": went,
        "total_tokens": came + went,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": thought,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _bill(asked: Question, came: int, went: int, request_id: str) -> BilledRow:
    price = prices.price("simulator", asked.judge.model)
    spent = {"text_in": came, "text_out": went, "image_out": 0}
    return BilledRow(
        request_id=request_id,
        model=asked.judge.model,
        quality="",
        size="",
        pictures=0,
        text_tokens=0,
        image_tokens=0,
        nano=None if price is None else prices.cost(spent, price),
        operation="judge",
        author=asked.judge.model,
        author_input_tokens=came,
        author_output_tokens=went,
    )
