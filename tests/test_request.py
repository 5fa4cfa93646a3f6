from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imagelab.errors import InputError, PictureError
from imagelab.request import Generation, ImageRequest, Usage
from tests.servers import picture
from tests.sessions import KEY, fox

GOLDEN = "v1:8b6090dc2f3889487fc7e86d4c714f88a6fac5dea048bbc6199b18b08b876bf0"

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
USAGE_KEYS = st.sampled_from(
    [
        "input_tokens",
        "output_tokens",
        "input_tokens_details",
        "output_tokens_details",
        "cached_tokens_details",
        "text_tokens",
        "image_tokens",
    ]
)
USAGES = st.recursive(
    ANYTHING, lambda inner: st.dictionaries(USAGE_KEYS, inner, max_size=4), max_leaves=12
)


def generation(file: Path | None = None, **changes: Any) -> Generation:
    """Make a row of the ledger whose picture is in ``file``."""
    kept = file.read_bytes() if file and file.is_file() else b""
    row: dict[str, Any] = {
        "id": 7,
        "key": GOLDEN,
        "sample": 1,
        "take": 1,
        "provider": "simulator",
        "simulated": True,
        "request": fox(),
        "status": "done",
        "time": dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
        "picture": hashlib.sha256(kept).hexdigest() if file else None,
        "loader": (lambda name: file) if file else None,
    }
    return Generation(**{**row, **changes})


# --- keys -----------------------------------------------------------------------------------


def test_the_first_version_of_the_key_never_changes() -> None:
    """The v1 key of a request is the same for ever, since paid pictures are found by it."""
    assert fox().key("openai") == GOLDEN


def test_a_key_of_every_setting_never_changes() -> None:
    """The v1 key of a request with every setting given is the same for ever."""
    request = fox(
        background="opaque", output_format="webp", output_compression=50, moderation="low"
    )
    expected = "v1:06291ff19e2b107043f6d7b1523c41f46a8e30311066133afc0a154825104a42"
    assert request.key("simulator") == expected


@given(st.permutations(["prompt", "model", "quality", "size", "background", "output_format"]))
def test_a_key_does_not_depend_on_the_order_of_the_fields(order: list[str]) -> None:
    """The order in which settings are given does not change the key."""
    values = {
        "prompt": "a red fox in snow",
        "model": "gpt-image-1",
        "quality": "low",
        "size": "1024x1024",
        "background": "opaque",
        "output_format": "png",
    }
    expected = fox(background="opaque", output_format="png").key("openai")
    assert ImageRequest(**{name: values[name] for name in order}).key("openai") == expected


@pytest.mark.parametrize("seed", ["0", "12345"])
def test_a_key_is_the_same_in_every_process(seed: str) -> None:
    """Another process, with other hashes of strings, gives the same key."""
    code = (
        "from imagelab.request import ImageRequest;"
        "print(ImageRequest(prompt='a red fox in snow', model='gpt-image-1').key('openai'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == GOLDEN


def test_an_absent_parameter_is_absent() -> None:
    """A setting that is None is not among the parameters, so that later ones change no old key."""
    assert fox().parameters() == {
        "prompt": "a red fox in snow",
        "model": "gpt-image-1",
        "quality": "low",
        "size": "1024x1024",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "a red fox in the snow"},
        {"model": "gpt-image-1-mini"},
        {"quality": "high"},
        {"size": "1536x1024"},
        {"background": "opaque"},
        {"background": "auto"},
        {"output_format": "png"},
        {"output_format": "webp", "output_compression": 0},
        {"moderation": "low"},
    ],
    ids=str,
)
def test_every_parameter_changes_the_key(change: dict[str, Any]) -> None:
    """Each parameter that changes the picture changes the key."""
    assert fox(**change).key("openai") != GOLDEN


def test_every_provider_has_its_own_key() -> None:
    """The same request to two providers is two requests."""
    assert fox().key("simulator") != fox().key("openai")


@given(st.text(min_size=1, max_size=30).filter(str.strip), st.text(min_size=1, max_size=30))
def test_different_prompts_have_different_keys(one: str, other: str) -> None:
    """Two prompts share a key only if they are the same letter for letter."""
    second = fox(one + other)
    assert (fox(one).key("openai") == second.key("openai")) == (one == one + other)


# --- validation -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({"quality": "hihg"}, "low, medium, high or auto"),
        ({"size": "512x512"}, "1024x1024"),
        ({"background": "blue"}, "transparent"),
        ({"output_format": "gif"}, "png, jpeg or webp"),
        ({"output_format": "jpeg", "background": "transparent"}, "png or webp"),
        ({"output_format": "webp", "output_compression": 101}, "0 to 100"),
        ({"output_compression": 50}, "jpeg or webp"),
        ({"moderation": "none"}, "auto or low"),
    ],
    ids=str,
)
def test_an_impossible_setting_is_refused_with_what_is_allowed(
    change: dict[str, Any], allowed: str
) -> None:
    """What the model cannot do is an InputError at birth that says what it can."""
    with pytest.raises(InputError, match=allowed):
        fox(**change)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    """A request with two mistakes names both."""
    with pytest.raises(InputError, match=r"quality 'x'.*size 'y'"):
        fox(quality="x", size="y")


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-2", "my-own-model"])
@pytest.mark.parametrize("prompt", ["", "  \n", None, 5, "half a letter: \ud800"], ids=repr)
def test_a_prompt_that_cannot_be_sent_is_refused(model: str, prompt: Any) -> None:
    """A prompt that is empty, no text, or no Unicode is an InputError, whatever the model."""
    with pytest.raises(InputError, match="prompt"):
        fox(prompt, model=model)


def test_a_prompt_too_long_is_refused_with_the_limit() -> None:
    """A prompt longer than the model takes is an InputError that names the limit."""
    with pytest.raises(InputError, match="32,000"):
        fox("x" * 32_001)


def test_the_settings_of_an_unknown_model_are_its_providers_business() -> None:
    """A model that the catalogue does not know may take any tier and size."""
    request = fox(model="my-own-model", quality="ultra", size="7x7")
    assert (request.quality, request.size) == ("ultra", "7x7")


def test_a_request_is_frozen() -> None:
    """A request cannot be changed after it was checked."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        fox().quality = "high"  # type: ignore[misc]


# --- usage ----------------------------------------------------------------------------------


def test_usage_of_an_older_model_is_read() -> None:
    """One number for the output is all picture."""
    usage = Usage.from_wire(
        {
            "input_tokens": 13,
            "input_tokens_details": {"image_tokens": 0, "text_tokens": 13},
            "output_tokens": 272,
            "total_tokens": 285,
        }
    )
    expected = Usage(text_input_tokens=13, image_input_tokens=0, image_output_tokens=272)
    assert usage == expected


def test_usage_with_every_part_is_read() -> None:
    """Parts of input, output and cache are read into their own fields."""
    usage = Usage.from_wire(
        {
            "input_tokens_details": {
                "image_tokens": 20,
                "text_tokens": 30,
                "cached_tokens_details": {"image_tokens": 2, "text_tokens": 3},
            },
            "output_tokens": 1100,
            "output_tokens_details": {"image_tokens": 1000, "text_tokens": 100},
        }
    )
    assert usage == Usage(
        text_input_tokens=30,
        image_input_tokens=20,
        text_cached_tokens=3,
        image_cached_tokens=2,
        image_output_tokens=1000,
        text_output_tokens=100,
    )


@given(USAGES)
@settings(deadline=None)
def test_usage_of_any_shape_is_read(body: object) -> None:
    """Whatever a server calls usage is read without an error: counts from 0 up, or unknown."""
    counts = Usage.from_wire(body).priced_kinds().values()
    assert all(count is None or (type(count) is int and count >= 0) for count in counts)


@pytest.mark.parametrize("odd", [None, True, -1, 2.5, "272", [272], 2**31, 10**30], ids=repr)
def test_an_odd_count_is_unknown(odd: object) -> None:
    """A count that is no whole number from 0 up, or beyond reason, is unknown, never 0."""
    assert Usage.from_wire({"output_tokens": odd}).image_output_tokens is None


TOLD: dict[str, Any] = {
    "input_tokens": 13,
    "input_tokens_details": {"text_tokens": 13, "image_tokens": 0},
    "output_tokens": 272,
    "output_tokens_details": {"text_tokens": 0, "image_tokens": 272},
    "total_tokens": 285,
}


@pytest.mark.parametrize(
    "changes",
    [
        {"input_tokens": 413, "total_tokens": 685},
        {"input_tokens": 413, "input_tokens_details": {"text_tokens": 13}, "total_tokens": 685},
        {"input_tokens": 12, "input_tokens_details": {"image_tokens": 13}},
        {"input_tokens_details": {"text_tokens": 13.0, "image_tokens": 0}},
        {"input_tokens_details": {"text_tokens": -13, "image_tokens": 26}},
        {"input_tokens_details": {"cached_tokens_details": {"text_tokens": "13"}}},
        {"output_tokens": 271, "total_tokens": 284},
        {"output_tokens": 271, "output_tokens_details": {"text_tokens": 272}},
        {"total_tokens": 99_999},
        {"total_tokens": "285"},
    ],
    ids=repr,
)
def test_counts_that_contradict_each_other_are_unknown(changes: dict[str, Any]) -> None:
    """Sums that are not those of their parts, and odd parts, leave nothing known."""
    assert Usage.from_wire(TOLD) != Usage()
    assert Usage.from_wire({**TOLD, **changes}) == Usage()


@pytest.mark.parametrize("changes", [{"output_tokens": 2.5}, {"total_tokens": 29}], ids=repr)
def test_an_author_that_contradicts_itself_is_not_counted(changes: dict[str, Any]) -> None:
    """What wrote an svg is known by name, and its odd or contradicting counts are unknown."""
    told = {"model": "gpt-5.6-luna", "input_tokens": 10, "output_tokens": 20, "total_tokens": 30}
    known = Usage.from_wire(TOLD, told)
    assert (known.author_input_tokens, known.author_output_tokens) == (10, 20)
    found = Usage.from_wire(TOLD, {**told, **changes})
    assert (found.author_model, found.image_output_tokens) == ("gpt-5.6-luna", 272)
    assert (found.author_input_tokens, found.author_output_tokens) == (None, None)


def test_output_beside_the_picture_is_text() -> None:
    """Where a sum is more than its picture the rest is text, and is not left out."""
    told = {"output_tokens": 1300, "output_tokens_details": {"image_tokens": 1290}}
    assert Usage.from_wire(told).text_output_tokens == 10


def test_a_sum_of_words_is_words_and_of_an_edit_is_neither() -> None:
    """Input that comes as one number is all words, unless pictures went along with them."""
    told = {"input_tokens": 413, "output_tokens": 272}
    assert Usage.from_wire(told).text_input_tokens == 413
    edit = Usage.from_wire(told, edits=True)
    assert (edit.text_input_tokens, edit.image_input_tokens) == (None, None)
    assert edit.image_output_tokens == 272


# --- generations ----------------------------------------------------------------------------


def test_a_picture_is_saved_as_received(tmp_path: Path) -> None:
    """save() writes the bytes as received and returns where."""
    file = tmp_path / "kept.png"
    file.write_bytes(picture())
    target = generation(file).save(tmp_path / "copy.png")
    assert (target, target.read_bytes()) == (tmp_path / "copy.png", picture())


def test_a_folder_gets_a_file_named_after_the_picture(tmp_path: Path) -> None:
    """save() into a folder names the file after the picture."""
    file = tmp_path / "kept.png"
    file.write_bytes(picture())
    folder = tmp_path / "folder"
    folder.mkdir()
    assert generation(file).save(str(folder)) == folder / "kept.png"
    assert (folder / "kept.png").read_bytes() == picture()


@pytest.mark.parametrize("path", [None, 7])
def test_saving_to_no_path_is_an_input_error(tmp_path: Path, path: object) -> None:
    """save() to what is no path says what it takes."""
    file = tmp_path / "kept.png"
    file.write_bytes(picture())
    with pytest.raises(InputError, match="file or a folder"):
        generation(file).save(path)  # type: ignore[arg-type]


def test_saving_where_nothing_can_be_written_is_a_picture_error(tmp_path: Path) -> None:
    """save() to a place that does not exist is a PictureError that names the place."""
    file = tmp_path / "kept.png"
    file.write_bytes(picture())
    with pytest.raises(PictureError, match="nowhere"):
        generation(file).save(tmp_path / "nowhere" / "fox.png")


def test_the_picture_is_decoded(tmp_path: Path) -> None:
    """The image is the picture as Pillow reads it."""
    file = tmp_path / "kept.png"
    file.write_bytes(picture(width=320, height=200))
    assert generation(file).image.size == (320, 200)


@pytest.mark.parametrize("name", ["path", "bytes", "image"])
def test_a_row_without_a_picture_says_why(name: str) -> None:
    """path, bytes and image of a row without a picture are a PictureError with its status."""
    row = generation(status="failed", error="The key was refused.")
    with pytest.raises(PictureError, match=r"failed.*The key was refused.*fresh=True"):
        getattr(row, name)


@pytest.mark.parametrize("name", ["bytes", "image"])
def test_a_picture_that_is_gone_is_a_picture_error(tmp_path: Path, name: str) -> None:
    """The bytes and image of a deleted file are a PictureError with the remedy."""
    with pytest.raises(PictureError, match="fresh=True"):
        getattr(generation(tmp_path / "gone.png"), name)


def bomb() -> bytes:
    """Write a png whose header claims 60,000 x 60,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("data", [b"", b"no picture", picture()[:200], bomb()], ids=len)
def test_bytes_that_are_no_picture_are_a_picture_error(tmp_path: Path, data: bytes) -> None:
    """The image of bytes that cannot be decoded, or must not be, is a PictureError."""
    file = tmp_path / "spoilt.bin"
    file.write_bytes(data)
    with pytest.raises(PictureError, match="generation 7"):
        _ = generation(file, status="spoilt").image


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_damaged_pictures_are_decoded_or_picture_errors(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """The image of a damaged file is a picture or a PictureError, and no other error."""
    kind = data.draw(st.sampled_from(["png", "jpeg", "webp"]))
    damaged = bytearray(picture(kind, 32, 32))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(damaged)))
    file = tmp_path_factory.getbasetemp() / "damaged"
    file.write_bytes(bytes(damaged[:cut]))
    try:
        shown: Image.Image | None = generation(file).image
    except PictureError:
        shown = None
    assert shown is None or shown.size[0] > 0


@pytest.mark.parametrize("name", ["bytes", "image"])
def test_a_file_that_was_changed_is_a_picture_error(tmp_path: Path, name: str) -> None:
    """A file that is no longer what was received is a PictureError with the remedy."""
    file = tmp_path / "kept.png"
    file.write_bytes(picture())
    row = generation(file)
    file.write_bytes(picture(shade=7))
    with pytest.raises(PictureError, match=r"no longer as it was received.*fresh=True"):
        getattr(row, name)


def test_dollars_are_unknown_until_they_are_known() -> None:
    """cost_usd and quoted_usd are None where the amount is unknown, never 0."""
    row = generation()
    assert (row.cost_usd, row.quoted_usd) == (None, None)
    known = generation(cost_nano=10_945_000, quoted_nano=0)
    assert (known.cost_usd, known.quoted_usd) == (0.010945, 0.0)


@pytest.mark.parametrize(
    ("changes", "mime"),
    [
        ({"actual_format": "png"}, "image/png"),
        ({"actual_format": "jpeg"}, "image/jpeg"),
        ({"actual_format": "webp"}, "image/webp"),
        ({"actual_format": "png", "status": "spoilt"}, "application/octet-stream"),
    ],
    ids=str,
)
def test_the_mime_type_follows_what_came(changes: dict[str, Any], mime: str) -> None:
    """The MIME type tells what kind of file came; what is no picture is a stream of octets."""
    assert generation(**changes).mime == mime


def test_a_generation_shows_what_was_asked_and_what_it_cost() -> None:
    """The repr of a generation is its prompt, settings, status and cost, and no place or key."""
    shown = repr(generation(cost_nano=10_945_000))
    expected = "Generation('a red fox in snow', gpt-image-1 low 1024x1024, done, $0.011)"
    assert (shown, KEY in shown) == (expected, False)
