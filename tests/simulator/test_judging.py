"""The simulated judge, asked by the real SDK: what it likes, what it answers, what it refuses."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI
from PIL import Image, ImageFilter

from imagelab import question
from imagelab.catalog import judges
from imagelab.simulator import Fault, Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator of the test's own."""
    with Simulator() as running:
        yield running


def picture(detail: float, seed: int = 0, size: int = 128) -> str:
    """Draw noise of so much contrast, as a data URL."""
    import numpy as np

    noise = np.random.default_rng(seed).normal(128, detail, (size, size, 3)).clip(0, 255)
    drawn = Image.fromarray(noise.astype("uint8")).filter(ImageFilter.BoxBlur(1))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def ask(simulator: Simulator, *urls: str, model: str = "gpt-4o", **changes: Any) -> Any:
    """Ask which of some pictures is better."""
    shown = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    form = {"name": "verdict", "strict": True, "schema": dict(question.FORM)}
    wanted: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Which?"}, *shown]}],
        "response_format": {"type": "json_schema", "json_schema": form},
        **changes,
    }
    with OpenAI(base_url=simulator.url, api_key="any", max_retries=0) as client:
        return client.chat.completions.create(**wanted)


def winner(answer: Any) -> str:
    """Read who won."""
    return str(json.loads(answer.choices[0].message.content)["winner"])


def test_it_answers_in_the_real_format(simulator: Simulator) -> None:
    """The SDK reads a chat completion with usage, and the bill follows from that usage."""
    answer = ask(simulator, picture(10), picture(40))
    assert answer.object == "chat.completion"
    assert answer.choices[0].finish_reason == "stop"
    assert question.said(answer.choices[0].message.content).winner in ("left", "right", "tie")
    usage = answer.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert simulator.billed.nano == usage.prompt_tokens * 2500 + usage.completion_tokens * 10_000
    assert usage.prompt_tokens > 2 * 255


def test_it_prefers_detail_on_either_side(simulator: Simulator) -> None:
    """Of clearly different pictures the richer one wins nearly always, wherever it stands."""
    won = [
        (winner(ask(simulator, rich, poor)), winner(ask(simulator, poor, rich)))
        for seed in range(10)
        for rich, poor in [(picture(60, seed), picture(5, seed + 100))]
    ]
    assert sum(one == "A" for one, _ in won) >= 8
    assert sum(other == "B" for _, other in won) >= 8


def test_it_has_noise_that_is_seeded(simulator: Simulator) -> None:
    """Of pictures alike in detail both win at times; the same question has one answer."""
    pairs = [(picture(30, seed), picture(30, seed + 50)) for seed in range(16)]
    first = [winner(ask(simulator, *pair)) for pair in pairs]
    assert {"A", "B"} <= set(first)
    assert [winner(ask(simulator, *pair)) for pair in pairs] == first


@pytest.mark.parametrize("model", [one.model for one in judges.all_judges()])
def test_every_judge_of_the_catalogue_is_served(simulator: Simulator, model: str) -> None:
    """Each answers within the tokens that may be asked of it; those that think say how much."""
    answer = ask(simulator, picture(10), picture(40), model=model)
    known = judges.of(model)
    assert answer.usage.completion_tokens <= known.out
    assert bool(answer.usage.completion_tokens_details.reasoning_tokens) == bool(known.effort)


def test_image_models_still_do_not_chat(simulator: Simulator) -> None:
    """A model that draws answers 404 there, as the real API does."""
    with pytest.raises(openai.NotFoundError, match="This is not a chat model"):
        ask(simulator, picture(10), picture(40), model="gpt-image-1")


@pytest.mark.parametrize(
    ("urls", "changes"),
    [
        ((), {}),
        ((picture(10),), {}),
        ((picture(10), picture(10), picture(10)), {}),
        ((picture(10), "data:image/png;base64,bm8="), {}),
        ((picture(10), "https://example.invalid/a.png"), {}),
        ((picture(10), picture(20)), {"messages": []}),
        ((picture(10), picture(20)), {"response_format": {"type": "text"}}),
    ],
)
def test_what_is_no_question_is_refused_and_free(
    simulator: Simulator, urls: tuple[str, ...], changes: dict[str, Any]
) -> None:
    """Fewer or more than two pictures, broken ones, and other forms are 400, without a bill."""
    with pytest.raises(openai.BadRequestError):
        ask(simulator, *urls, **changes)
    assert simulator.billed.rows == ()


def test_its_refusal_is_a_message_and_is_billed(simulator: Simulator) -> None:
    """A refusal is told as the real API tells it: no content, and the words of it."""
    simulator.faults.add(Fault.moderated_output())
    message = ask(simulator, picture(10), picture(40)).choices[0].message
    assert message.content is None
    assert message.refusal
    assert simulator.billed.nano > 0


def test_the_organisation_is_told_of_it_as_text(simulator: Simulator) -> None:
    """Usage and costs name the judge's tokens as text, and no picture."""
    from imagelab.simulator.accounts import report

    answer = ask(simulator, picture(10), picture(40))
    (row,) = simulator.billed.rows
    asked = [("start_time", str(int(row.at) - 60))]

    def told(kind: Any) -> list[Any]:
        page = json.loads(report(kind, [row], asked, row.at + 60).body)
        return [one for bucket in page["data"] for one in bucket["results"]]

    assert told("images") == []
    (usage,) = told("completions")
    assert usage["input_text_tokens"] == answer.usage.prompt_tokens
    assert usage["output_text_tokens"] == answer.usage.completion_tokens
    (cost,) = told("costs")
    assert round(cost["amount"]["value"] * 1e9) == simulator.billed.nano
