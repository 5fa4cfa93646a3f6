"""Pictures under the hash of their bytes, exactly as received: never re-encoded."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from imagelab.errors import PictureError, RecordError
from imagelab.records import owner

DRAFTS = ".drafts"
ROOM_BYTES = 2**20
"""What is written to see whether there is room: about a picture."""

SMALL = ".small"
"""Where what was made of pictures is kept: it may be deleted, and is then made again."""


def file_name(data: bytes, suffix: str) -> str:
    """Name the file of a picture: the sha256 of its bytes, and what kind it is."""
    return f"{hashlib.sha256(data).hexdigest()}.{suffix}"


class Store:
    """A folder of pictures, each in a file named by the sha256 of its bytes.

    >>> store = Store(Path("imagelab-data/pictures"))      # doctest: +SKIP
    >>> store.path(store.keep(data, "png"))                # doctest: +SKIP
    PosixPath('imagelab-data/pictures/3f/3f9a….png')
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._is_swept = False

    def keep(self, data: bytes, suffix: str) -> str:
        """Make the bytes durable and return their sha256; the same bytes are kept once.

        Raises:
            RecordError: the disk is full, the folder is read-only, or the like. Nothing
                half-written stays.

        """
        file = file_name(data, suffix)
        target = self.folder / file[:2] / file
        with _translated(target):
            if not _holds(target, data):
                _make_folder(target.parent)
                self._write_durably(target, data)
        return target.stem

    def check_room(self) -> None:
        """See that a picture could be kept, before one is paid for.

        Raises:
            RecordError: as for ``keep``.

        """
        with _translated(self.folder / DRAFTS):
            _make_folder(self.folder)
            os.unlink(self._draft(bytes(ROOM_BYTES)))

    def _write_durably(self, target: Path, data: bytes) -> None:
        """Write elsewhere, flush to the disk, then rename: whole or not at all."""
        draft = self._draft(data, durable=True)
        try:
            os.chmod(draft, 0o644)
            os.replace(draft, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(draft)
            raise
        _flush(target.parent)

    def _draft(self, data: bytes, *, durable: bool = False) -> str:
        """Write a whole file that is no picture yet; what could not be written is gone."""
        drafts = self.folder / DRAFTS
        drafts.mkdir(exist_ok=True)
        if not self._is_swept:
            self.sweep()
        handle, draft = tempfile.mkstemp(dir=drafts, prefix=f"{owner.me().replace('/', '~')}~")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(draft)
            raise
        return draft

    def read(self, name: str) -> bytes:
        """Read a picture's bytes.

        Raises:
            PictureError: the file is gone, cannot be read, or is no longer as it was kept.

        """
        path = self.path(name)
        try:
            data = path.read_bytes()
        except OSError as cause:
            raise PictureError(f"The picture {path} cannot be read: {cause}.") from cause
        if hashlib.sha256(data).hexdigest() != name:
            raise PictureError(f"The file {path} is no longer as it was kept.")
        return data

    def sweep(self) -> int:
        """Throw away what processes were writing when they died; say how many that were."""
        self._is_swept = True
        drafts = [
            draft
            for draft in (self.folder / DRAFTS).glob("*~*~*~*")
            if owner.is_dead(draft.name.rpartition("~")[0].replace("~", "/"))
        ]
        for draft in drafts:
            draft.unlink(missing_ok=True)
        return len(drafts)

    def derived(self, name: str, suffix: str, make: Callable[[], bytes]) -> bytes:
        """Give what was made of a picture (its thumbnail); make it, and keep it, the first time.

        A disk that takes nothing more is no reason to show nothing.
        """
        target = self.folder / SMALL / name[:2] / f"{name}-{suffix}"
        with contextlib.suppress(OSError):
            if data := target.read_bytes():
                return data
        data = make()
        with contextlib.suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".")
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(draft, target)
        return data

    def files(self) -> list[Path]:
        """List every picture's file."""
        return sorted(self.folder.glob("[0-9a-f][0-9a-f]/*"))

    def forget(self, name: str) -> bool:
        """Delete a picture's file and what was made of it; say whether there was one."""
        files = list((self.folder / name[:2]).glob(f"{name}.*"))
        for file in [*files, *(self.folder / SMALL / name[:2]).glob(f"{name}-*")]:
            file.unlink(missing_ok=True)
        return bool(files)

    def path(self, name: str) -> Path:
        """Find the file of a picture.

        Raises:
            PictureError: there is none; somebody moved or deleted it.

        """
        for found in (self.folder / name[:2]).glob(f"{name}.*"):
            return found
        raise PictureError(
            f"The picture {name[:12]}… is not in {self.folder}: put the file back, "
            "or ask again with fresh=True."
        )


def _holds(target: Path, data: bytes) -> bool:
    """Tell whether a file holds these bytes; one that was cut or changed is written anew."""
    there = target.is_file() and target.stat().st_size == len(data)
    return there and target.read_bytes() == data


def _make_folder(folder: Path) -> None:
    """Make a folder whose name is durable too, and those above it."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _flush(folder.parent)


def _flush(folder: Path) -> None:
    """Make the names in a folder durable, where the system knows how (not on Windows)."""
    with contextlib.suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _translated(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        remedy = "Free some space or make the folder writable, or give the lab another path."
        if cause.errno in (errno.EMFILE, errno.ENFILE):
            remedy = "Close what this kernel has open, or give the lab a lower concurrency."
        raise RecordError(
            f"Pictures cannot be written to {target.parent}: {cause.strerror or cause}. {remedy}"
        ) from cause
