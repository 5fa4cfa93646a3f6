from __future__ import annotations

import inspect
from typing import Any

import pytest
from openai.resources.images import Images
from openai.types.image_edit_params import ImageEditParamsBase
from openai.types.image_generate_params import ImageGenerateParamsBase

from imagelab.errors import InputError
from imagelab.pictures import Reference
from imagelab.request import ImageRequest
from tests.servers import picture
from tests.sessions import fox
from tests.test_request import GOLDEN

A, B = (Reference.of(picture("png", 64, 64, shade)) for shade in (1, 2))

TRANSPORT: list[dict[str, Any]] = [
    {"partial_images": 2},
    {"partial_images": 0},
    {"safety_identifier": "somebody"},
    {"parents": (3, 4)},
]


@pytest.mark.parametrize("settings", TRANSPORT, ids=str)
def test_transport_stays_out_of_the_key(settings: dict[str, Any]) -> None:
    """Whether a picture is streamed, for whom and of whose descent changes no key."""
    assert fox(**settings).key("openai") == GOLDEN
    assert fox(**settings) == fox()


def test_an_edit_is_another_operation() -> None:
    """A request with images is an edit, and has another key than one without."""
    edit = fox(images=(A,))
    assert (edit.operation, fox().operation) == ("edit", "generate")
    assert edit.key("openai") != GOLDEN


DIFFERENT: list[dict[str, Any]] = [
    {"images": (A,)},
    {"images": (B,)},
    {"images": (A, B)},
    {"images": (B, A)},
    {"images": (A, A)},
    {"images": (A,), "mask": B},
    {"images": (A,), "input_fidelity": "high"},
    {"images": (A,), "input_fidelity": "low"},
    {"extra": {"style": "vivid"}},
    {"extra": {"style": {"name": "vivid"}}},
    {"extra": {"provider": "somebody"}},
]


def test_everything_that_decides_the_picture_changes_the_key() -> None:
    """Images by their bytes and order, the mask and unknown parameters are part of the key."""
    keys = [fox(**settings).key("openai") for settings in DIFFERENT]
    assert len({*keys, GOLDEN}) == len(DIFFERENT) + 1


def test_the_key_of_an_edit_never_changes() -> None:
    """The v1 key of an edit is the same for ever, since paid pictures are found by it."""
    mask = Reference(sha256="b" * 64, format="png", width=1, height=1, size_bytes=1)
    image = Reference(sha256="a" * 64, format="jpeg", width=9, height=9, size_bytes=9)
    request = fox(images=(image,), mask=mask, input_fidelity="high", extra={"style": "vivid"})
    assert request.parameters()["images"] == ["a" * 64]
    expected = "v1:6ca3252e43f21090f913cd6dcd6ee053b18dd009a380cce7cf3b6fba8daadfab"
    assert request.key("openai") == expected


def test_an_unknown_parameter_keeps_its_key_when_it_gets_a_name() -> None:
    """What is passed on as unknown is keyed as a parameter of that name would be."""
    assert fox(extra={"style": "vivid"}).parameters() == {**fox().parameters(), "style": "vivid"}


def test_what_is_sent_is_not_what_is_keyed() -> None:
    """Transport is sent and not keyed; references are keyed by hash and sent as files."""
    request = fox(images=(A,), partial_images=1, safety_identifier="x", extra={"style": "vivid"})
    assert request.sent() == {
        **fox().parameters(),
        "stream": True,
        "partial_images": 1,
        "safety_identifier": "x",
        "style": "vivid",
    }


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"extra": {"quality": "high"}}, "extra holds 'quality'.*by its own name"),
        ({"extra": {"n": 2}}, "extra holds 'n'.*leave it out"),
        ({"extra": {"N": 3}}, "extra holds 'N'.*leave it out"),
        ({"extra": {" n ": 3}}, "extra holds ' n '.*leave it out"),
        ({"extra": {"Quality": "high"}}, "extra holds 'Quality'.*by its own name"),
        ({"extra": {"stream": True}}, "extra holds 'stream'"),
        ({"extra": {"extra_body": {"n": 4}}}, "give what stands in it as parameters of extra"),
        ({"extra": {"extra_headers": {"a": "b"}}}, "extra holds 'extra_headers'.*leave it out"),
        ({"extra": {"extra_query": {"a": "b"}}}, "extra holds 'extra_query'.*leave it out"),
        ({"extra": {"timeout": 0.1}}, "extra holds 'timeout'.*give it to the lab"),
        ({"extra": {"style": "half \ud800"}}, "extra holds half of a character"),
        ({"extra": {"half \udfff": 1}}, "extra holds half of a character"),
        ({"safety_identifier": "half \ud800"}, "safety_identifier holds half of a character"),
        ({"model": "half \ud800"}, "model holds half of a character"),
        ({"extra": [1]}, "extra takes names with their values"),
        ({"safety_identifier": ""}, "safety_identifier"),
        ({"safety_identifier": 7}, "safety_identifier"),
        ({"mask": B}, "mask belongs to an edit"),
        ({"output_format": "gif"}, "choose png, jpeg or webp"),
        ({"output_format": "gif", "model": "gpt-image-2.6-flare", "output_compression": 4}, "jpeg"),
        ({"quality": "xhigh"}, "choose low, medium, high or auto"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_birth(settings: dict[str, Any], said: str) -> None:
    """A request that cannot be is an InputError that says what can."""
    with pytest.raises(InputError, match=said):
        fox(**settings)


@pytest.mark.parametrize(
    ("method", "body"),
    [
        (Images.generate, ImageGenerateParamsBase),
        (Images.edit, ImageEditParamsBase),
    ],
    ids=["generate", "edit"],
)
def test_what_the_sdk_takes_beside_a_body_is_no_extra(method: Any, body: type) -> None:
    """Whatever the SDK's method takes that is no parameter of the API is refused in extra."""
    beside = {*inspect.signature(method).parameters} - {*inspect.get_annotations(body), "stream"}
    assert {"extra_body", "extra_headers", "extra_query", "timeout"} <= beside
    for name in beside - {"self"}:
        with pytest.raises(InputError, match=f"extra holds '{name}'"):
            fox(extra={name: 1})


def test_a_model_that_is_not_known_may_do_anything() -> None:
    """Of a model outside the catalogue only what no model takes is refused."""
    request = ImageRequest(
        prompt="a fox", model="brand-new", complexity="vast", input_fidelity="x", images=(A,)
    )
    assert request.operation == "edit"
    with pytest.raises(InputError, match="17 images"):
        ImageRequest(prompt="a fox", model="brand-new", images=(A,) * 17)


def test_the_newest_tiers_and_sizes_are_taken() -> None:
    """xhigh, max and sizes of one's own are legal where the catalogue says so."""
    request = fox(model="gpt-image-2.5-flare", quality="max", size="1536x864")
    assert request.quality == "max"
    with pytest.raises(InputError, match="take 1920x1088"):
        fox(model="gpt-image-2.5-flare", size="1920x1080")
