"""What the openai Python SDK makes of the simulator: ``PYTHON tests/bench/clients_sdk.py``.

Runs under any version of the SDK; `tests.bench.clients` starts it and gives it the addresses.
Prints one line of JSON: what was tried, and "ok" or what went wrong.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import openai

job = json.loads(sys.stdin.read())
PNG = base64.b64decode(job["png"])
MASK = base64.b64decode(job["mask"])
SMALL: dict[str, Any] = {
    "model": "gpt-image-2",
    "prompt": "a red fox in snow",
    "quality": "low",
    "size": "1024x640",
}
client = openai.OpenAI(base_url=job["openai"], api_key="sk-any", max_retries=0)


def check(fact: object) -> None:
    """Fail unless a fact holds."""
    if not fact:
        raise AssertionError("the answer is not as it should be")


def whole(answer: Any) -> None:
    """Check a good answer."""
    check(base64.b64decode(answer.data[0].b64_json).startswith(b"\x89PNG"))
    check(answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens)
    check(answer._request_id.startswith("req_"))


def raises(kind: type[Exception], ask: Callable[[], Any], **facts: Any) -> None:
    """Check that asking fails as it should, with the facts that the error must have."""
    try:
        ask()
    except kind as error:
        check(all(getattr(error, name) == value for name, value in facts.items()))
    else:
        raise AssertionError("nothing was raised")


def generate() -> None:
    """A picture."""
    whole(client.images.generate(**SMALL))


def several() -> None:
    """Two pictures at once, as webp."""
    answer = client.images.generate(**SMALL, n=2, output_format="webp", output_compression=60)
    check(len(answer.data or []) == 2)


def edit() -> None:
    """An edit of one picture with a mask."""
    whole(
        client.images.edit(
            **SMALL, image=("a.png", PNG, "image/png"), mask=("m.png", MASK, "image/png")
        )
    )


def edit_many() -> None:
    """An edit of sixteen pictures."""
    whole(client.images.edit(**SMALL, image=[("a.png", PNG, "image/png")] * 16))


def stream() -> None:
    """A stream with two partial pictures."""
    kinds = [one.type for one in client.images.generate(**SMALL, stream=True, partial_images=2)]
    check(kinds == ["image_generation.partial_image"] * 2 + ["image_generation.completed"])


def stream_edit() -> None:
    """An edit that streams."""
    image = ("a.png", PNG, "image/png")
    made = list(client.images.edit(**SMALL, image=image, stream=True, partial_images=1))
    check([one.type.partition(".")[0] for one in made] == ["image_edit"] * 2)
    check(made[-1].usage.input_tokens_details.image_tokens)


def relay() -> None:
    """A stream that ends with [DONE]."""
    with openai.OpenAI(base_url=job["relay"], api_key="k", max_retries=0) as other:
        check(len(list(other.images.generate(**SMALL, stream=True, partial_images=1))) == 2)


def cut() -> None:
    """A stream that breaks off after a partial picture."""
    words = {**SMALL, "prompt": "cut the stream"}
    made: list[Any] = []
    try:
        made.extend(client.images.generate(**words, stream=True, partial_images=2))
    except Exception as error:
        check("Connection" in type(error).__name__ or "Protocol" in type(error).__name__)
    check(len(made) <= 1)


def stream_error() -> None:
    """An error inside a stream."""
    words = {**SMALL, "prompt": "an error inside"}
    ask = client.images.generate(**words, stream=True, partial_images=2)
    raises(openai.APIError, lambda: list(ask))


def newest() -> None:
    """A GIF and an SVG of the newest model, through extra_body where the SDK is older."""
    settings = {**SMALL, "model": "gpt-image-2.6-flare"}
    for form, start in (("gif", b"GIF89a"), ("svg", b"<svg")):
        extra = {"output_format": form, "safety_identifier": "me"}
        answer = client.images.generate(**settings, extra_body=extra)
        check(base64.b64decode((answer.data or [])[0].b64_json or "").startswith(start))
        check(answer.to_dict()["safety_identifier"] == "me")


def refusals() -> None:
    """Errors have their classes, codes and parameters."""
    ask = client.images.generate
    bad = openai.BadRequestError
    raises(bad, lambda: ask(**{**SMALL, "size": "1920x1080"}), code="invalid_value", param="size")
    raises(bad, lambda: ask(**{**SMALL, "model": "dall-e-3"}))
    raises(bad, lambda: ask(**{**SMALL, "prompt": "blood"}), code="moderation_blocked")
    raises(openai.RateLimitError, lambda: ask(**{**SMALL, "prompt": "too many"}))
    raises(openai.InternalServerError, lambda: ask(**{**SMALL, "prompt": "fail"}))
    raises(
        bad,
        lambda: client.images.edit(**SMALL, image=PNG),
        code="unsupported_file_mimetype",
        param="image",
    )


def models() -> None:
    """Models with the days they are shut down on."""
    days = {one.id: one.to_dict().get("shutdown_date") for one in client.models.list()}
    check((days["gpt-image-1"], days["gpt-image-2"]) == ("2026-10-23", None))


def files() -> None:
    """A file, up and down again, and gone."""
    made = client.files.create(file=("a.jsonl", b"{}"), purpose="batch")
    check(client.files.content(made.id).read() == b"{}")
    check(client.files.delete(made.id).deleted)


def batch() -> None:
    """A batch of one picture, polled to its end."""
    line = {"custom_id": "a", "method": "POST", "url": "/v1/images/generations", "body": SMALL}
    file = client.files.create(file=("a.jsonl", json.dumps(line).encode()), purpose="batch")
    made: Any = client.batches.create(
        input_file_id=file.id, endpoint="/v1/images/generations", completion_window="24h"
    )
    while made.status not in ("completed", "failed"):
        time.sleep(0.05)
        made = client.batches.retrieve(made.id)
    row = json.loads(client.files.content(made.output_file_id).read())
    check((row["custom_id"], row["response"]["status_code"]) == ("a", 200))


def accounts() -> None:
    """Usage and costs for an admin key, by the SDK's resources or by hand."""
    extra = {"Authorization": "Bearer sk-admin-any"}
    query = {"start_time": job["today"], "group_by[]": "line_item"}
    if hasattr(client, "admin"):
        asking = openai.OpenAI(
            base_url=job["openai"], api_key="k", admin_api_key="sk-admin-any", max_retries=0
        )
        page = asking.admin.organization.usage.costs(
            start_time=job["today"], group_by=["line_item"]
        ).to_dict()
    else:
        page = client.get(
            "/organization/costs", cast_to=object, options={"params": query, "headers": extra}
        )  # type: ignore[assignment]
    names = [one["line_item"] for one in page["data"][0]["results"]]  # type: ignore[index]
    check("gpt-image-2-2026-04-21 image, output" in names)


def chat() -> None:
    """A chat with a model of pictures: not found here, a picture at a gateway."""
    words: list[Any] = [{"role": "user", "content": "a red fox"}]
    ask = client.chat.completions.create
    raises(openai.NotFoundError, lambda: ask(model="gpt-image-1", messages=words), param="model")
    with openai.OpenAI(base_url=job["vercel"], api_key="k", max_retries=0) as gateway:
        extra = {"modalities": ["image"], "quality": "low"}
        answer = gateway.chat.completions.create(
            model="openai/gpt-image-2", messages=words, extra_body=extra
        )
    url = answer.choices[0].message.to_dict()["images"][0]["image_url"]["url"]  # type: ignore[index]
    check(url.startswith("data:image/png;base64,"))


def azure() -> None:
    """A deployment of Azure, by its own client and by the newer address."""
    with openai.AzureOpenAI(
        azure_endpoint=job["azure"].removesuffix("/openai/v1"),
        api_key="k",
        api_version="2025-04-01-preview",
        max_retries=0,
    ) as asking:
        whole(asking.images.generate(**{**SMALL, "model": "fox"}))
    with openai.OpenAI(base_url=job["azure"], api_key="k", max_retries=0) as newer:
        whole(newer.images.generate(**{**SMALL, "model": "fox"}))


def main() -> None:
    """Try everything, and print what came of it."""
    tried = (
        generate, several, edit, edit_many, stream, stream_edit, relay, cut, stream_error, newest,
        refusals, models, files, batch, accounts, chat, azure,
    )  # fmt: skip
    told = {}
    for one in tried:
        try:
            one()
            told[one.__name__] = "ok"
        except Exception as error:
            told[one.__name__] = f"{type(error).__name__}: {error}"[:200]
    print(json.dumps(told))


main()
