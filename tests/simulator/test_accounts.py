"""What an organisation is told of its usage and costs, by the server's own bills."""

from __future__ import annotations

import datetime as dt
from typing import Any

import openai
import pytest

from imagelab.simulator import BilledRow, Simulator
from tests.simulator.wire import Answer, ask, form, get, png

ADMIN = {"Authorization": "Bearer sk-admin-any"}
DAY = 86_400
FIRST = int(dt.datetime(2026, 11, 1, tzinfo=dt.UTC).timestamp())
IMAGES, TOKENS, COSTS = "usage/images", "usage/completions", "costs"


def row(day: int, hour: int = 0, **facts: Any) -> BilledRow:
    """A bill of a day of November, counted from 0."""
    usual: dict[str, Any] = {
        "request_id": "req_1",
        "model": "gpt-image-2",
        "quality": "low",
        "size": "1024x1024",
        "pictures": 1,
        "text_tokens": 10,
        "image_tokens": 196,
        "nano": 10 * 5_000 + 196 * 30_000,
    }
    return BilledRow(**{**usual, **facts}, at=FIRST + day * DAY + hour * 3600)


@pytest.fixture
def busy(simulator: Simulator) -> Simulator:
    """A simulator that billed things on three days."""
    edit = {"operation": "edit", "image_input_tokens": 1024, "nano": None}
    for one in (
        row(0, 1),
        row(0, 23, pictures=2),
        row(1, 0, model="gpt-image-1", size="1536x1024"),
        row(9, 12, **edit),
    ):
        simulator.billed.add(one)
    return simulator


def told(simulator: Simulator, what: str, query: str = "", start: int = FIRST) -> Answer:
    """Ask with an admin key for a report from a time on, to the end of November by default."""
    end = "" if "end_time" in query else f"&end_time={FIRST + 30 * DAY}"
    path = f"/v1/organization/{what}?start_time={start}{end}&{query}"
    return ask(simulator, method="GET", path=path, headers=ADMIN)


def results(answer: Answer) -> list[Any]:
    """Return the results of all buckets."""
    return [one for bucket in answer.json["data"] for one in bucket["results"]]


def test_pictures_are_counted_by_utc_day(busy: Simulator) -> None:
    """A page has a bucket for every day, empty ones too, seven of them by default."""
    page = told(busy, IMAGES).json
    assert (page["object"], len(page["data"]), page["has_more"]) == ("page", 7, True)
    first = page["data"][0]
    assert (first["start_time"], first["end_time"]) == (FIRST, FIRST + DAY)
    assert first["results"] == [
        {
            "object": "organization.usage.images.result",
            "images": 3,
            "num_model_requests": 2,
            "size": None,
            "source": None,
            "project_id": None,
            "user_id": None,
            "api_key_id": None,
            "model": None,
        }
    ]
    assert [len(bucket["results"]) for bucket in page["data"]] == [1, 1, 0, 0, 0, 0, 0]


def test_pages_follow_one_another(busy: Simulator) -> None:
    """next_page leads on until has_more is false, and nothing is lost or told twice."""
    seen, page = [], ""
    while True:
        answer = told(busy, IMAGES, f"limit=4&page={page}" if page else "limit=4").json
        seen += [bucket["start_time"] for bucket in answer["data"]]
        if not answer["has_more"]:
            break
        page = answer["next_page"]
    assert answer["next_page"] is None
    assert seen == [FIRST + day * DAY for day in range(30)]


@pytest.mark.parametrize("name", ["group_by", "group_by[]"])
def test_groups_are_asked_for_in_both_spellings(busy: Simulator, name: str) -> None:
    """group_by may repeat its name, or bear brackets as the SDK writes it."""
    found = results(told(busy, IMAGES, f"{name}=model&{name}=size"))
    assert [(one["model"], one["size"], one["images"]) for one in found] == [
        ("gpt-image-2", "1024x1024", 3),
        ("gpt-image-1-2025-04-23", "1536x1024", 1),
    ]


def test_edits_and_generations_are_told_apart(busy: Simulator) -> None:
    """Source is image.edit or image.generation, and can be filtered by."""
    found = results(told(busy, IMAGES, "group_by=source&limit=31"))
    assert {one["source"]: one["images"] for one in found[2:]} == {"image.edit": 1}
    assert len(results(told(busy, IMAGES, "sources=image.edit&limit=31"))) == 1


def test_hours_and_minutes_have_buckets_too(busy: Simulator) -> None:
    """bucket_width=1h and 1m divide a day."""
    hours = told(busy, IMAGES, f"bucket_width=1h&end_time={FIRST + DAY}").json["data"]
    assert [bucket["results"] != [] for bucket in hours].count(True) == 2
    minutes = told(busy, IMAGES, f"bucket_width=1m&end_time={FIRST + 7200}&limit=120").json["data"]
    assert len(minutes) == 120


def test_a_time_within_a_day_begins_with_the_day(busy: Simulator) -> None:
    """Buckets are whole UTC days, whatever hour is asked for."""
    page = told(busy, IMAGES, start=FIRST + 5 * 3600).json
    assert page["data"][0]["start_time"] == FIRST
    assert page["data"][0]["results"][0]["images"] == 3


def test_tokens_are_with_the_completions(busy: Simulator) -> None:
    """usage/completions has the tokens by modality."""
    found = results(told(busy, TOKENS, "group_by=model&limit=31"))
    edit = found[-1]
    assert (edit["input_text_tokens"], edit["input_image_tokens"]) == (10, 1024)
    assert (edit["input_tokens"], edit["output_image_tokens"]) == (1034, 196)
    assert (edit["model"], edit["batch"], edit["num_model_requests"]) == ("gpt-image-2", None, 1)


def test_costs_are_dollars_by_line(busy: Simulator) -> None:
    """Costs name model, modality and direction; amount by quantity is the price."""
    found = results(told(busy, COSTS, "group_by=line_item&limit=31"))
    lines = {one["line_item"]: one for one in found}
    assert set(lines) == {
        "gpt-image-2-2026-04-21 text, input",
        "gpt-image-2-2026-04-21 image, input",
        "gpt-image-2-2026-04-21 image, output",
        "gpt-image-1 text, input",
        "gpt-image-1 image, output",
    }
    line = lines["gpt-image-1 image, output"]
    assert line["amount"] == {"value": 0.00784, "currency": "usd"}
    assert (line["quantity"], line["quantity_unit"]) == (196, "tokens")


def test_ungrouped_costs_are_the_bills_of_the_day(busy: Simulator) -> None:
    """Without groups a day has one sum, equal to what was billed."""
    first = results(told(busy, COSTS))[0]
    assert first["amount"]["value"] == pytest.approx(2 * (10 * 5e-6 + 196 * 30e-6))
    assert (first["line_item"], first["quantity"]) == (None, None)


def test_lines_can_be_filtered(busy: Simulator) -> None:
    """line_items and models pick."""
    line = "gpt-image-1%20image,%20output"
    assert len(results(told(busy, COSTS, f"line_items[]={line}"))) == 1
    assert len(results(told(busy, IMAGES, "models=gpt-image-2"))) == 1


def test_what_was_really_made_is_told(simulator: Simulator) -> None:
    """A picture, an edit and an SVG made now are in today's buckets, to the nano-dollar."""
    ask(simulator)
    form(simulator, [("image", png(), "image/png")])
    newest = {"model": "gpt-image-2.6-flare", "output_format": "svg"}
    ask(simulator, **newest, svg={"model": "gpt-5.6-luna"})
    today = int(dt.datetime.now(dt.UTC).timestamp()) // DAY * DAY
    late = f"end_time={today + 2 * DAY}"
    costs = results(told(simulator, COSTS, f"group_by=line_item&{late}", start=today))
    total = sum(one["amount"]["value"] for one in costs)
    assert round(total * 1e9) == simulator.billed.nano
    assert "gpt-5.6-luna, output" in {one["line_item"] for one in costs}
    tokens = results(told(simulator, TOKENS, f"group_by=model&{late}", start=today))
    assert [one["model"] for one in tokens] == [
        "gpt-5.6-luna",
        "gpt-image-2",
        "gpt-image-2.6-flare",
    ]


def test_the_real_sdk_reads_the_reports(busy: Simulator) -> None:
    """The real SDK's admin resources page through usage and costs."""
    with openai.OpenAI(base_url=busy.url, admin_api_key="sk-admin-x", api_key="k") as client:
        usage = client.admin.organization.usage
        span = {"start_time": FIRST, "end_time": FIRST + 30 * DAY}
        images = usage.images(**span, group_by=["model", "size"], limit=2)
        assert [one.results[0].to_dict()["images"] for one in images.data] == [3, 1]
        assert images.next_page
        more = usage.images(**span, group_by=["model"], limit=2, page=images.next_page)
        assert more.data[0].start_time == FIRST + 2 * DAY
        costs = usage.costs(**span, group_by=["line_item"])
        names = [one.to_dict()["line_item"] for one in costs.data[1].results]
        assert names == ["gpt-image-1 image, output", "gpt-image-1 text, input"]


@pytest.mark.parametrize("what", [IMAGES, TOKENS, COSTS])
def test_reports_are_for_admins(simulator: Simulator, what: str) -> None:
    """A project's key is refused with 403, and an admin key makes no pictures."""
    answer = get(simulator, f"/v1/organization/{what}?start_time=1")
    assert (answer.status, answer.error["type"]) == (403, "invalid_request_error")
    assert ask(simulator, headers=ADMIN).status == 401


@pytest.mark.parametrize(
    ("what", "query", "param"),
    [
        (IMAGES, "bucket_width=1w", "bucket_width"),
        (COSTS, "bucket_width=1h", "bucket_width"),
        (IMAGES, "group_by=line_item", "group_by"),
        (COSTS, "group_by=model", "group_by"),
        (IMAGES, "limit=32", "limit"),
        (COSTS, "limit=181", "limit"),
        (IMAGES, "limit=two", "limit"),
        (IMAGES, "page=nonsense", "page"),
        (IMAGES, "end_time=5", "end_time"),
    ],
)
def test_wrong_questions_are_refused(
    simulator: Simulator, what: str, query: str, param: str
) -> None:
    """Each wrong parameter is a 400 that names it."""
    answer = told(simulator, what, query)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_a_start_is_needed(simulator: Simulator) -> None:
    """Without start_time the answer is a 400."""
    path = "/v1/organization/costs"
    answer = ask(simulator, method="GET", path=path, headers=ADMIN)
    assert (answer.status, answer.error["param"]) == (400, "start_time")
