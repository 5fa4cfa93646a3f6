"""What all views share: assets by stem, strict options, and no widget left behind."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from imagelab.errors import CallError, InputError

STATIC = Path(__file__).parent / "static"

# Widgets shown from one cell of one notebook: the execution that showed them, and they.
_in_cell: dict[str, tuple[str, list[weakref.ref[View]]]] = {}


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


class View(anywidget.AnyWidget):
    """A view of some values: subclasses name their script and style by ``stem``.

    A script is one module without imports: what all views share is put before it, and so
    is what it has in ``shared`` with some of them, by stem.

    Options are the view's synced traits; a misspelt one is a ``CallError``. Running a cell
    again closes the views that it showed before, since a widget is otherwise kept for as
    long as its kernel lives.
    """

    def __init_subclass__(
        cls, *, stem: str | None = None, shared: Sequence[str] = (), **kwargs: Any
    ) -> None:
        if stem is not None:
            stems = (*shared, stem)
            cls._esm = "\n".join(_text(f"{name}.js") for name in ("common", *stems))
            cls._css = "\n".join(_text(f"{name}.css") for name in stems)
        super().__init_subclass__(**kwargs)

    def __init__(self, **options: Any) -> None:
        for name in options:
            if name.startswith("_") or not self.has_trait(name):
                raise CallError(f"{type(self).__name__} has no option {name!r}.")
        try:
            super().__init__(**options)
        except traitlets.TraitError as wrong:
            raise InputError(f"{wrong}") from None
        self.on_msg(self._heard)

    def _heard(self, _: object, content: object, __: object) -> None:
        """Hear what the page asks for: each kind of message has its method."""
        if not isinstance(content, Mapping):
            return
        answer: Callable[[Mapping[str, Any]], None] | None
        answer = getattr(self, f"_on_{str(content.get('kind')).replace('-', '_')}", None)
        if answer is not None:
            answer(content)

    def _is_from_page(self, name: str) -> bool:
        """Tell whether a trait is being set by the page: nobody is there to catch an error."""
        return name in self._property_lock

    def _belong_to_cell(self) -> None:
        """Be closed when this cell is run again, though only a box of widgets shows the view."""
        _close_previous(self)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        _close_previous(self)
        bundle: tuple[dict[str, Any], dict[str, Any]] | None = super()._repr_mimebundle_(**kwargs)
        return bundle


def _close_previous(view: View) -> None:
    """Close what an earlier run of this cell showed; remember what this run shows."""
    cell, execution = _where()
    if not cell:
        return
    before, shown = _in_cell.get(cell, (execution, []))
    if before != execution:
        for old in [ref() for ref in shown]:
            if old is not None and old is not view:
                old.close()
        shown = []
    _in_cell[cell] = (execution, [*shown, weakref.ref(view)])


def _where() -> tuple[str, str]:
    """Name the notebook cell that is running and its execution; empty outside notebooks."""
    from IPython.core.getipython import get_ipython

    # Only a kernel's shell has a parent message; a terminal's has none.
    parent: Any = getattr(get_ipython(), "get_parent", dict)()
    if not isinstance(parent, Mapping):
        return "", ""
    cell = parent.get("metadata", {}).get("cellId", "")
    return str(cell or ""), str(parent.get("header", {}).get("msg_id", ""))
