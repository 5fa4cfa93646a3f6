from __future__ import annotations

import numpy as np
import pytest

from imagelab.errors import InputError
from imagelab.frozen import FrozenMapping


def test_equal_content_is_equal_whatever_its_order() -> None:
    """Two mappings that say the same are one, also as keys."""
    a, b = FrozenMapping({"a": 1, "b": {"c": [2]}}), FrozenMapping({"b": {"c": (2,)}, "a": 1})
    assert a == b
    assert len({a, b}) == 1
    assert a["b"] == {"c": [2]}


def test_what_was_given_may_change_later() -> None:
    """A change to what was given, or to what was read, changes nothing."""
    given = {"a": [1]}
    kept = FrozenMapping(given)
    given["a"].append(2)
    kept["a"].append(3)
    assert dict(kept) == {"a": [1]}


def test_numbers_of_other_libraries_are_numbers() -> None:
    """A number of numpy is written as the number it is."""
    assert dict(FrozenMapping({"a": np.int64(3)})) == {"a": 3}


@pytest.mark.parametrize(
    "given", [None, 7, [("a", 1)], {1: 2}, {"a": object()}, {"a": float("nan")}]
)
def test_what_cannot_be_sent_is_refused(given: object) -> None:
    """What is no mapping of names, or nothing that JSON can say, is an InputError with its name."""
    with pytest.raises(InputError, match="extra"):
        FrozenMapping(given, name="extra")
