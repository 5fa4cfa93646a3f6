"""Long names made short, so that they can still be told apart: prompts often begin alike."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence


def cut(name: str, letters: int) -> str:
    """Write a name in one line of at most so many letters.

    >>> cut("a red fox in snow, watercolour", 20)
    'a red fox in snow,…'
    """
    words = " ".join(name.split())
    return words if len(words) <= letters else f"{words[: letters - 1].rstrip()}…"


def told_apart(names: Sequence[str], letters: int) -> list[str]:
    """Cut names; those that would look alike begin with the word in which they differ.

    >>> told_apart(["a red fox in snow, oil", "a red fox in snow, ink", "an owl"], 12)
    ['… oil', '… ink', 'an owl']
    """
    short = [cut(name, letters) for name in names]
    alike: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(short):
        alike[one].append(at)
    for places in alike.values():
        whole = [" ".join(names[at].split()) for at in places]
        if len(set(whole)) > 1:
            differs = os.path.commonprefix(whole).rfind(" ") + 1  # noqa: RUF071 - letters are meant
            for at, words in zip(places, whole, strict=True):
                short[at] = f"… {cut(words[differs:], letters - 2)}" if differs else short[at]
    return short
