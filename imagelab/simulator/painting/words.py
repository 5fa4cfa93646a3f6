"""From a prompt to an idea: what to paint, where, when, in which weather and style."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from imagelab.simulator.painting.curves import Colour, light
from imagelab.simulator.painting.subjects import SUBJECTS
from imagelab.simulator.painting.vocabulary import (
    ALIASES,
    ATOP,
    COLOURS,
    COUNTS,
    FILLER,
    PHRASES,
    PLACES,
    RUSSET,
    SHADES,
    SIGNS,
    STYLES,
    TIMES,
    WEAK_STYLES,
    WEATHER,
)

LONGEST = 4000
"""Characters of a prompt the painter reads; the rest only counts towards its seed."""

_WORD = re.compile(r"\d+(?:bit|mm)|[^\W_]+(?:'s)?|[.,;:!?]")
_SEPARATE = frozenset(".,;:!?")


@dataclass(frozen=True)
class Item:
    """One thing in the picture: its subject's name, the word used, its own colour, how many."""

    name: str
    word: str
    colour: Colour | None = None
    count: int = 1
    atop: bool = False


@dataclass(frozen=True)
class Idea:
    """What a prompt says, as far as the painter understands it."""

    items: tuple[Item, ...]
    place: str | None
    time: str | None
    weather: frozenset[str]
    style: str | None
    tints: dict[str, Colour]
    mood: Colour | None
    words: tuple[str, ...]
    digest: bytes

    def seed(self, *parts: object) -> int:
        """Return a seed that depends on the prompt (not its style words) and on `parts`."""
        text = "\x1f".join(map(str, parts)).encode()
        return int.from_bytes(hashlib.sha256(self.digest + text).digest()[:8], "big")


def read(prompt: str) -> Idea:
    """Return the idea of a prompt; any text at all has one."""
    tokens = _tokens(prompt)
    style = _style(tokens)
    kept = [t for t in tokens if t not in STYLES and t not in _SEPARATE]
    tail = prompt[LONGEST:].encode("utf-8", "replace")
    digest = hashlib.sha256(" ".join(kept).encode("utf-8", "replace") + tail).digest()
    items, tints, mood = _nouns(tokens)
    return Idea(
        items=tuple(items[:3]),
        place=_first(tokens, PLACES),
        time=_first(tokens, TIMES),
        weather=_weather(tokens, items),
        style=style,
        tints=tints,
        mood=mood,
        words=tuple(kept),
        digest=digest,
    )


def _tokens(prompt: str) -> list[str]:
    text = prompt[:LONGEST]
    for sign, meaning in SIGNS.items():
        if sign in text:
            text = text.replace(sign, f" {meaning} ")
    text = text.lower()
    for phrase, word in PHRASES.items():
        text = text.replace(phrase, word)
    words = _WORD.findall(text)
    kept: list[str] = []
    skip = False
    for word in words:
        if word in ("no", "without", "not"):
            skip = True
        elif word in _SEPARATE:
            skip = False
            kept.append(word)
        elif not skip:
            kept.append(word)
        elif word not in FILLER:
            skip = False  # the one thing that was not wanted
    return kept


def _style(tokens: list[str]) -> str | None:
    found = [t for t in tokens if t in STYLES]
    strong = [t for t in found if t not in WEAK_STYLES]
    weak = [t for t in found if t in WEAK_STYLES and t != "glowing"]
    return STYLES[(strong or weak)[0]] if strong or weak else None


def _weather(tokens: list[str], items: list[Item]) -> frozenset[str]:
    said = {WEATHER[t] for t in tokens if t in WEATHER}
    wintry = any(i.name in ("snowman", "polarbear", "penguin") for i in items)
    return frozenset(said | {"snow"} if wintry and not said else said)


def _first(tokens: list[str], meanings: dict[str, str]) -> str | None:
    return next((meanings[t] for t in tokens if t in meanings), None)


def subject_of(word: str) -> str | None:
    """Return the name of the subject a word stands for, plural or not."""
    forms = [word, word.removesuffix("'s"), word.removesuffix("s"), word.removesuffix("es")]
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    for form in forms:
        name = ALIASES.get(form, form)
        if name in SUBJECTS:
            return name
    return None


def _nouns(tokens: list[str]) -> tuple[list[Item], dict[str, Colour], Colour | None]:
    """Walk the words once: colours wait for the next noun, counts for the next subject."""
    items: list[Item] = []
    tints: dict[str, Colour] = {}
    colour: Colour | None = None
    mood: Colour | None = None
    count, shade, atop = 1, 0.0, False
    for n, word in enumerate(tokens):
        if word in SHADES:
            shade = SHADES[word]
        elif word in COLOURS and not (word == "orange" and _noun_orange(tokens, n)):
            mood = mood or colour
            colour, shade = light(COLOURS[word], shade), 0.0
        elif word in COUNTS:
            count = COUNTS[word]
        elif word in ATOP:
            atop = True
        elif name := subject_of(word):
            items.append(Item(name, word, _natural(name, colour), count, atop and bool(items)))
            colour, count, atop = None, 1, False
        elif thing := PLACES.get(word) or WEATHER.get(word) or _sky(word):
            if colour:
                tints[thing] = colour
            colour, atop = None, False
        elif word in _SEPARATE:
            mood, colour, atop = mood or colour, None, False
    items = _merged(items)
    if not items and (strange := _unknown(tokens)):
        items = [Item("emblem", strange, mood or colour or next(iter(tints.values()), None))]
    return items, tints, mood or colour


def _natural(name: str, colour: Colour | None) -> Colour | None:
    """Return the colour as that animal wears it: a red fox is russet, not scarlet."""
    return (
        RUSSET if colour == COLOURS["red"] and name in ("fox", "deer", "horse", "cow") else colour
    )


def _noun_orange(tokens: list[str], n: int) -> bool:
    before = tokens[n - 1] if n else ""
    after = tokens[n + 1] if n + 1 < len(tokens) else "."
    return before in ("an", "one") and (after in _SEPARATE or after in ATOP)


def _sky(word: str) -> str | None:
    return "sky" if word in ("sky", "skies", "background", "light", "horizon") else None


def _merged(items: list[Item]) -> list[Item]:
    """Say each subject once ("a cup of coffee" is one cup), the first colour given to it kept."""
    merged: dict[str, Item] = {}
    for item in items:
        known = merged.get(item.name)
        if known is None:
            merged[item.name] = item
        elif known.colour is None and item.colour:
            merged[item.name] = replace(known, colour=item.colour)
    return list(merged.values())


def _unknown(tokens: Iterable[str]) -> str | None:
    known = (STYLES, TIMES, WEATHER, PLACES, COLOURS, COUNTS, SHADES, FILLER, _SEPARATE)
    strange = [t for t in tokens if not any(t in words for words in known)]
    return max(strange, key=len) if strange else None
