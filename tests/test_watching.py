"""Looking again and again."""

from __future__ import annotations

import queue
import threading

from imagelab.errors import RecordError
from imagelab.watching import Watch


def test_only_what_is_new_is_told() -> None:
    """A value that stays is told once; a look that fails is made again."""
    values = iter([1, 1, None, 1, 2, 2])
    told: queue.Queue[int] = queue.Queue()
    ended = threading.Event()

    def look() -> int:
        found = next(values, 0)
        if found == 0:
            ended.set()
            return 2
        if found is None:
            raise RecordError("locked")
        return found

    watch = Watch(look, told.put, every=0.001).start()
    assert ended.wait(30)
    watch.stop()
    watch.join(30)
    assert [told.get_nowait() for _ in range(told.qsize())] == [1, 2]


def test_after_its_end_it_looks_no_more() -> None:
    """Stopped twice, from anywhere, its thread is gone."""
    watch = Watch(lambda: 1, lambda _: None, every=0.001).start()
    watch.stop()
    watch.stop()
    watch.join(30)
    assert watch.is_over
    assert not watch._thread.is_alive()
