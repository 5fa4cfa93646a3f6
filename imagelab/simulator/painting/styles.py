"""The styles: what is done to the painted canvas until it is a watercolour, an oil, a photo ..."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from imagelab.simulator.painting.canvas import Canvas
from imagelab.simulator.painting.curves import Floats, grain, noise
from imagelab.simulator.painting.surface import PAPER, Detail, Hand

HANDS: dict[str, Hand] = {"ink": "ink", "neon": "neon", "poster": "flat"}
BICUBIC, BILINEAR, BOX = (
    Image.Resampling.BICUBIC,
    Image.Resampling.BILINEAR,
    Image.Resampling.BOX,
)


def hand_of(style: str | None) -> Hand:
    """Return how the canvas is drawn for a style."""
    return HANDS.get(style or "", "paint")


def finish(
    canvas: Canvas, size: tuple[int, int], style: str | None, rng: np.random.Generator
) -> Image.Image:
    """Return the canvas as a finished picture of `size` pixels, RGBA if it was cut out."""
    detail = canvas.detail
    scale = min(detail.resolution, canvas.w / size[0])
    inner = (max(8, round(size[0] * scale)), max(8, round(size[1] * scale)))
    picture = _shrunk(canvas.image, inner)
    cover = _shrunk(canvas.cover, inner) if canvas.cover else None
    if style == "pixel":
        return _pixels(picture, cover, size, detail)
    if style in FILTERS:
        picture, cover = FILTERS[style](picture, cover, detail, rng)
    if canvas.tubes:
        picture = _lit_tubes(picture, _shrunk(canvas.tubes, inner))
    picture = _bloomed(picture, canvas)
    if cover is None and style not in ("ink", "watercolour", "poster", "pastel"):
        picture = _framed(
            picture, {"photo": 0.36, "mono": 0.3, "neon": 0.25}.get(style or "", 0.14)
        )
    if detail.level == 0:
        picture = _coarse(picture)
    picture = picture.resize(size, BICUBIC) if picture.size != size else picture
    picture = _developed(picture, style, detail)
    if cover is not None:
        picture.putalpha(cover.resize(size, BICUBIC))
    return picture


def restyled(
    picture: Image.Image, style: str, detail: Detail, rng: np.random.Generator
) -> Image.Image:
    """Return a picture that was painted elsewhere in another style."""
    if style == "pixel":
        return _pixels(picture, None, picture.size, detail)
    if style in FILTERS:
        return FILTERS[style](picture, None, detail, rng)[0]
    if style == "poster":
        return ImageOps.posterize(picture.filter(ImageFilter.ModeFilter(7)), 2)
    if style not in ("ink", "neon"):
        return picture
    soft = picture.convert("L").filter(ImageFilter.GaussianBlur(min(picture.size) / 700))
    edges = ImageOps.autocontrast(soft.filter(ImageFilter.FIND_EDGES), cutoff=1)
    if style == "ink":
        return ImageOps.colorize(edges, PAPER, (20, 20, 30))
    lit = edges.filter(ImageFilter.GaussianBlur(min(picture.size) / 260))
    tubes = ImageChops.multiply(
        ImageEnhance.Color(picture).enhance(3.0), Image.merge("RGB", (edges,) * 3)
    )
    glow = ImageChops.multiply(picture, Image.merge("RGB", (lit,) * 3))
    return ImageChops.add(ImageChops.add(tubes, tubes), ImageChops.add(glow, glow))


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, BOX)


def _coarse(picture: Image.Image) -> Image.Image:
    """Return the picture as a hasty generator leaves it: soft, with traces of blocks."""
    soft = picture.filter(ImageFilter.GaussianBlur(min(picture.size) / 300))
    squeezed = io.BytesIO()
    soft.save(squeezed, "JPEG", quality=38)
    return Image.open(squeezed).convert("RGB")


def _bloomed(picture: Image.Image, canvas: Canvas) -> Image.Image:
    """Add the light of sun, lamps and windows."""
    if not canvas.glows:
        return picture
    w = 160
    h = max(2, round(w * picture.height / picture.width))
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    light = np.zeros((h, w, 3), np.float32)
    unit = min(w, h)
    for x, y, r, colour, strength in canvas.glows:
        far = np.hypot(xx - x * w, yy - y * h) / max(r * unit, 0.8)
        light += (np.exp(-(far**1.35)) * strength)[..., None] * np.array(colour, np.float32)
    glow = Image.fromarray(np.clip(light, 0, 235).astype(np.uint8))
    return ImageChops.screen(picture, glow.resize(picture.size, BILINEAR))


def _framed(picture: Image.Image, strength: float) -> Image.Image:
    """Darken the corners a little, as a lens does."""
    y, x = np.mgrid[-1:1:48j, -1:1:48j]
    dark = 255 * (1 - strength * np.clip(np.hypot(x, y) - 0.55, 0, 1) ** 1.5 * 1.6)
    mask = Image.fromarray(dark.astype(np.uint8)).resize(picture.size, BILINEAR)
    return ImageChops.multiply(picture, Image.merge("RGB", (mask, mask, mask)))


GRAIN: dict[str | None, float] = {
    "photo": 4.2, "mono": 6.0, "ink": 1.2, "poster": 0.9, "neon": 1.4,
    "watercolour": 0.0, "oil": 0.0, "pastel": 0.0,
}  # fmt: skip


def _developed(picture: Image.Image, style: str | None, detail: Detail) -> Image.Image:
    """Give the picture its contrast, and grain where the tier is worth it."""
    contrast = (0.9, 0.96, 1.07, 1.08, 1.1)[detail.level]
    middle = 132 if detail.level == 0 else 126
    step = 3 if detail.level == 0 else 1  # a hasty picture has fewer shades, too
    curve = [round((v // step * step - middle) * contrast + middle) for v in range(256)]
    picture = picture.point(curve * 3)
    if detail.level == 0 or GRAIN.get(style) == 0:
        return picture
    amount = GRAIN.get(style, 1.5) * (0.75 if detail.level == 1 else 1.0)
    field = (grain(picture.height, picture.width) * np.float32(amount / 64)).astype(np.int16)
    pixels = np.asarray(picture) + field[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


# -- filters: picture, cover -> picture, cover -------------------------------------------------

Cut = Image.Image | None


def _array(picture: Image.Image) -> Floats:
    return np.asarray(picture, np.float32) / np.float32(255)


def _picture(pixels: Floats) -> Image.Image:
    return Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def _moved(picture: Image.Image, dx: Floats, dy: Floats) -> Image.Image:
    """Return the picture with each pixel fetched from (dx, dy) pixels away."""
    w, h = picture.size
    x = np.clip(np.arange(w, dtype=np.float32) + dx, 0, w - 1).astype(np.intp)
    y = np.clip(np.arange(h, dtype=np.float32)[:, None] + dy, 0, h - 1).astype(np.intp)
    packed = np.asarray(picture.convert("RGBA")).view(np.uint32)[..., 0]  # one gather, not four
    moved = packed.ravel()[y * w + x]
    return Image.fromarray(moved.view(np.uint8).reshape(h, w, 4))


def _grown(field: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(Image.fromarray(field).resize(size, BILINEAR))


def _watercolour(
    picture: Image.Image, cover: Cut, detail: Detail, rng: np.random.Generator
) -> tuple[Image.Image, Cut]:
    size, level = picture.size, detail.level
    unit, quarter = min(size), (max(2, size[0] // 4), max(2, size[1] // 4))
    reach = unit * (0.013, 0.010, 0.008, 0.007, 0.006)[level]
    dx, dy = (
        _grown(noise(rng, quarter, 7, 2) * reach * 2.2 + noise(rng, quarter, 60, 1) * reach, size)
        - reach * 1.6
        for _ in range(2)
    )
    if cover is not None:
        picture.putalpha(cover)
    moved = _moved(picture, dx, dy)
    shape = moved.getchannel("A") if cover is not None else None
    blur = unit * (0.004, 0.0022, 0.001, 0.0009, 0.0008)[level]
    wet = moved.convert("RGB").filter(ImageFilter.BoxBlur(blur))
    keep, add = (_grown(field, size)[..., None] for field in _pigment(wet, level, rng, cover))
    pixels = _array(wet)
    pixels *= keep
    pixels += add
    cream = [round(v * part / 255) for part in PAPER for v in range(256)]
    return _picture(pixels).point(cream), shape


def _pigment(
    wet: Image.Image, level: int, rng: np.random.Generator, cover: Cut
) -> tuple[Floats, Floats]:
    """Return factor and addend at half size: diluted washes, dark rims, tooth and margin."""
    size, unit = (max(2, wet.width // 2), max(2, wet.height // 2)), min(wet.size)
    small = wet.resize(size, BOX).convert("L")
    tone = _array(small)
    pools = _array(small.filter(ImageFilter.GaussianBlur(unit * 0.006)))
    washes = _grown(noise(rng, (max(2, size[0] // 2), max(2, size[1] // 2)), 5, 4), size)
    rim = np.clip(np.abs(tone - pools) * 1.6 - 0.02, 0, 0.3)
    rich = 1.02 + 0.2 * washes  # more colour where the wash pooled
    thin = 0.5 + 0.46 * washes
    rough = (0.05, 0.09, 0.13, 0.14, 0.15)[level]
    keep = rich * thin * (1 + 0.9 * rim)
    add = ((1 - rich) * tone * thin + 1 - thin) * (1 + 0.9 * rim) - 1.125 * rim
    add -= (_paper(size) - 0.5) * rough * (1.0 - 0.5 * tone)
    if cover is None:
        bare = _border(size, rng)
        keep, add = keep * (1 - bare), bare + (1 - bare) * add
    return keep, add


@lru_cache(maxsize=2)
def _paper(size: tuple[int, int]) -> Floats:
    return noise(np.random.default_rng(3), size, max(40, min(size) // 3), 2)


def _border(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return where the paper stays bare: an uneven margin, 1 at the edge of the sheet."""
    w, h = max(2, size[0] // 2), max(2, size[1] // 2)
    x = np.minimum(np.arange(w), np.arange(w)[::-1])[None]
    y = np.minimum(np.arange(h), np.arange(h)[::-1])[:, None]
    far = np.minimum(x, y).astype(np.float32) / min(w, h)
    rough = noise(rng, (w, h), 9, 5) * 0.055
    return _grown(np.clip((0.008 + rough - far) * 44, 0, 1).astype(np.float32), size)


def _oil(
    picture: Image.Image, cover: Cut, detail: Detail, rng: np.random.Generator
) -> tuple[Image.Image, Cut]:
    unit = min(picture.size)
    tiny = picture.resize([max(2, v // 6) for v in picture.size], BOX)
    result = tiny.resize(picture.size, BILINEAR)
    small = picture.resize([max(2, v // 4) for v in picture.size], BOX).convert("L")
    smooth = np.asarray(small.filter(ImageFilter.GaussianBlur(3)), np.float32)
    gy, gx = np.gradient(smooth, axis=0), np.gradient(smooth, axis=1)
    layers = ((0.034, 700), (0.017, 1500), (0.0085, 3000), (0.0048, 3600), (0.0034, 4500))
    for width, count in layers[: (2, 3, 4, 5, 5)[detail.level]]:
        share = (0.8, 0.6, 1.0, 1.0, 1.0)[detail.level]
        source = picture.reduce(max(1, round(width * unit * 0.3)))
        _brush(result, source, gx, gy, width * unit, round(count * share), rng)
    relief = result.convert("L").filter(ImageFilter.Kernel((3, 3), (-2, -1, 0, -1, 1, 1, 0, 1, 2),
        1, 0))  # fmt: skip
    bump = np.asarray(relief, np.int16) - np.asarray(result.convert("L"), np.int16)
    weave = grain(*bump.shape) // 26
    lift = np.clip(bump * 0.22, -26, 34).astype(np.int16) + weave
    pixels = np.clip(np.asarray(result, np.int16) + lift[..., None], 0, 255)
    return Image.fromarray(pixels.astype(np.uint8)), cover


def _brush(
    result: Image.Image, source: Image.Image, gx: Floats, gy: Floats, width: float, count: int,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    w, h = result.size
    spots = rng.random((count * 2, 2)) * [w - 1, h - 1]
    column, row = np.minimum((spots // 4).astype(int), [gx.shape[1] - 1, gx.shape[0] - 1]).T
    busy = np.hypot(gx[row, column], gy[row, column]) + rng.exponential(2.0, count * 2)
    spots = spots[np.sort(np.argsort(-busy)[:count])]  # fine strokes go where the edges are
    x, y = spots.astype(int).T
    low = np.minimum(y // 4, gx.shape[0] - 1), np.minimum(x // 4, gx.shape[1] - 1)
    flow = np.arctan2(gx[low], -gy[low]) + rng.normal(0, 0.25, count)
    weak = np.hypot(gx[low], gy[low]) < 0.8
    flow[weak] = 0.25 * np.sin(spots[weak, 0] / w * 7) + rng.normal(0, 0.3, int(weak.sum()))
    reach = width * rng.uniform(0.7, 1.7, count)
    step = np.column_stack([np.cos(flow), np.sin(flow)]) * reach[:, None]
    shade = rng.normal(1, 0.055, (count, 1)) + rng.normal(0, 0.02, (count, 3))
    seen = np.asarray(source)[y * source.height // h, x * source.width // w]
    colours = np.clip(seen * shade, 0, 255).astype(np.uint8)
    draw = ImageDraw.Draw(result)
    thick = max(1, round(width))
    ends = np.hstack([spots - step, spots + step]).tolist()
    for line, colour in zip(ends, colours.tolist(), strict=True):
        draw.line(line, fill=tuple(colour), width=thick)


def _pastel(
    picture: Image.Image, cover: Cut, detail: Detail, rng: np.random.Generator
) -> tuple[Image.Image, Cut]:
    size = picture.size
    reach, half = min(size) * 0.006, (max(2, size[0] // 2), max(2, size[1] // 2))
    dx, dy = (_grown((noise(rng, half, 90, 1) - 0.5) * reach * 2, size) for _ in range(2))
    pixels = _array(_moved(picture, dx, dy).convert("RGB"))
    grey = pixels.mean(-1, keepdims=True)
    pixels = pixels * np.float32(0.612) + (grey * 0.068 + 0.335)
    tooth = _paper(size)
    bare = (
        np.clip((tooth - 0.56) * 3.2, 0, 1)[..., None] * (0.2, 0.34, 0.45, 0.48, 0.5)[detail.level]
    )
    sheet = np.array((0.985, 0.965, 0.94), np.float32)
    return _picture(pixels * (1 - bare) + sheet * bare), cover


def _mono(
    picture: Image.Image, cover: Cut, detail: Detail, rng: np.random.Generator
) -> tuple[Image.Image, Cut]:
    grey = _array(picture.convert("L"))
    curve = grey * grey * (3 - 2 * grey)
    return _picture(0.55 * curve + 0.45 * grey).convert("RGB"), cover


def _photo(
    picture: Image.Image, cover: Cut, detail: Detail, rng: np.random.Generator
) -> tuple[Image.Image, Cut]:
    curve = [round(255 * (0.62 * v + 0.38 * v * v * (3 - 2 * v))) for v in np.linspace(0, 1, 256)]
    matrix: list[float] = []
    for row, warm in enumerate((0.022, 0.006, -0.026)):  # lights a little warm, shades cool
        share = (0.14 + 2 * warm) / 3
        matrix += [share + 0.86 * (row == column) for column in range(3)]
        matrix.append(-0.7 * warm * 255)
    return picture.point(curve * 3).convert("RGB", tuple(matrix)), cover


Filter = Callable[[Image.Image, Cut, Detail, np.random.Generator], tuple[Image.Image, Cut]]
FILTERS: dict[str, Filter] = {
    "watercolour": _watercolour, "oil": _oil, "pastel": _pastel, "mono": _mono, "photo": _photo,
}  # fmt: skip


def _lit_tubes(picture: Image.Image, tubes: Image.Image) -> Image.Image:
    """Let the neon tubes shine on all around them."""
    unit = min(picture.size)
    small = tubes.resize([max(2, v // 4) for v in tubes.size], BOX)
    glow = small.filter(ImageFilter.GaussianBlur(max(1.0, unit * 0.0028)))
    wide = small.filter(ImageFilter.GaussianBlur(max(2.0, unit * 0.014)))
    glow = ImageChops.add(glow, wide.point(lambda v: min(255, v * 2)))
    picture = ImageChops.screen(picture, glow.resize(picture.size, BICUBIC))
    core = tubes.filter(ImageFilter.MinFilter(3)) if unit > 500 else tubes
    return ImageChops.add(picture, core.point(lambda v: v // 2))


def _pixels(picture: Image.Image, cover: Cut, size: tuple[int, int], detail: Detail) -> Image.Image:
    """Return the picture in big pixels of a small palette."""
    across = (64, 98, 148, 168, 192)[detail.level]
    colours = (16, 26, 44, 56, 64)[detail.level]
    unit = min(size)
    small = (max(4, round(across * size[0] / unit)), max(4, round(across * size[1] / unit)))
    tiny = picture.resize(small, BOX).filter(ImageFilter.UnsharpMask(1, 110, 0))
    tiny = ImageEnhance.Color(ImageEnhance.Brightness(tiny).enhance(1.12)).enhance(1.3)
    tiny = tiny.quantize(colours, dither=Image.Dither.NONE).convert("RGB")
    if cover is not None:
        tiny.putalpha(cover.resize(small, BOX).point(lambda v: 255 if v > 127 else 0))
    return tiny.resize(size, Image.Resampling.NEAREST)
