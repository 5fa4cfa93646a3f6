"""What the painter promises: size, sameness, words that matter, tiers that show, the mark."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from imagelab.errors import InputError
from imagelab.simulator.painter import encode, paint
from imagelab.simulator.painting.compose import PLACES
from imagelab.simulator.painting.scene import HORIZONS
from imagelab.simulator.painting.subjects import SUBJECTS
from imagelab.simulator.painting.surface import TIERS
from imagelab.simulator.painting.vocabulary import ALIASES, STYLES
from imagelab.simulator.painting.vocabulary import PLACES as PLACE_WORDS
from imagelab.simulator.painting.words import read, subject_of

FOX = "a red fox in snow"
SMALL = (256, 256)


def pixels(picture: Image.Image) -> NDArray[np.float64]:
    """Return red, green and blue of every pixel."""
    return np.asarray(picture.convert("RGB"), np.float64)


def difference(one: Image.Image, two: Image.Image) -> float:
    """Return how far apart two pictures are, as a mean of grey levels."""
    return float(np.abs(pixels(one) - pixels(two)).mean())


def fineness(picture: Image.Image) -> float:
    """Return how much changes from a pixel to the next one, as a mean of grey levels."""
    grey = pixels(picture).mean(-1)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())


def middle_colour(picture: Image.Image) -> NDArray[np.float64]:
    """Return the mean colour of where the subject stands."""
    w, h = picture.size
    box = (round(w * 0.4), round(h * 0.45), round(w * 0.6), round(h * 0.75))
    return pixels(picture.crop(box)).mean((0, 1))


@pytest.mark.parametrize(
    "size",
    [(1024, 1024), (1536, 1024), (1024, 1536), (1122, 1402), (3840, 1600), (640, 16), (1, 1)],
)
def test_exact_size(size: tuple[int, int]) -> None:
    """A picture has exactly the size that was asked for."""
    assert paint(FOX, size=size).size == size


@pytest.mark.parametrize("tier", TIERS)
def test_same_arguments_same_bytes(tier: str) -> None:
    """The same arguments give the same bytes."""
    one, two = (encode(paint(FOX, size=SMALL, tier=tier)) for _ in range(2))
    assert one == two


def test_same_bytes_from_many_threads() -> None:
    """Pictures painted at the same time by many threads come out as if painted alone."""
    prompts = [FOX, "a lighthouse at dusk, oil", "a robot, neon", "pixel art castle"] * 2
    alone = [encode(paint(p, size=SMALL, tier="medium")) for p in prompts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda p: encode(paint(p, size=SMALL, tier="medium")), prompts))
    assert together == alone


@pytest.mark.parametrize("prompt", [FOX, "a lighthouse at dusk", "qwerty zxcv", "", "mountains"])
def test_another_take_is_another_picture(prompt: str) -> None:
    """Asking again gives a visibly different picture."""
    one, two = (paint(prompt, size=SMALL, take=take) for take in (1, 2))
    assert difference(one, two) > 4


def test_another_prompt_is_another_picture() -> None:
    """Another subject gives a visibly different picture."""
    assert difference(paint("a fox", size=SMALL), paint("a boat", size=SMALL)) > 10


@pytest.mark.parametrize(
    "prompt",
    [FOX, f"{FOX}, watercolour", "a lighthouse at dusk", "a cup of coffee", "a city, oil",
     "pixel art castle", "line drawing of a cat", "a robot, neon", "qwerty zxcv"],
)  # fmt: skip
def test_dearer_tiers_show_more_detail(prompt: str) -> None:
    """Detail rises from low over medium to high."""
    low, medium, high = (
        fineness(paint(prompt, size=(512, 512), tier=t)) for t in ("low", "medium", "high")
    )
    assert low < medium < high


@pytest.mark.parametrize("prompt", [FOX, "a lighthouse at dusk", "a teapot on a table"])
def test_tiers_share_the_composition(prompt: str) -> None:
    """Seen from afar, tiers of one take are more alike than two takes of one tier."""
    low, high = (
        paint(prompt, size=SMALL, tier=t).resize((12, 12), Image.Resampling.BOX)
        for t in ("low", "high")
    )
    other = paint(prompt, size=SMALL, take=3).resize((12, 12), Image.Resampling.BOX)
    assert difference(low, high) < difference(low, other)


@pytest.mark.parametrize(("colour", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_colour_word_colours_its_noun(colour: str, channel: int) -> None:
    """A colour word tints the thing it stands before."""
    plain = middle_colour(paint("a grey teapot", size=SMALL, tier="medium"))
    tinted = middle_colour(paint(f"a {colour} teapot", size=SMALL, tier="medium"))
    shift = tinted - plain
    assert shift.argmax() == channel


def test_a_colour_word_leaves_other_nouns_alone() -> None:
    """In "a blue fish and a yellow boat" each thing has its own colour."""
    items = {i.name: i.colour for i in read("a blue fish and a yellow boat").items}
    assert items["fish"] == (52, 104, 200)
    assert items["boat"] == (248, 208, 56)


def test_night_is_darker_than_day() -> None:
    """The time of day is seen."""
    night, noon = (pixels(paint(f"a house at {t}", size=SMALL)).mean() for t in ("night", "noon"))
    assert night < noon - 40


def test_snow_is_whiter_than_grass() -> None:
    """Snow lies on the ground, where it was green."""
    snow, grass = (
        pixels(paint(p, size=SMALL).crop((10, 200, 60, 250))).mean()
        for p in ("a fox in snow", "a fox in summer")
    )
    assert snow > grass + 40


@pytest.mark.parametrize("style", sorted(set(STYLES.values())))
def test_a_style_changes_the_picture(style: str) -> None:
    """Each style is clearly different from the plain illustration of the same prompt."""
    word = next(w for w, s in STYLES.items() if s == style)
    plain, styled = paint(FOX, size=SMALL), paint(f"{FOX}, {word}", size=SMALL)
    assert difference(plain, styled) > 5


def test_a_style_keeps_the_scene() -> None:
    """The watercolour of a prompt is nearer to its plain picture than another take is."""
    plain, watercolour = paint(FOX, size=SMALL), paint(f"{FOX}, watercolour", size=SMALL)
    assert difference(plain, watercolour) < difference(plain, paint(FOX, size=SMALL, take=4))


def test_monochrome_has_no_colour() -> None:
    """A black and white picture has no colour at all."""
    picture = pixels(paint("a black and white photo of a red car", size=SMALL, tier="medium"))
    assert np.ptp(picture, axis=-1).mean() < 2


def test_pixel_art_has_few_colours() -> None:
    """Pixel art has the few colours of its palette (and the mark's)."""
    picture = paint("pixel art castle at night", size=SMALL).crop((0, 0, 256, 220))
    assert len(picture.getcolors(65_536)) <= 16


def test_what_is_not_wanted_is_not_painted() -> None:
    """A word after "no" or "without" is not painted."""
    assert read("a fox without snow, no rain").weather == frozenset()


def test_a_colour_without_a_noun_is_a_mood() -> None:
    """A colour with no noun after it becomes the mood of the whole picture."""
    assert read("something in teal").mood == (30, 138, 144)


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("an astronaut riding a horse", ["astronaut", "horse"]),
        ("a cup of coffee on a table", ["cup"]),
        ("two wolves and three butterflies", ["wolf", "butterfly"]),
        ("🦊 in the snow", ["fox"]),
        ("雪中的狐狸", ["fox"]),
        ("a pine tree", ["tree"]),
        ("qwerty zxcv", ["emblem"]),
    ],
)
def test_words_name_subjects(prompt: str, names: list[str]) -> None:
    """Subjects are understood in plurals, emoji and Chinese; unknown words become an emblem."""
    assert [item.name for item in read(prompt).items] == names


def test_counts_are_read() -> None:
    """A number word before a noun is how many are painted."""
    assert read("three red cars").items[0].count == 3


@pytest.mark.parametrize("name", sorted(SUBJECTS))
def test_every_subject_can_be_cut_out(name: str) -> None:
    """Every subject has an opaque middle and nothing around it when the background is clear."""
    picture = paint(name, size=SMALL, transparent=True)
    alpha = np.asarray(picture.getchannel("A"))
    assert picture.mode == "RGBA"
    assert alpha[0].max() == 0
    assert alpha[:, :6].mean() < 20 or SUBJECTS[name].width > 2.5
    assert (alpha > 128).mean() > 0.02


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("style", ["", "watercolour", "pixel art", "ink", "neon", "oil", "photo"])
def test_transparent_in_every_style(style: str, tier: str) -> None:
    """A cut-out keeps a clear corner and an opaque subject in every style and tier."""
    picture = paint(f"a fox, {style}", size=SMALL, tier=tier, transparent=True)
    alpha = np.asarray(picture.getchannel("A"))
    assert alpha[:20, :20].max() == 0
    assert alpha[100:160, 110:140].mean() > 200


@pytest.mark.parametrize("style", ["", *sorted(set(STYLES.values()))])
@pytest.mark.parametrize("transparent", [False, True])
def test_the_mark_is_there(style: str, transparent: bool) -> None:
    """The lower right corner says SIMULATED in white on a dark pill, whatever the style."""
    picture = paint(f"a cat {style}", size=SMALL, transparent=transparent)
    corner = pixels(picture.crop((180, 235, 250, 250)))
    assert (corner.max(-1) < 110).mean() > 0.25
    assert (corner.min(-1) > 200).mean() > 0.04


def test_the_mark_is_in_no_other_corner() -> None:
    """The mark stands in one corner only: the upper right one of a night sky is dark."""
    assert pixels(paint("a house at night", size=SMALL).crop((180, 4, 250, 20))).min(-1).mean() < 90


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
def test_every_format_decodes(output_format: str, transparent: bool) -> None:
    """Each format can be read again, has its name, its size, and the same bytes each time."""
    picture = paint(FOX, size=(320, 200), transparent=transparent)
    written = encode(picture, output_format)
    read_again = Image.open(io.BytesIO(written))
    read_again.load()
    assert read_again.format == output_format.upper()
    assert read_again.size == (320, 200)
    assert written == encode(picture, output_format)


def test_png_keeps_every_pixel() -> None:
    """A png is the picture itself, alpha included."""
    picture = paint(FOX, size=SMALL, transparent=True)
    assert Image.open(io.BytesIO(encode(picture))).tobytes() == picture.tobytes()


@pytest.mark.parametrize("output_format", ["jpeg", "webp"])
def test_compression_makes_it_smaller(output_format: str) -> None:
    """A lower compression value gives fewer bytes."""
    picture = paint(FOX, size=SMALL, tier="high")
    full, less, least = (len(encode(picture, output_format, c)) for c in (None, 60, 0))
    assert full > less > least


def test_png_has_a_realistic_size() -> None:
    """A 1024x1024 png weighs between 0.2 and 2 MB."""
    assert 200_000 < len(encode(paint(FOX, tier="high"))) < 2_000_000


@pytest.mark.parametrize(
    "prompt",
    ["", " ", ".", "?!", "\x00", "🦊🦊🦊", "👨‍👩‍👧‍👦", "\ud800",
     "狐狸", "مرحبا", "no", "without", "red",
     "the of in", "{curly}", "%s %d", "a" * 500, "fox " * 400, "rain", "watercolour", "five"],
)  # fmt: skip
def test_odd_prompts_are_painted(prompt: str) -> None:
    """Any text at all becomes a picture."""
    picture = paint(prompt, size=SMALL)
    assert pixels(picture).std() > 5


def test_the_end_of_a_long_prompt_counts() -> None:
    """Two prompts of 32,000 characters that differ in the last one are two pictures."""
    long = "a red fox in snow " * 1800
    one, two = (paint(long[:31_999] + end, size=SMALL) for end in "xy")
    assert difference(one, two) > 1


def test_only_the_beginning_of_a_long_prompt_is_read() -> None:
    """A subject named after thousands of characters is not painted: reading stays cheap."""
    assert [item.name for item in read("a cat " + "and so on " * 3000 + "a boat").items] == ["cat"]


def test_unknown_tier_names_the_known() -> None:
    """An unknown tier is an error that lists the tiers."""
    with pytest.raises(InputError, match="low, medium, high"):
        paint(FOX, tier="best")


def test_unknown_format_names_the_known() -> None:
    """An unknown format is an error that lists the formats."""
    with pytest.raises(InputError, match="png, jpeg or webp"):
        encode(paint(FOX, size=SMALL), "gif")


def test_an_empty_size_is_an_error() -> None:
    """A picture without pixels is refused."""
    with pytest.raises(InputError, match="1x1"):
        paint(FOX, size=(0, 5))


def test_every_alias_leads_somewhere() -> None:
    """Every word that stands for a subject names one that can be drawn."""
    assert {word for word in ALIASES if subject_of(word) is None} == set()


def test_every_place_can_be_painted() -> None:
    """Every place a word or a subject leads to has a painter and a horizon."""
    homes = {s.home for s in SUBJECTS.values()} | set(PLACE_WORDS.values())
    assert homes <= set(PLACES)
    assert set(PLACES) == set(HORIZONS)


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_place_in_every_weather(place: str) -> None:
    """Every place is painted in every weather and hour without a subject of its own."""
    word = next((w for w, p in PLACE_WORDS.items() if p == place), "astronaut")
    weathers = ("snow", "rain at night", "storm", "fog at dawn", "autumn", "blossom at sunset")
    pictures = [paint(f"{word} in {weather}", size=(96, 64)) for weather in weathers]
    assert len({picture.tobytes() for picture in pictures}) >= (1 if place == "studio" else 2)
