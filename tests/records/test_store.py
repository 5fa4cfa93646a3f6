from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from imagelab.errors import PictureError, RecordError
from imagelab.records import owner
from imagelab.records.store import Store
from tests.servers import picture

KINDS = ("png", "jpeg", "webp")


def everything(folder: Path) -> list[str]:
    """Name every file under a folder, drafts too."""
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


# --- keeping --------------------------------------------------------------------------------


def test_bytes_are_kept_as_received(tmp_path: Path) -> None:
    """What is kept is byte for byte what was given, under the sha256 of it."""
    store = Store(tmp_path / "pictures")
    name = store.keep(picture(), "png")
    assert name == hashlib.sha256(picture()).hexdigest()
    assert store.path(name).read_bytes() == picture()
    assert store.path(name).name == f"{name}.png"


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    """Keeping the same bytes twice makes one file."""
    store = Store(tmp_path)
    assert store.keep(b"same", "bin") == store.keep(b"same", "bin")
    assert len(everything(tmp_path)) == 1


def test_the_same_bytes_from_many_threads_are_kept_once(tmp_path: Path) -> None:
    """Threads that keep the same bytes at once make one whole file and no draft."""
    store = Store(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: store.keep(picture(), "png"), range(32)))
    (name,) = names
    assert everything(tmp_path) == [f"{name}.png"]
    assert store.path(name).read_bytes() == picture()


def test_a_file_that_was_cut_short_is_mended(tmp_path: Path) -> None:
    """Keeping bytes whose file has another length writes it anew."""
    store = Store(tmp_path)
    name = store.keep(picture(), "png")
    store.path(name).write_bytes(picture()[:10])
    store.keep(picture(), "png")
    assert store.path(name).read_bytes() == picture()


def test_a_file_that_was_changed_is_mended(tmp_path: Path) -> None:
    """Keeping bytes whose file has their length and not their content writes it anew."""
    store = Store(tmp_path)
    name = store.keep(picture(), "png")
    store.path(name).write_bytes(bytes(len(picture())))
    store.keep(picture(), "png")
    assert store.path(name).read_bytes() == picture()


def test_bytes_that_are_no_picture_are_kept_too(tmp_path: Path) -> None:
    """What was paid for and is no picture is kept under its hash all the same."""
    store = Store(tmp_path)
    name = store.keep(b"", "bin")
    assert store.path(name).read_bytes() == b""


def test_a_kept_file_can_be_read_by_others(tmp_path: Path) -> None:
    """A kept file has the usual rights, not those of a temporary file."""
    store = Store(tmp_path)
    name = store.keep(b"x", "bin")
    assert store.path(name).stat().st_mode & 0o777 == 0o644


def test_a_picture_that_is_gone_names_the_remedy(tmp_path: Path) -> None:
    """Asking for a picture that is not there is a PictureError that says what to do."""
    with pytest.raises(PictureError, match="fresh=True"):
        Store(tmp_path / "never made").path("0" * 64)


# --- failing --------------------------------------------------------------------------------


def test_a_file_in_the_folders_place_is_a_clear_error(tmp_path: Path) -> None:
    """Where the folder cannot be made, keeping is a RecordError that says what to do."""
    (tmp_path / "pictures").write_text("I am a file")
    with pytest.raises(RecordError, match="give the lab another path"):
        Store(tmp_path / "pictures").keep(picture(), "png")
    assert everything(tmp_path) == ["pictures"]


def run(code: str, *arguments: str) -> str:
    """Run Python code in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


FULL = """
import resource, signal, sys
from pathlib import Path
from imagelab.errors import RecordError
from imagelab.records.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    Store(Path(sys.argv[1])).keep(b"x" * 5000, "png")
except RecordError as error:
    print("Free some space" in str(error))
"""


KILLED = """
import os, signal, sys
from pathlib import Path
from imagelab.records import store
store.os.replace = lambda *names: os.kill(os.getpid(), signal.SIGKILL)
store.Store(Path(sys.argv[1])).keep(b"x" * 5000, "png")
"""


def test_what_a_killed_process_was_writing_is_thrown_away(tmp_path: Path) -> None:
    """A draft of a process that was killed is gone when the next picture is kept; no other is."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(everything(folder)) == 1
    living = folder / ".drafts" / f"{owner.me().replace('/', '~')}~living"
    living.touch()
    name = Store(folder).keep(b"y", "bin")
    assert everything(folder) == sorted([f"{name}.bin", living.name])


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """When the disk has no room, keeping is a RecordError, and not even a draft stays."""
    assert run(FULL, str(tmp_path)) == "True"
    assert everything(tmp_path) == []


def test_looking_for_room_leaves_nothing_behind(tmp_path: Path) -> None:
    """Where a picture would find room, looking for it makes no file that stays."""
    Store(tmp_path / "pictures").check_room()
    assert everything(tmp_path) == []


def test_a_disk_without_room_is_told_by_looking(tmp_path: Path) -> None:
    """Where a picture would not fit, looking for room is the error that keeping would be."""
    assert run(FULL.replace('keep(b"x" * 5000, "png")', "check_room()"), str(tmp_path)) == "True"
    assert everything(tmp_path) == []


CROWDED = """
import os, resource, sys
from pathlib import Path
from imagelab.errors import RecordError
from imagelab.records.store import Store
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
opened = []
try:
    while True:
        opened.append(open(os.devnull))
except OSError:
    pass
try:
    Store(Path(sys.argv[1])).keep(b"x", "png")
except RecordError as error:
    print("lower concurrency" in str(error))
"""


def test_too_many_open_files_are_no_full_disk(tmp_path: Path) -> None:
    """Where the system opens no more files the remedy is to ask for less at once."""
    assert run(CROWDED, str(tmp_path)) == "True"


FORBIDDEN = """
import os, sys
from pathlib import Path
from imagelab.errors import RecordError
from imagelab.records.store import Store
if os.geteuid() == 0:
    os.seteuid(65534)
try:
    Store(Path(sys.argv[1])).keep(b"x", "png")
except RecordError as error:
    print("make the folder writable" in str(error))
"""


@pytest.mark.parametrize("mode", [0o000, 0o555], ids=oct)
def test_a_folder_without_rights_is_a_clear_error(tmp_path: Path, mode: int) -> None:
    """A folder that may not be written, or not even looked into, is a RecordError."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    # The folders above belong to whoever runs the tests alone: open them to the child.
    above = [one for one in [tmp_path, *tmp_path.parents] if one.owner() == tmp_path.owner()]
    rights = {one: one.stat().st_mode for one in above if one.name.startswith(("pytest-", "test_"))}
    for one in rights:
        one.chmod(0o755)
    folder.chmod(mode)
    try:
        assert run(FORBIDDEN, str(folder)) == "True"
    finally:
        folder.chmod(0o700)
        for one, right in rights.items():
            os.chmod(one, right)


def test_what_is_made_of_a_picture_is_made_once(tmp_path: Path) -> None:
    """A thumbnail is made the first time and read the second; it goes with its picture."""
    store, made = Store(tmp_path), []
    name = store.keep(b"a picture", "png")

    def make() -> bytes:
        made.append(1)
        return b"small"

    assert [store.derived(name, "256.webp", make) for _ in range(3)] == [b"small"] * 3
    assert made == [1]
    assert [file.stem for file in store.files()] == [name]
    store.forget(name)
    store.derived(name, "256.webp", make)
    assert made == [1, 1]


def test_a_full_disk_does_not_keep_a_thumbnail_from_being_shown(tmp_path: Path) -> None:
    """Where nothing can be kept, what was made is given all the same."""
    (tmp_path / ".small").write_text("no folder")
    assert Store(tmp_path).derived("ab" * 32, "256.webp", lambda: b"small") == b"small"
