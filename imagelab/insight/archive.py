"""A comparison in a ZIP: originals under the hash of their bytes, and a manifest of all the rest.

``manifest.json`` holds the cells and the rows of the ledger that a reader needs: no owner, no
host, no path and no key. What is read is believed in nothing: names, sizes, hashes and values
are checked before anything is kept, and nothing is ever unpacked by the name it claims.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from imagelab import errors
from imagelab.errors import InputError, PictureError
from imagelab.insight.files import written
from imagelab.records.ledger import Came
from imagelab.records.rows import generation_of
from imagelab.records.store import look
from imagelab.request import MIME, Generation, ImageRequest, Usage, names, plain
from imagelab.sweep import Cell

FORMAT, VERSION = "imagelab comparison", 1
MANIFEST = "manifest.json"

MOST_MANIFEST_BYTES = 200_000_000
MOST_PICTURE_BYTES = 100_000_000
MOST_RATIO, SPARE_BYTES = 20, 20_000_000
"""Pictures hardly shrink: what unpacks to twenty times the file and more is a bomb."""

_PICTURE = re.compile(r"pictures/([0-9a-f]{64})\.(png|jpeg|webp|bin)")
_STEADY = (1980, 1, 1, 0, 0, 0)

STATUSES = ("done", "failed", "refused", "unknown", "spoilt")
_LEFT_OUT = ("request", "usage", "time", "loader", "run")
_ROW = tuple(name for name in names(Generation) if name not in _LEFT_OUT)
_KINDS: dict[str, tuple[type, ...]] = {
    "id": (int,),
    "key": (str,),
    "sample": (int,),
    "take": (int,),
    "provider": (str,),
    "simulated": (bool,),
    "status": (str,),
    "created_us": (int,),
    "hold_nano": (int,),
    "attempts": (int,),
    "prompt": (str,),
    "model": (str,),
    "operation": (str,),
    "seconds": (int, float, type(None)),
}
"""The kinds of values in a row that are not plain: all others are texts, or missing."""

_WHOLE = (
    *("cost_nano", "quoted_nano", "width", "height", "size_bytes", "output_compression"),
    *names(Usage),
)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """What a ZIP holds, checked: cells, rows by id, and the bytes of pictures by hash."""

    digest: str
    cells: tuple[Cell, ...]
    shown: Mapping[int, int]
    came: Mapping[int, Came]
    left: Mapping[int, str]
    rows: tuple[Mapping[str, Any], ...]
    suffixes: Mapping[str, str]
    read: Callable[[str], bytes]

    @property
    def model(self) -> str | None:
        """The model that most pictures were asked of: what a replay's lab asks by default."""
        models = [cell.request.model for cell in self.cells]
        return max(models, key=models.count) if models else None

    @property
    def provider(self) -> str:
        """Who served the pictures: the first of several, where rows name several."""
        return str(self.rows[0]["provider"]) if self.rows else "simulator"


def write(
    path: str | Path,
    cells: Sequence[Cell],
    generations: Mapping[int, Generation],
    *,
    came: Mapping[int, str] = {},
    left: Mapping[int, str] = {},
) -> Path:
    """Write the ZIP. The same comparison gives the same bytes.

    Raises:
        RecordError: it cannot be written, or a picture is gone (a ``PictureError``).

    """
    unique = {one.id: one for one in generations.values()}
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "cells": [_of_cell(cell, generations, came, left) for cell in cells],
        "generations": [row_of(one) for one in unique.values()],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    with written(path, "ZIP file") as draft, zipfile.ZipFile(draft, "w") as file:
        kept = zipfile.ZIP_DEFLATED
        file.writestr(_entry(MANIFEST), text.encode("utf-8", "replace"), kept)
        for one in {g.picture: g for g in unique.values() if g.picture}.values():
            # Pictures are pressed as far as they go already.
            file.writestr(_entry(f"pictures/{one.picture}.{one.format}"), one.bytes)
    return Path(path)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _STEADY)
    entry.external_attr = 0o644 << 16
    return entry


def _of_cell(
    cell: Cell,
    generations: Mapping[int, Generation],
    came: Mapping[int, str],
    left: Mapping[int, str],
) -> dict[str, Any]:
    shown = generations.get(cell.position)
    return {
        "position": cell.position,
        "factors": dict(cell.factors),
        "sample": cell.sample,
        "request": {"operation": cell.request.operation, **cell.request.parameters()},
        "generation": None if shown is None else shown.id,
        "came": came.get(cell.position),
        "left": left.get(cell.position),
    }


def row_of(generation: Generation) -> dict[str, Any]:
    """Write a generation as the columns that travel."""
    plain = {name: getattr(generation, name) for name in _ROW}
    asked = {name: getattr(generation.request, name) for name in names(ImageRequest)}
    moment = round(generation.time.timestamp() * 1e6)
    return {**plain, **asked, **asdict(generation.usage), "created_us": moment}


# ---- reading --------------------------------------------------------------------------------


def read(path: str | Path) -> Archive:
    """Read a ZIP that ``write`` wrote, and check every name, size, hash and value in it.

    Raises:
        InputError: it is no such ZIP, is damaged, or was made to do harm; nothing was unpacked.

    """
    try:
        file = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as cause:
        raise InputError(f"{path} cannot be read as a ZIP: {cause}. {_REMEDY}") from cause
    with file:
        entries = _entries(file, path)
        text = _bytes(file, entries[MANIFEST], MOST_MANIFEST_BYTES)
    pictures = {
        match[1]: (name, match[2]) for name in entries if (match := _PICTURE.fullmatch(name))
    }

    def bytes_of(picture: str) -> bytes:
        name, _ = pictures[picture]
        with zipfile.ZipFile(path) as again:
            data = _bytes(again, again.getinfo(name), MOST_PICTURE_BYTES)
        if hashlib.sha256(data).hexdigest() != picture:
            raise InputError(f"{name} in {path} is not what its name says it is. {_REMEDY}")
        return data

    try:
        suffixes = {at: suffix for at, (_, suffix) in pictures.items()}
        return _archive(_manifest(text, path), _digest(text), suffixes, bytes_of)
    except _ManifestError as wrong:
        raise InputError(f"The manifest of {path} {wrong}. {_REMEDY}") from None


_REMEDY = "Make it anew with comparison.zip(...)."


class _ManifestError(Exception):
    """What is wrong with a manifest, as the rest of a sentence."""


def _entries(file: zipfile.ZipFile, path: str | Path) -> dict[str, zipfile.ZipInfo]:
    """Look at every entry before any is read: its name, its size, and that it is there once."""
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in file.infolist():
        name = entry.filename
        if name != MANIFEST and not _PICTURE.fullmatch(name):
            raise InputError(f"{path} holds {name[:80]!r}, which is no part of a comparison.")
        if name in entries:
            raise InputError(f"{path} holds {name} twice. {_REMEDY}")
        if entry.flag_bits & 1:
            raise InputError(f"{path} is locked by a password: unlock it first.")
        entries[name] = entry
    if MANIFEST not in entries:
        raise InputError(f"{path} is no comparison: it has no {MANIFEST}. {_REMEDY}")
    size = sum(entry.file_size for entry in entries.values())
    packed = Path(path).stat().st_size
    if size > MOST_RATIO * packed + SPARE_BYTES:
        raise InputError(
            f"{path} would unpack to {size:,} bytes from {packed:,}: that is a bomb, and it was "
            "not unpacked."
        )
    return entries


def _bytes(file: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    if entry.file_size > most:
        raise InputError(f"{entry.filename} claims {entry.file_size:,} bytes: it was not unpacked.")
    try:
        with file.open(entry) as stream:
            data = stream.read(entry.file_size + 1)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as cause:
        raise InputError(f"{entry.filename} is damaged: {cause}. {_REMEDY}") from cause
    except Exception as cause:  # zlib, bz2 and lzma each have an error of their own
        raise InputError(f"{entry.filename} is damaged: {cause}. {_REMEDY}") from cause
    if len(data) != entry.file_size:
        raise InputError(f"{entry.filename} is not as long as it says. {_REMEDY}")
    return data


def _manifest(data: bytes, path: str | Path) -> dict[str, Any]:
    try:
        manifest = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError) as cause:
        raise InputError(f"The manifest of {path} is no JSON: {cause}. {_REMEDY}") from cause
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError(f"The manifest of {path} is not imagelab's. {_REMEDY}")
    if manifest.get("version") != VERSION:
        raise InputError(
            f"{path} is of version {manifest.get('version')!r}; this imagelab reads {VERSION}. "
            "Upgrade imagelab."
        )
    return manifest


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:12]


def _archive(
    manifest: Mapping[str, Any],
    digest: str,
    suffixes: Mapping[str, str],
    bytes_of: Callable[[str], bytes],
) -> Archive:
    rows = {row["id"]: row for row in map(_row, _list(manifest, "generations"))}
    _check_rows(list(rows.values()), len(manifest["generations"]), suffixes)
    cells = [(_cell(one, rows), one) for one in _list(manifest, "cells")]
    if len({cell.position for cell, _ in cells}) < len(cells):
        raise _ManifestError("names a cell twice")
    shown = {c.position: raw["generation"] for c, raw in cells if raw.get("generation") is not None}
    return Archive(
        digest=digest,
        cells=tuple(cell for cell, _ in cells),
        shown=shown,
        came={c.position: "sent" for c, raw in cells if raw.get("came") == "sent"},
        left={c.position: str(raw["left"]) for c, raw in cells if raw.get("left")},
        rows=tuple(rows.values()),
        suffixes=suffixes,
        read=bytes_of,
    )


def _check_rows(rows: Sequence[Mapping[str, Any]], told: int, suffixes: Mapping[str, str]) -> None:
    living = [(row["key"], row["sample"], row["take"]) for row in rows if row["status"] != "failed"]
    if len(rows) < told or len(set(living)) < len(living):
        raise _ManifestError("names a row twice")
    if unseen := set(suffixes) - {row["picture"] for row in rows}:
        raise _ManifestError(f"has no row for the picture {min(unseen)[:12]}…")
    for row in rows:
        if row["picture"] is not None and row["picture"] not in suffixes:
            raise _ManifestError(
                f"names the picture {row['picture'][:12]}…, which is not in the file"
            )
        if row["status"] == "done" and row["picture"] is None:
            raise _ManifestError(f"says that row {row['id']} is done, and names no picture")


def _list(manifest: Mapping[str, Any], name: str) -> list[Any]:
    found = manifest.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _ManifestError(f"has no list of {name}")
    return found


def _row(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Take a row's columns over, each of its kind; what is no column of ours is left out."""
    row = {name: _value(name, raw.get(name)) for name in _all_columns()}
    if row["status"] not in STATUSES or row["billed"] not in ("yes", "no", "perhaps", None):
        raise _ManifestError(f"has a row that is {row['status'][:20]!r}")
    if row["picture"] is not None and not re.fullmatch(r"[0-9a-f]{64}", row["picture"]):
        raise _ManifestError("names a picture by what is no hash")
    if row["actual_format"] not in (*MIME, None) or not 0 <= row["created_us"] < _END_OF_TIME:
        raise _ManifestError("has a kind of file or a time that there is not")
    kind = getattr(errors, row["error_kind"] or "", None)
    if not (isinstance(kind, type) and issubclass(kind, errors.ImageLabError)):
        row["error_kind"] = None
    return {**row, "run": None}


_END_OF_TIME = 253_402_300_800_000_000
"""The last microsecond of the year 9999, since 1970."""


def _value(name: str, value: Any) -> Any:
    kinds = _KINDS.get(name, (int, type(None)) if name in _WHOLE else (str, type(None)))
    fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
    if not fits or (isinstance(value, int | float) and not abs(value) < 2**63):
        raise _ManifestError(f"has {str(value)[:40]!r} where {name} is wanted")
    return plain(value) if isinstance(value, str) else value


def _all_columns() -> tuple[str, ...]:
    columns = (*_ROW, *names(ImageRequest), *names(Usage), "created_us")
    return tuple(dict.fromkeys(columns))


def _cell(raw: Mapping[str, Any], rows: Mapping[int, Mapping[str, Any]]) -> Cell:
    factors, position, sample = (raw.get(name) for name in ("factors", "position", "sample"))
    texts = isinstance(factors, dict) and all(isinstance(one, str) for one in factors.values())
    numbers = all(type(one) is int and 0 <= one < 2**31 for one in (position, sample))
    if not texts or not numbers:
        raise _ManifestError(f"has a cell that is none: {str(dict(raw))[:80]}")
    clean = {plain(name): plain(value) for name, value in dict(factors or {}).items()}
    return Cell(int(position or 0), clean, _request(raw, rows), int(sample or 0))


def _request(raw: Mapping[str, Any], rows: Mapping[int, Mapping[str, Any]]) -> ImageRequest:
    """Give what a cell asked for: as its row says, since that was legal when it was sent."""
    number, asked = raw.get("generation"), raw.get("request")
    if number is not None:
        if type(number) is not int or number not in rows:
            raise _ManifestError(f"shows row {str(number)[:20]}, which is not in it")
        return generation_of(rows[number], None).request
    known = asked if isinstance(asked, dict) else {}
    values = {name: _value(name, known.get(name)) for name in names(ImageRequest)}
    given = {name: value for name, value in values.items() if value is not None}
    try:
        return ImageRequest(**given)
    except InputError as cause:
        raise _ManifestError(f"asks for what cannot be asked: {cause}") from cause


def pictures(archive: Archive) -> Iterator[tuple[str, str, bytes]]:
    """Read every picture that a row shows: its hash, its suffix and its bytes, checked.

    Raises:
        InputError: its bytes are others than its name says, or no picture.

    """
    done = {row["picture"] for row in archive.rows if row["status"] == "done"}
    for name in dict.fromkeys(row["picture"] for row in archive.rows if row["picture"]):
        data = archive.read(name)
        if name in done:
            try:
                look(data)
            except PictureError as cause:
                raise InputError(f"pictures/{name}: {cause}") from cause
        yield name, archive.suffixes[name], data
