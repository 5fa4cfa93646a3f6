"""Reading a ZIP that claims to be a comparison: every entry is looked at before any is read."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from imagelab.errors import InputError, PictureError
from imagelab.insight import manifests
from imagelab.insight.archive import FORMAT, MANIFEST, VERSION, Archive
from imagelab.insight.manifests import ManifestError
from imagelab.pictures import look

MOST_MANIFEST_BYTES = 200_000_000
MOST_PICTURE_BYTES = 100_000_000
MOST_RATIO, SPARE_BYTES = 20, 20_000_000
"""Pictures hardly shrink: what unpacks to twenty times the file and more is a bomb."""

_PICTURE = re.compile(r"pictures/([0-9a-f]{64})\.(png|jpeg|webp|gif|svg|bin)")


def read(path: str | Path) -> Archive:
    """Read a ZIP that ``write`` wrote, and check every name, size, hash and value in it.

    Raises:
        InputError: it is no such ZIP, is damaged, or was made to do harm; nothing was unpacked.

    """
    if not isinstance(path, str | os.PathLike):
        raise InputError(f"A ZIP is named by its path, such as 'foxes.zip', and not {path!r}.")
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
        return manifests.archive(_manifest(text, path), _digest(text), suffixes, bytes_of)
    except ManifestError as wrong:
        raise InputError(f"The manifest of {path} {wrong}. {_REMEDY}") from None


_REMEDY = "Make it anew with comparison.zip(...)."


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


def pictures(archive: Archive) -> Iterator[tuple[str, str, bytes]]:
    """Read every picture: its hash, its suffix and its bytes, checked.

    Those that a row shows must be there; those that went along may be missing (they are in no
    ZIP of an older version).

    Raises:
        InputError: its bytes are others than its name says, or no picture.

    """
    spoilt = {row["picture"] for row in archive.rows if row["status"] != "done"}
    for name in archive.suffixes:
        data = archive.read(name)
        if name not in spoilt:
            try:
                look(data)
            except PictureError as cause:
                raise InputError(f"pictures/{name}: {cause}") from cause
        yield name, archive.suffixes[name], data
    for name in sorted(set(archive.suffixes) - {row["picture"] for row in archive.rows}):
        data = archive.read(name)
        try:
            look(data)
        except PictureError as cause:
            raise InputError(f"pictures/{name}: {cause}") from cause
        yield name, archive.suffixes[name], data
