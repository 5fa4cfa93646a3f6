"""Editing: a reference is kept, and the prompt's words change the masked part, or all of it.

Without a mask the composition stays: the words' place, time and weather colour it, their
subjects are set into it, their style is laid over it. Further references are set into the
first one as soft-edged medallions.
"""

from __future__ import annotations

import colorsys
from dataclasses import replace

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from imagelab.simulator.painting.canvas import Canvas
from imagelab.simulator.painting.compose import PLACES, compose
from imagelab.simulator.painting.scene import Scene
from imagelab.simulator.painting.styles import finish, hand_of, restyled
from imagelab.simulator.painting.surface import TIERS, Detail
from imagelab.simulator.painting.weather import before
from imagelab.simulator.painting.words import Idea, read

Size = tuple[int, int]
_SHARPNESS = (0.5, 0.75, 1.0, 1.0, 1.0)
_BILINEAR = Image.Resampling.BILINEAR


def painted(
    idea: Idea, size: Size, detail: Detail, take: int, *, cut: bool, working: Size
) -> Image.Image:
    """Return a picture of an idea, drawn on a canvas of `working` pixels; RGBA if `cut`."""
    canvas = Canvas(working, detail, hand_of(idea.style), cut=cut)
    scene = compose(canvas, idea, take)
    return finish(canvas, size, idea.style, scene.rng("finish"))


def edited(
    prompt: str, pictures: list[Image.Image], size: Size, tier: str, take: int,
    *, mask: Image.Image | None, markup: Image.Image | None, faithful: bool,
) -> Image.Image:  # fmt: skip
    """Return the first picture at `size` pixels, changed; the others are set into it.

    The mask's transparent part is what changes, or what the markup's strokes enclose.
    """
    idea, detail = read(prompt), TIERS[tier]
    share = _SHARPNESS[detail.level]
    inner = (max(16, round(size[0] * share)), max(16, round(size[1] * share)))
    ground = spread(upright(pictures[0]), inner)
    if not faithful:
        ground = ground.filter(ImageFilter.GaussianBlur(min(inner) * 0.0035))
    for number, other in enumerate(pictures[1:]):
        _set_in(ground, other, number, len(pictures) - 1, idea, take)
    region = _region(mask, markup, inner)
    if region is None:
        changed = _reworked(ground, idea, detail, take)
    else:
        changed = _patched(ground, region, idea, detail, take)
    return changed if inner == size else changed.resize(size, Image.Resampling.BICUBIC)


def upright(picture: Image.Image) -> Image.Image:
    """Return a picture as it is meant to be seen: turned upright, without alpha, in RGB."""
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):  # 16 bits a channel: the upper eight are seen
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        sheet = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(sheet, picture.convert("RGBA"))
    return picture.convert("RGB")


def spread(picture: Image.Image, size: Size) -> Image.Image:
    """Return a picture whole within `size`; where its shape differs, its edges run on."""
    box = _within(picture.size, size)
    if box == (0, 0, *size):
        return picture.resize(size, _BILINEAR)
    ground = ImageOps.fit(picture, size, _BILINEAR)
    ground = ground.filter(ImageFilter.GaussianBlur(min(size) * 0.06))
    inner = picture.resize((box[2] - box[0], box[3] - box[1]), _BILINEAR)
    soft = round(min(size) * 0.05)
    edge = Image.new("L", inner.size, 0)
    across, down = (soft if box[0] else 0), (soft if box[1] else 0)
    edge.paste(255, (across, down, inner.width - across, inner.height - down))
    ground.paste(inner, box, edge.filter(ImageFilter.BoxBlur((across * 0.8, down * 0.8))))
    return ground


def _within(own: Size, size: Size) -> tuple[int, int, int, int]:
    """Return the box that a picture fills within `size`; all of it if their shapes are alike."""
    share = min(size[0] / own[0], size[1] / own[1])
    wide, high = round(own[0] * share), round(own[1] * share)
    wide = size[0] if wide > size[0] * 0.94 else max(1, wide)
    high = size[1] if high > size[1] * 0.94 else max(1, high)
    left, top = (size[0] - wide) // 2, (size[1] - high) // 2
    return left, top, left + wide, top + high


def _laid(where: Image.Image, size: Size) -> Image.Image:
    """Return a mask of a reference where that lies within `size`, nothing beside it."""
    box = _within(where.size, size)
    laid = Image.new("L", size, 0)
    laid.paste(where.resize((box[2] - box[0], box[3] - box[1]), _BILINEAR), box)
    return laid


def cover_of(reference: Image.Image, picture: Image.Image) -> Image.Image:
    """Return where a picture is kept when its background goes.

    That is where the reference was opaque; of one that is opaque all over, what differs from
    the colour of its edges.
    """
    reference = ImageOps.exif_transpose(reference)
    if reference.has_transparency_data:
        alpha = reference.convert("RGBA").getchannel("A")
        if any(alpha.histogram()[:255]):
            return _laid(alpha, picture.size)
    small = np.asarray(picture.resize((128, 128), Image.Resampling.BOX), np.float32)
    edge = np.concatenate([small[0], small[:, 0], small[:, -1]])
    away = np.abs(small[..., None, :] - edge[None, None, ::8]).sum(-1).min(-1)
    cover = Image.fromarray(((away > 42) * 255).astype(np.uint8))
    cover = cover.filter(ImageFilter.MedianFilter(5)).filter(ImageFilter.GaussianBlur(1))
    return cover.resize(picture.size, Image.Resampling.BICUBIC)


# --- the part that changes -------------------------------------------------------------------


def _region(mask: Image.Image | None, markup: Image.Image | None, size: Size) -> Image.Image | None:
    """Return where to paint, soft at its edges, or None for everywhere."""
    if mask is not None:
        where = ImageOps.invert(mask.convert("RGBA").getchannel("A"))
    elif markup is not None:
        drawn = markup.convert("RGBA").getchannel("A").point(lambda v: 255 if v > 16 else 0)
        where = Image.new("L", drawn.size, 0)
        if box := drawn.getbbox():
            ImageDraw.Draw(where).ellipse((box[0], box[1], box[2] - 1, box[3] - 1), fill=255)
            where = ImageChops.lighter(where, drawn)
    else:
        return None
    return _laid(where, size).filter(ImageFilter.GaussianBlur(min(size) * 0.006))


def _patched(
    ground: Image.Image, region: Image.Image, idea: Idea, detail: Detail, take: int
) -> Image.Image:
    """Return the ground with the idea painted into the region, and all else as it was."""
    box = region.point(lambda v: 255 if v > 8 else 0).getbbox()
    if box is None:
        return ground
    wide, high = box[2] - box[0], box[3] - box[1]
    size = (max(wide, high // 3, 24), max(high, wide // 3, 24))
    patch = painted(idea, size, detail, take, cut=False, working=_larger(size, detail))
    patch = ImageOps.fit(patch, (wide, high), _BILINEAR)
    ground.paste(patch, box, region.crop(box))
    return ground


def _larger(size: Size, detail: Detail) -> Size:
    """Return the pixels of a canvas that is shrunk to `size` when it is finished."""
    across, down = (max(64, round(edge * detail.oversample)) for edge in size)
    return across, down


# --- all of it -------------------------------------------------------------------------------


def _reworked(ground: Image.Image, idea: Idea, detail: Detail, take: int) -> Image.Image:
    """Return the ground in the idea's light and weather, with its subjects, in its style."""
    said = idea.place or idea.time or idea.weather
    ground = _exposed(ground, idea, take)
    # What cannot be drawn stands as an emblem only where nothing else was said.
    strange = all(item.name == "emblem" for item in idea.items)
    subjects = idea.items and not (strange and (said or idea.mood or idea.style))
    if said:
        ground = _relit(ground, idea, take)
    if subjects:
        _peopled(ground, idea, detail, take)
    elif idea.mood and not said:
        ground = Image.blend(ground, _tinted(ground, idea.mood), 0.6)
    if idea.weather:
        ground = _weathered(ground, idea, detail, take)
    if idea.style:
        return restyled(ground, idea.style, detail, _chance(idea, take, "style"))
    if not (said or subjects or idea.mood):
        hue = int.from_bytes(idea.digest[:2], "big") / 65536
        return Image.blend(ground, _tinted(ground, _of_hue(hue)), 0.45)
    return ground


def _exposed(ground: Image.Image, idea: Idea, take: int) -> Image.Image:
    """Return the ground in a light of its own for each later take.

    A tint or a style alone draws nothing that differs: two samples would be the same bytes.
    """
    if take == 1:
        return ground
    rng = _chance(idea, take, "light")
    shares, lifts = rng.uniform(0.88, 0.97, 3), rng.uniform(2, 10, 3)
    tables = [
        [min(255, round(value * share + lift)) for value in range(256)]
        for share, lift in zip(shares, lifts, strict=True)
    ]
    return ground.point([value for table in tables for value in table])


def _chance(idea: Idea, take: int, name: str) -> np.random.Generator:
    return np.random.default_rng(idea.seed(take, name))


def _of_hue(hue: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.75, 0.9)
    return round(red * 255), round(green * 255), round(blue * 255)


def _tinted(ground: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    return ImageOps.colorize(ground.convert("L"), (12, 12, 20), (255, 252, 246), mid=colour)


def _relit(ground: Image.Image, idea: Idea, take: int) -> Image.Image:
    """Return the ground with the colours and the brightness that the words' place has."""
    small = (max(16, ground.width // 8), max(16, ground.height // 8))
    place = painted(_emptied(idea), small, TIERS["low"], take, cut=False, working=small)
    light = place.filter(ImageFilter.GaussianBlur(min(small) / 5)).resize(ground.size, _BILINEAR)
    level, own_blue, own_red = ground.convert("YCbCr").split()
    bright, blue, red = light.convert("YCbCr").split()
    shaded = ImageChops.multiply(level, bright.point(lambda v: min(255, v + 50)))
    mixed = (
        Image.blend(level, shaded, 0.75),
        Image.blend(own_blue, blue, 0.6),
        Image.blend(own_red, red, 0.6),
    )
    return Image.merge("YCbCr", mixed).convert("RGB")


def _emptied(idea: Idea) -> Idea:
    return replace(idea, items=(), style=None, place=idea.place or "hills")


def _peopled(ground: Image.Image, idea: Idea, detail: Detail, take: int) -> None:
    """Set the idea's subjects into the ground, smaller than they would be alone."""
    alone = replace(idea, style=None, weather=frozenset(), time=None, place=None)
    side = round(min(ground.size) * 0.52)
    size = (side, side)
    cut = painted(alone, size, detail, take, cut=True, working=_larger(size, detail))
    rng = _chance(idea, take, "spot")
    share = float(rng.choice([0.24, 0.5, 0.76]) + rng.uniform(-0.06, 0.06))
    x = round(ground.width * share - side / 2)
    y = round(ground.height * float(rng.uniform(0.9, 0.97)) - side)
    shade = Image.new("L", ground.size, 0)
    foot = (x + side // 5, y + round(side * 0.84), x + side - side // 5, y + round(side * 0.95))
    ImageDraw.Draw(shade).ellipse(foot, fill=110)
    ground.paste((24, 22, 34), mask=shade.filter(ImageFilter.GaussianBlur(side * 0.03)))
    ground.paste(cut, (x, y), cut)


def _weathered(ground: Image.Image, idea: Idea, detail: Detail, take: int) -> Image.Image:
    """Return the ground with what falls from the sky before it."""
    canvas = Canvas(ground.size, detail, "paint", cut=False)
    canvas.image.paste(ground)
    place = idea.place if idea.place in PLACES else "hills"
    before(Scene(canvas, idea, place or "hills", take))
    return canvas.image


# --- several references ----------------------------------------------------------------------


def _set_in(
    ground: Image.Image, other: Image.Image, number: int, count: int, idea: Idea, take: int
) -> None:
    """Set another reference into the ground as a medallion, each at a place of its own."""
    rows = 1 if count <= 4 else 2 if count <= 8 else 3
    columns = -(-count // rows)
    room = (0.46 * min(ground.size), 0.92 * ground.width / columns, 0.92 * ground.height / rows)
    side = max(8, round(min(room)))
    row, column = divmod(number, columns)
    here = min(columns, count - row * columns)
    rng = _chance(idea, take, f"medallion{number}")
    x = ground.width * (column + 0.5) / here + float(rng.uniform(-0.01, 0.01)) * ground.width
    y = ground.height - (row + 0.56) * side * 1.02
    medallion = ImageOps.fit(upright(other), (side, side), _BILINEAR)
    shape = Image.new("L", (side, side), 0)
    rim = round(side * 0.06)
    ImageDraw.Draw(shape).ellipse((rim, rim, side - rim, side - rim), fill=255)
    soft = shape.filter(ImageFilter.GaussianBlur(side * 0.022))
    ground.paste(medallion, (round(x - side / 2), round(y - side / 2)), soft)
