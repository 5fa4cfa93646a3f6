"""Everything that goes along with one edit: its images, its mask or markup, and where they lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from imagelab.errors import InputError
from imagelab.pictures import Reference
from imagelab.references.masks import take_markup, take_mask
from imagelab.references.taking import Given, take_all


@dataclass(frozen=True, kw_only=True)
class Along:
    """The pictures of an edit, as settings of a request and as bytes to be kept."""

    images: tuple[Given, ...]
    mask: Given | None = None
    markup: Given | None = None

    @classmethod
    def of(cls, images: object, *, mask: object = None, markup: object = None) -> Along:
        """Take in what a person gave.

        Raises:
            InputError: one of them is no picture, or does not fit the first image.

        """
        taken = take_all(images)
        first = taken[0].reference
        return cls(
            images=taken,
            mask=None if mask is None else take_mask(mask, first),
            markup=None if markup is None else take_markup(markup, first),
        )

    @property
    def settings(self) -> dict[str, Any]:
        """What a request holds of them."""
        return {
            "images": tuple(one.reference for one in self.images),
            "mask": self.mask and self.mask.reference,
            "markup": self.markup and self.markup.reference,
        }

    @property
    def all(self) -> tuple[Given, ...]:
        """Every picture, the mask or markup last."""
        return (*self.images, *(one for one in (self.mask, self.markup) if one is not None))


@dataclass(frozen=True)
class Luggage:
    """Bytes of references by their hash, until a store keeps them, and where they came from."""

    given: Mapping[str, Given] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, several: Iterable[Given]) -> Luggage:
        """Gather what goes along with several requests: equal bytes once."""
        return cls({one.reference.sha256: one for one in several})

    def bytes_of(self, reference: Reference) -> bytes:
        """Give the bytes of a reference."""
        try:
            return self.given[reference.sha256].data
        except KeyError:
            raise InputError(f"The bytes of the reference {reference} were not given.") from None
