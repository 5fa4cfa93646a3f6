"""The Files API's shelf: what was uploaded, in memory for as long as the simulator lives."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field

PURPOSES = (
    "assistants", "batch", "fine-tune", "vision", "user_data", "evals",
)  # fmt: skip
"""What a file may be uploaded for."""

MOST_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True)
class File:
    """One file. ``expires_at`` is Unix time, None for never."""

    filename: str
    purpose: str
    mime: str
    data: bytes
    expires_at: int | None = None
    created_at: int = field(default_factory=lambda: int(time.time()))
    id: str = field(default_factory=lambda: f"file-{uuid.uuid4().hex[:24]}")


class Files:
    """Keeps files; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, File] = {}

    def add(self, file: File) -> File:
        """Keep a file, and return it."""
        with self._lock:
            self._files[file.id] = file
        return file

    def get(self, file_id: str) -> File | None:
        """Return the file of this id, or None if there is none (any more)."""
        with self._lock:
            self._expire()
            return self._files.get(file_id)

    def delete(self, file_id: str) -> bool:
        """Forget a file; return whether there was one."""
        with self._lock:
            self._expire()
            return self._files.pop(file_id, None) is not None

    def list(self, purpose: str | None = None) -> list[File]:
        """Return the files, newest first, of one purpose where it is given."""
        with self._lock:
            self._expire()
            kept = reversed(self._files.values())
            return [file for file in kept if purpose in (None, file.purpose)]

    def _expire(self) -> None:
        now = time.time()
        over = [one.id for one in self._files.values() if one.expires_at and one.expires_at <= now]
        for file_id in over:
            del self._files[file_id]
