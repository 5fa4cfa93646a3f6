"""The Batch API: half the price, by and by."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import openai
import pytest
from openai.types import Batch

from imagelab.simulator import Fault, Simulator
from tests.simulator.test_accounts import COSTS, TOKENS, results, told
from tests.simulator.wire import SMALL, ask, data_url, opened, png

GENERATIONS, EDITS = "/v1/images/generations", "/v1/images/edits"


def lines(*bodies: dict[str, Any], url: str = GENERATIONS) -> list[dict[str, Any]]:
    """Return requests as the lines of a file, called "0", "1" and so on."""
    return [
        {"custom_id": str(number), "method": "POST", "url": url, "body": body}
        for number, body in enumerate(bodies)
    ]


def sent(client: openai.OpenAI, some: list[Any], endpoint: Any = GENERATIONS) -> Batch:
    """Upload lines and begin a batch of them."""
    data = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in some)
    file = client.files.create(file=("batch.jsonl", data.encode()), purpose="batch")
    return client.batches.create(
        input_file_id=file.id, endpoint=endpoint, completion_window="24h", metadata={"of": "me"}
    )


def ended(client: openai.OpenAI, batch: Batch) -> Batch:
    """Poll until a batch is over."""
    for _ in range(400):
        batch = client.batches.retrieve(batch.id)
        if batch.status in ("completed", "failed", "expired", "cancelled"):
            return batch
        time.sleep(0.05)
    raise AssertionError("the batch never ended")


def read(client: openai.OpenAI, file_id: str | None) -> dict[str, Any]:
    """Return the lines of a file that came out, by custom_id."""
    assert file_id
    text = client.files.content(file_id).read().decode()
    return {row["custom_id"]: row for row in map(json.loads, text.splitlines())}


def test_a_batch_makes_its_pictures_at_half_the_price(
    simulator: Simulator, client: openai.OpenAI
) -> None:
    """Each line has its picture and usage, and is billed at the price of batches."""
    batch = sent(client, lines(SMALL, {**SMALL, "prompt": "a blue boat"}))
    assert (batch.status, batch.metadata) == ("validating", {"of": "me"})
    done = ended(client, batch)
    assert done.status == "completed"
    assert done.request_counts
    assert done.request_counts.to_dict() == {"total": 2, "completed": 2, "failed": 0}
    assert (done.error_file_id, done.errors) == (None, None)
    assert done.created_at <= (done.in_progress_at or 0) <= (done.completed_at or 0)
    rows = read(client, done.output_file_id)
    body = rows["1"]["response"]["body"]
    assert (rows["1"]["response"]["status_code"], rows["1"]["error"]) == (200, None)
    assert set(body["usage"]) > {"input_tokens", "output_tokens"}
    with Simulator() as other:
        alone = ask(other, prompt="a blue boat").pictures[0]
    assert data_url(alone).endswith(body["data"][0]["b64_json"])
    bill = simulator.billed.rows[0]
    assert (bill.lane, bill.nano) == (
        "batch",
        bill.text_tokens * 2_500 + bill.image_tokens * 15_000,
    )


def test_lines_come_out_in_another_order(client: openai.OpenAI) -> None:
    """Only custom_id tells which line is which."""
    done = ended(client, sent(client, lines(*[{**SMALL, "size": "16x16"}] * 3)))
    assert list(read(client, done.error_file_id)) == ["2", "1", "0"]


def test_edits_travel_in_batches_too(simulator: Simulator, client: openai.OpenAI) -> None:
    """A line of edits has its pictures as data URLs."""
    body = {**SMALL, "images": [{"image_url": data_url(png())}]}
    done = ended(client, sent(client, lines(body, url=EDITS), EDITS))
    assert done.request_counts
    assert done.request_counts.completed == 1
    assert simulator.billed.rows[0].operation == "edit"
    assert read(client, done.output_file_id)["0"]["response"]["body"]["data"]


def test_what_fails_goes_to_a_file_of_its_own(simulator: Simulator, client: openai.OpenAI) -> None:
    """Refused and wrong lines are in the error file with their status; both files may exist."""
    simulator.faults.add(Fault.moderated_input().only(word="blood"))
    bodies = (SMALL, {**SMALL, "prompt": "blood"}, {**SMALL, "stream": True})
    done = ended(client, sent(client, lines(*bodies)))
    assert done.status == "completed"
    assert list(read(client, done.output_file_id)) == ["0"]
    wrong = read(client, done.error_file_id)
    assert wrong["1"]["response"]["status_code"] == 400
    assert wrong["1"]["response"]["body"]["error"]["code"] == "moderation_blocked"
    assert wrong["2"]["response"]["body"]["error"]["param"] == "stream"
    assert simulator.billed.pictures == 1


def test_a_batch_may_expire(simulator: Simulator, client: openai.OpenAI) -> None:
    """What was done is kept and charged; what was not is batch_expired, without an answer."""
    simulator.faults.add(Fault.expire().only(word="late"))
    done = ended(client, sent(client, lines(SMALL, {**SMALL, "prompt": "late"})))
    assert done.status == "expired"
    late = read(client, done.error_file_id)["1"]
    assert (late["response"], late["error"]["code"]) == (None, "batch_expired")
    assert simulator.billed.pictures == 1
    assert ask(simulator, prompt="late").status == 200


def test_a_batch_can_be_cancelled(client: openai.OpenAI, simulator: Simulator) -> None:
    """Cancelling keeps what is done and leaves the rest undone, uncharged."""
    simulator.faults.add(Fault.slow(0.4))
    batch = sent(client, lines(*[SMALL] * 50))
    assert client.batches.cancel(batch.id).status == "cancelling"
    done = ended(client, batch)
    assert done.status == "cancelled"
    assert simulator.billed.pictures < 3
    with pytest.raises(openai.ConflictError):
        client.batches.cancel(batch.id)


def test_batches_pass_the_limits_of_a_minute() -> None:
    """Batches have limits of their own: three pictures pass where one a minute is allowed."""
    with (
        Simulator(images_per_minute=1) as tight,
        openai.OpenAI(base_url=tight.url, api_key="any", max_retries=0) as client,
    ):
        done = ended(client, sent(client, lines(*[SMALL] * 3)))
        assert done.request_counts
        assert done.request_counts.completed == 3


def test_batches_are_listed(client: openai.OpenAI) -> None:
    """The list has the newest first, in pages."""
    made = [sent(client, lines({**SMALL, "size": "16x16"})).id for _ in range(3)]
    assert [one.id for one in client.batches.list(limit=2)] == made[::-1]


def test_the_account_knows_of_batches(simulator: Simulator, client: openai.OpenAI) -> None:
    """Usage can be grouped by batch, and costs add up to half of the price."""
    ended(client, sent(client, lines(SMALL)))
    ask(simulator)
    today = int(time.time()) // 86_400 * 86_400
    span = f"end_time={today + 2 * 86_400}"
    usage = results(told(simulator, TOKENS, f"group_by=batch&{span}", start=today))
    assert [one["batch"] for one in usage] == [False, True]
    costs = results(told(simulator, COSTS, span, start=today))
    assert round(sum(one["amount"]["value"] for one in costs) * 1e9) == simulator.billed.nano


WRONG: list[tuple[str, list[Any], str]] = [
    ("no json", ["{"], "invalid_json_line"),
    ("no custom_id", [{"method": "POST", "url": GENERATIONS, "body": SMALL}],
     "missing_required_parameter"),
    ("twice", [*lines(SMALL), *lines(SMALL)], "duplicate_custom_id"),
    ("another address", lines(SMALL, url=EDITS), "mismatched_url"),
    ("two models", lines(SMALL, {**SMALL, "model": "gpt-image-1"}), "mismatched_model"),
    ("nothing", [""], "invalid_file"),
]  # fmt: skip


@pytest.mark.parametrize(("some", "code"), [one[1:] for one in WRONG], ids=[o[0] for o in WRONG])
def test_a_wrong_file_fails_as_a_whole(
    simulator: Simulator, client: openai.OpenAI, some: list[Any], code: str
) -> None:
    """A batch whose file is wrong fails, says why and where, and costs nothing."""
    done = ended(client, sent(client, some))
    assert done.status == "failed"
    assert done.errors
    assert [one.code for one in done.errors.data or []] == [code]
    assert simulator.billed.pictures == 0


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"input_file_id": "file-none"}, "input_file_id"),
        ({"endpoint": "/v1/embeddings"}, "endpoint"),
        ({"completion_window": "1h"}, "completion_window"),
        ({"completion_window": None}, "completion_window"),
        ({"output_expires_after": {"anchor": "created_at", "seconds": 5}}, "output_expires_after"),
    ],
)
def test_a_wrong_batch_is_refused(
    simulator: Simulator, client: openai.OpenAI, changes: dict[str, Any], param: str
) -> None:
    """A wrong parameter is a 400 that names it, and no batch begins."""
    file = client.files.create(file=("a.jsonl", b"{}"), purpose="batch")
    body = {"input_file_id": file.id, "endpoint": GENERATIONS, "completion_window": "24h"}
    answer = ask(simulator, {**body, **changes}, path="/v1/batches")
    assert (answer.status, answer.error["param"]) == (400, param)
    assert not list(client.batches.list())


def test_an_unknown_batch_is_not_found(client: openai.OpenAI) -> None:
    """A batch that is not there is a 404."""
    with pytest.raises(openai.NotFoundError):
        client.batches.retrieve("batch_none")


def test_pictures_of_a_batch_are_whole(client: openai.OpenAI) -> None:
    """A picture out of a batch opens at its size."""
    done = ended(client, sent(client, lines({**SMALL, "output_format": "jpeg"})))
    body = read(client, done.output_file_id)["0"]["response"]["body"]
    picture = opened(base64.b64decode(body["data"][0]["b64_json"]))
    assert (picture.format, picture.size) == ("JPEG", (1024, 640))
