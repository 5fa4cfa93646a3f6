"""Everything that goes along with one edit: its images, and its mask or markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from imagelab.catalog import abilities, models
from imagelab.references.masks import take_markup, take_mask
from imagelab.references.taking import Given, take_all


@dataclass(frozen=True, kw_only=True)
class Along:
    """The pictures of an edit: as settings of a request, and as bytes that are to be kept."""

    images: tuple[Given, ...]
    mask: Given | None = None
    markup: Given | None = None

    @classmethod
    def of(cls, images: object, *, mask: object = None, markup: object = None) -> Self:
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

    def size_for(self, model: str) -> str:
        """Give the size to draw an edit in where nobody says: the shape of the first image."""
        first = self.images[0].reference
        return abilities.like(models.find(model), first.width, first.height)

    @property
    def all(self) -> tuple[Given, ...]:
        """Every picture, the mask or markup last."""
        return (*self.images, *(one for one in (self.mask, self.markup) if one is not None))
