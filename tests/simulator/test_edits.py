"""Edits over HTTP: what goes in, what is refused, what comes out and what it costs."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import openai
import pytest
from PIL import Image

from imagelab.catalog import tokens
from imagelab.simulator import Fault, Simulator
from tests.simulator.wire import (
    EDITS,
    SMALL,
    Answer,
    Part,
    ask,
    data_url,
    form,
    opened,
    png,
    saved,
    window,
)

IMAGE: Part = ("image", png(), "image/png")
MASK: Part = ("mask", window(), "image/png")
NEWER = "gpt-image-2.5-flare"


def by_json(simulator: Simulator, images: object, **settings: Any) -> Answer:
    """Ask for an edit by JSON."""
    return ask(simulator, {**SMALL, "images": images, **settings}, path=EDITS)


def unmade(simulator: Simulator, files: list[Part], **fields: object) -> Answer:
    """Ask for an edit whose picture nobody looks at."""
    simulator.faults.add(Fault.empty().only(times=1))
    return form(simulator, files, **fields)


# --- what comes out --------------------------------------------------------------------------


def test_a_form_gives_a_picture(simulator: Simulator) -> None:
    """A form with one picture and a prompt gives a picture of the size asked for, and a bill."""
    answer = form(simulator, [IMAGE])
    assert answer.status == 200
    assert opened(answer.pictures[0]).size == (1024, 640)
    assert simulator.billed.rows[0].operation == "edit"


def test_json_gives_the_picture_that_the_form_gives() -> None:
    """The same bytes by form, as a data URL and as an uploaded file give the same picture."""
    made = []
    for way in ("form", "url"):
        with Simulator() as fresh:
            url = [{"image_url": data_url(IMAGE[1])}]
            answer = form(fresh, [IMAGE]) if way == "form" else by_json(fresh, url)
            made.append(answer.pictures[0])
    assert made[0] == made[1]


def test_the_masked_part_changes_and_the_rest_stays(simulator: Simulator) -> None:
    """Inside the mask's window the picture is another; far from it hardly a pixel moves."""
    plain = Image.new("RGB", (1024, 640), (40, 120, 200))
    mask = window((1024, 640), (600, 100, 900, 400))
    files = [("image", saved(plain), "image/png"), ("mask", mask, "image/png")]
    made = opened(form(simulator, files, quality="high").pictures[0]).convert("RGB")
    kept = made.crop((0, 0, 500, 640))
    assert kept.getextrema() == ((40, 40), (120, 120), (200, 200))
    inside = made.crop((640, 140, 860, 360))
    assert max(high - low for low, high in inside.getextrema()) > 60


def test_the_prompt_decides_what_the_masked_part_shows(simulator: Simulator) -> None:
    """Another prompt gives another picture in the same window."""
    one = form(simulator, [IMAGE, MASK], prompt="a red fox").pictures
    assert form(simulator, [IMAGE, MASK], prompt="a blue boat").pictures != one


def test_editing_again_gives_another_picture(simulator: Simulator) -> None:
    """The same edit twice gives two pictures, another reference a first one of its own."""
    first = form(simulator, [IMAGE, MASK]).pictures[0]
    assert form(simulator, [IMAGE, MASK]).pictures[0] != first


def test_several_references_are_all_in_the_picture(simulator: Simulator) -> None:
    """A red and a green picture besides the first one are both seen in the result."""
    files = [("image[]", png(colour=one), "image/png") for one in ("navy", "red", "lime")]
    made = opened(form(simulator, files, quality="high", prompt="a poster of").pictures[0])
    seen = {pixel for _, pixel in made.convert("RGB").quantize(8).convert("RGB").getcolors() or []}
    assert any(red > 150 > green + 60 for red, green, _ in seen)
    assert any(green > 150 > red + 60 for red, green, _ in seen)


def test_transparent_edits_let_through(simulator: Simulator) -> None:
    """With background=transparent the picture has pixels that let through."""
    files: list[Part] = [("image", window((1024, 640), (0, 0, 500, 640)), "image/png")]
    made = opened(form(simulator, files, background="transparent").pictures[0])
    assert made.getchannel("A").getpixel((20, 20)) == 0


@pytest.mark.parametrize(
    ("model", "size", "wanted"),
    [
        ("gpt-image-2", (1600, 900), "1672x941"),
        ("gpt-image-2.5-flare", (500, 500), "1254x1254"),
        ("gpt-image-2", (100, 1000), "724x2172"),
        ("gpt-image-1", (900, 1600), "1024x1536"),
        ("gpt-image-1", (500, 500), "1024x1024"),
    ],
)
def test_auto_follows_the_first_picture(
    simulator: Simulator, model: str, size: tuple[int, int], wanted: str
) -> None:
    """Size auto takes the first picture's shape, as measured on the real service."""
    files: list[Part] = [("image", png(size), "image/png")]
    answer = unmade(simulator, files, model=model, size="auto")
    assert answer.json["size"] == wanted


@pytest.mark.parametrize(
    "picture",
    [
        saved(Image.new("CMYK", (64, 48), (0, 90, 90, 0)), "JPEG"),
        saved(Image.new("RGB", (64, 48), "red"), "JPEG"),
        saved(Image.new("RGB", (64, 48), "red"), "WEBP"),
        saved(
            Image.new("RGB", (64, 48), "red"),
            "WEBP",
            save_all=True,
            append_images=[Image.new("RGB", (64, 48), "blue")],
        ),
        saved(Image.new("I;16", (64, 48), 40_000)),
        saved(Image.new("P", (64, 48), 3)),
        saved(Image.new("1", (64, 48), 1)),
        saved(Image.new("LA", (64, 48), (9, 0))),
    ],
    ids=["cmyk", "jpeg", "webp", "animated", "16 bits", "palette", "bits", "transparent"],
)
def test_odd_pictures_are_taken(simulator: Simulator, picture: bytes) -> None:
    """CMYK, animated, 16-bit, palette, one-bit and transparent pictures are edited."""
    kind = (Image.open(io.BytesIO(picture)).format or "").lower()
    answer = form(simulator, [("image", picture, f"image/{kind}")])
    assert answer.status == 200
    assert opened(answer.pictures[0]).size == (1024, 640)


def test_a_turned_picture_stands_upright(simulator: Simulator) -> None:
    """A picture that EXIF turns counts, and takes its mask, by the size it has when upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = saved(Image.new("RGB", (64, 48), "red"), "JPEG", exif=exif.tobytes())
    files: list[Part] = [("image", turned, "image/jpeg"), ("mask", window((48, 64)), "image/png")]
    assert unmade(simulator, files, size="auto").json["size"] == "1086x1448"


# --- what it costs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "fidelity", "text", "image"),
    [
        ("gpt-image-1", None, 0, 194),
        ("gpt-image-1", "high", 0, 4354),
        ("gpt-image-1.5", "high", 0, 4354),
        ("gpt-image-2", None, 0, 1024),
        (NEWER, None, 10, 1024),
        ("gpt-image-2.6-flare", None, 10, 1536),
    ],
)
def test_references_are_billed(
    simulator: Simulator, model: str, fidelity: str | None, text: int, image: int
) -> None:
    """Two references of 1024x1024 cost twice their tokens, in usage and on the bill."""
    files: list[Part] = [("image[]", png((1024, 1024)), "image/png")] * 2
    answer = unmade(simulator, files, model=model, size="1024x1024", input_fidelity=fidelity)
    words = tokens.text_tokens(SMALL["prompt"]) + 2 * text
    details = answer.json["usage"]["input_tokens_details"]
    assert details == {"image_tokens": 2 * image, "text_tokens": words}
    row = simulator.billed.rows[0]
    assert (row.text_tokens, row.image_input_tokens) == (words, 2 * image)


def test_a_mask_costs_nothing(simulator: Simulator) -> None:
    """With a mask the usage is that without one."""
    bare = unmade(simulator, [IMAGE]).json["usage"]
    assert unmade(simulator, [IMAGE, MASK]).json["usage"] == bare


def test_what_goes_in_is_paid_once_per_picture(simulator: Simulator) -> None:
    """n=3 counts words and references three times, and bills exactly that."""
    one = unmade(simulator, [IMAGE]).json["usage"]
    three = unmade(simulator, [IMAGE], n=3).json["usage"]
    assert three["input_tokens"] == 3 * one["input_tokens"]
    row = simulator.billed.rows[1]
    assert row.nano == (
        row.text_tokens * 5_000 + row.image_input_tokens * 8_000 + row.image_tokens * 30_000
    )


# --- what is refused -------------------------------------------------------------------------


def test_raw_bytes_are_refused_by_their_type(simulator: Simulator, client: openai.OpenAI) -> None:
    """Bytes without a name go out as octet-stream, and the answer says so as captured."""
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.edit(image=png(), prompt="a fox", model="gpt-image-2")
    assert isinstance(caught.value.body, dict)
    assert caught.value.body == {
        "message": "Invalid file 'image': unsupported mimetype ('application/octet-stream'). "
        "Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.",
        "type": "invalid_request_error",
        "param": "image",
        "code": "unsupported_file_mimetype",
    }


def test_a_bomb_is_refused_before_it_goes_off(simulator: Simulator) -> None:
    """A tiny file of 900 million pixels is a clear error."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [
        struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one))
        for one in (header, b"IDAT" + zlib.compress(b"\0"), b"IEND")
    ]
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
    answer = form(simulator, [("image", bomb, "image/png")])
    assert (answer.status, answer.error["code"]) == (400, "invalid_image_file")
    assert "30000x30000 pixels" in answer.error["message"]


TWO_IN_ONE = saved(
    Image.new("RGB", (64, 48)), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))]
)
REFUSED: list[tuple[str, list[Part], dict[str, object], str | None, str]] = [
    ("no picture", [], {}, "image", "missing_required_parameter"),
    ("no prompt", [IMAGE], {"prompt": None}, "prompt", "missing_required_parameter"),
    ("17 pictures", [("image[]", png(), "image/png")] * 17, {}, "image", "array_above_max_length"),
    ("a list of a gif", [("image[]", png(), "image/gif")], {}, "image[0]",
     "unsupported_file_mimetype"),
    ("no type", [("image", png(), "")], {}, "image", "unsupported_file_mimetype"),
    ("50 MB", [("image", b"a" * 50_000_000, "image/png")], {}, "image", "file_too_large"),
    ("mask of 4 MB", [IMAGE, ("mask", b"a" * 4_000_000, "image/png")], {}, "mask",
     "file_too_large"),
    ("nonsense", [("image", b"no picture", "image/png")], {}, None, "invalid_image_file"),
    ("a png as jpeg", [("image", png(), "image/jpeg")], {}, None, "invalid_image_file"),
    ("half a png", [("image", png((400, 400), "red")[:400], "image/png")], {}, None,
     "invalid_image_file"),
    ("stereo", [("image", TWO_IN_ONE, "image/jpeg")], {}, None, "invalid_image_file"),
    ("mask of another size", [IMAGE, ("mask", window((48, 64)), "image/png")], {}, None,
     "invalid_mask_image_format"),
    ("mask without alpha", [IMAGE, ("mask", png(), "image/png")], {}, None,
     "invalid_mask_image_format"),
    ("mask as webp", [IMAGE, ("mask", saved(Image.new("RGBA", (64, 48)), "WEBP"), "image/webp")],
     {}, None, "invalid_mask_image_format"),
    ("fidelity of 2", [IMAGE], {"input_fidelity": "high"}, "input_fidelity", "invalid_value"),
    ("fidelity of mini", [IMAGE],
     {"model": "gpt-image-1-mini", "input_fidelity": "high", "size": "auto"}, "input_fidelity",
     "invalid_value"),
    ("markup on 2", [IMAGE, ("markup", window(), "image/png")], {}, "markup", "invalid_value"),
    ("markup and mask", [IMAGE, MASK, ("markup", window(), "image/png")], {"model": NEWER},
     "markup", "invalid_value"),
    ("opaque markup", [IMAGE, ("markup", png(mode="RGBA"), "image/png")], {"model": NEWER}, None,
     "invalid_markup_image_format"),
    ("gif with mask", [IMAGE, MASK], {"model": "gpt-image-2.6-flare", "output_format": "gif"},
     "mask", "unsupported_value"),
    ("another file", [IMAGE, ("logo", png(), "image/png")], {}, "logo", "unknown_parameter"),
    ("a word as n", [IMAGE], {"n": "two"}, "n", "invalid_type"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "fields", "param", "code"), [one[1:] for one in REFUSED],
    ids=[one[0] for one in REFUSED])  # fmt: skip
def test_what_cannot_be_edited_is_refused(
    simulator: Simulator,
    files: list[Part],
    fields: dict[str, object],
    param: str | None,
    code: str,
) -> None:
    """Each wrong file or field is a 400 with its parameter and code, and costs nothing."""
    answer = form(simulator, files, **fields)
    assert (answer.status, answer.error["code"], answer.error["param"]) == (400, code, param)
    assert simulator.billed.pictures == 0


def test_markup_guides_the_edit_on_newer_models(simulator: Simulator) -> None:
    """A markup with strokes is taken by 2.5, and counts as a picture."""
    strokes = Image.new("RGBA", (64, 48))
    strokes.paste((255, 0, 0, 255), (8, 8, 24, 12))
    files = [IMAGE, ("markup", saved(strokes), "image/png")]
    answer = form(simulator, files, model=NEWER)
    assert answer.status == 200
    bare = tokens.edit_image_tokens(NEWER, [(64, 48)]).tokens
    assert simulator.billed.rows[0].image_input_tokens == 2 * (bare or 0)


@pytest.mark.parametrize(
    ("images", "param", "code"),
    [
        ([], "images", "missing_required_parameter"),
        ("a.png", "images", "invalid_type"),
        (["a.png"], "images[0]", "invalid_type"),
        ([{}], "images[0]", "invalid_value"),
        ([{"image_url": "a", "file_id": "b"}], "images[0]", "invalid_value"),
        ([{"image_url": 5}], "images[0].image_url", "invalid_type"),
        ([{"image_url": "https://example.org/a.png"}], "images[0].image_url", "invalid_image_url"),
        ([{"image_url": "data:image/png;base64,???"}], "images[0].image_url", "invalid_image_url"),
        ([{"image_url": data_url(b"a", "image/gif")}], "images[0]", "unsupported_file_mimetype"),
        ([{"file_id": "file-none"}], "images[0].file_id", None),
        ([{"image_url": "a" * 20_971_521}], "images[0].image_url", "string_above_max_length"),
    ],
)
def test_wrong_pictures_in_json_are_refused_by_name(
    simulator: Simulator, images: object, param: str, code: str | None
) -> None:
    """Each wrong item of `images` is a 400 that names it."""
    answer = by_json(simulator, images)
    assert (answer.status, answer.error["param"], answer.error["code"]) == (400, param, code)


BROKEN = b'--edge-of-a-part\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n'


@pytest.mark.parametrize("raw", [b"", b"nonsense", BROKEN, BROKEN + b"\xff\r\n--edge-of-a-part--"])
def test_a_broken_form_is_refused(
    simulator: Simulator, raw: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """A form that cannot be read is a 400, and the server says nothing of it on the screen."""
    headers = {"Content-Type": "multipart/form-data; boundary=edge-of-a-part"}
    answer = ask(simulator, raw, path=EDITS, headers=headers)
    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")
    assert capfd.readouterr() == ("", "")


def test_a_picture_is_no_text(simulator: Simulator) -> None:
    """A text where a file belongs is named."""
    answer = form(simulator, [], image="a.png")
    assert (answer.error["param"], answer.error["code"]) == ("image", "invalid_type")
    assert "expected a file" in answer.error["message"]


def test_a_large_picture_is_taken(simulator: Simulator) -> None:
    """A file of just below 50 MB goes in."""
    bulky = png() + b"\0" * (49_999_000 - len(png()))
    assert unmade(simulator, [("image", bulky, "image/png")]).status == 200


def test_sixteen_references_are_taken(simulator: Simulator, client: openai.OpenAI) -> None:
    """The real SDK sends sixteen pictures and a mask, and reads the answer."""
    files = [(f"{number}.png", png(), "image/png") for number in range(16)]
    answer = client.images.edit(
        image=files,
        mask=("mask.png", window(), "image/png"),
        prompt="all together",
        model="gpt-image-2",
        quality="low",
        size="1024x640",
    )
    assert answer.usage
    assert answer.usage.input_tokens_details.image_tokens == 16 * 12
    assert simulator.billed.pictures == 1
