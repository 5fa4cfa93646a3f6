"""Where requests arrive: each is checked, counted and given its number, one after another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from imagelab.simulator import bodies
from imagelab.simulator.bodies import Reply
from imagelab.simulator.checks import Asked, check, told
from imagelab.simulator.fault_list import Faults
from imagelab.simulator.faults import Fault
from imagelab.simulator.files import Files
from imagelab.simulator.limits import Limits, duration, retry_headers
from imagelab.simulator.manners import Manners
from imagelab.simulator.spending import usage_of
from imagelab.simulator.wanted import Wanted

Answer = Callable[[dict[str, object], str, tuple[int, int] | None], Reply]
"""Gives the whole answer to what a request asks for (files by their SHA-256), under its id; told
which sample and take that is, if the request says so."""


@dataclass(frozen=True)
class Order:
    """What the desk decided: ``reply`` at once, or ``wanted`` to be drawn from ``take`` on.

    Either way it goes out no sooner than ``seconds`` after the request came.
    """

    seconds: float = 0.0
    reply: Reply | None = None
    wanted: Wanted | None = None
    take: int = 1
    fault: Fault | None = None


class Desk:
    """Takes requests in. ``receive`` is called by one thread only, so that order is order."""

    def __init__(
        self,
        faults: Faults,
        limits: Limits,
        files: Files,
        manners: Manners,
        *,
        drawn: Callable[[dict[str, object]], int] | None = None,
        retire: bool = False,
        answer: Answer | None = None,
    ) -> None:
        self._answer = answer
        self.limits = limits
        self.retire = retire
        self._faults = faults
        self._files = files
        self._manners = manners
        self._drawn = drawn
        self._takes: dict[str, int] = {}

    def receive(self, asked: Asked, request_id: str) -> Order:
        """Decide what becomes of a request."""
        if self._answer is not None:
            content = told(asked, self._files)
            if isinstance(content, Reply):
                return Order(reply=content)
            return Order(reply=self._answer(content, request_id, asked.which))
        wanted = check(asked, self._files, self._manners, retire=self.retire)
        if isinstance(wanted, Reply):
            return Order(reply=wanted)
        picked = self._faults.pick(
            wanted.prompt,
            size_is_auto=wanted.size_is_auto,
            in_batch=wanted.lane == "batch",
        )
        seconds = sum(fault.seconds for fault in picked if fault.kind == "slow")
        fault = next((one for one in picked if one.kind != "slow"), None)
        reply = self._refusal(fault, wanted, request_id) or self._limited(wanted)
        if reply:
            return Order(seconds, reply=reply)
        return Order(seconds, wanted=wanted, take=self._take(wanted), fault=fault)

    def receive_question(self, words: str, model_id: str, *, tokens: int, request_id: str) -> Order:
        """Decide what becomes of a question to a judge; the order then holds no picture."""
        if self._answer is not None:
            return Order(reply=bodies.not_recorded())
        picked = self._faults.pick(words, size_is_auto=False)
        seconds = sum(fault.seconds for fault in picked if fault.kind == "slow")
        fault = next((one for one in picked if one.kind != "slow"), None)
        reply = _refused(fault, model_id, 1, request_id)
        reply = reply or self.limits.take(model_id, images=0, tokens=tokens)
        return Order(seconds, reply=reply, fault=None if reply else fault)

    def _refusal(self, fault: Fault | None, wanted: Wanted, request_id: str) -> Reply | None:
        return _refused(fault, wanted.model.id, wanted.n, request_id)

    def _limited(self, wanted: Wanted) -> Reply | None:
        if wanted.lane == "batch":
            return None  # batches have limits of their own
        usage = usage_of(wanted)
        spent = usage.text_in + usage.image_in + usage.image_out
        return self.limits.take(wanted.model.id, images=wanted.n, tokens=spent)

    def _take(self, wanted: Wanted) -> int:
        """Return which picture of this request is next, from 1, and count those to come."""
        before = self._takes.get(wanted.key)
        if before is None:
            before = self._drawn(dict(wanted.body)) if self._drawn else 0
        self._takes[wanted.key] = before + wanted.n
        return before + 1


def _refused(fault: Fault | None, model_id: str, number: int, request_id: str) -> Reply | None:
    if fault is None or fault.bills or fault.kind == "expire":
        return None
    return _REFUSALS[fault.kind](fault, model_id, number, request_id)


def _too_many(fault: Fault, model_id: str, number: int, request_id: str) -> Reply:
    wait = None if fault.wait == "none" else duration(fault.seconds)
    return bodies.rate_limited(
        model_id,
        bucket="input-images",
        numbers=f"Limit 5, Used 5, Requested {number}",
        wait=wait,
        headers=_wait_headers(fault),
    )


def _wait_headers(fault: Fault) -> dict[str, str]:
    if fault.wait == "seconds":
        return {"retry-after": f"{fault.seconds:g}"}
    if fault.wait == "milliseconds":
        return dict(retry_headers(fault.seconds))
    if fault.wait == "date":
        return {"retry-after": bodies.http_date(time.time() + fault.seconds)}
    return {}


_REFUSALS: dict[str, Callable[[Fault, str, int, str], Reply]] = {
    "too_many": _too_many,
    "fail": lambda fault, *_: bodies.server_error(fault.status, fault.text),
    "bad_key": lambda *_: bodies.bad_key(),
    "unverified": lambda fault, model_id, *_: bodies.unverified(model_id),
    "no_quota": lambda *_: bodies.no_quota(),
    "billing_limit": lambda *_: bodies.billing_limit(),
    "retired": lambda fault, model_id, *_: bodies.retired(model_id, fault.status),
    "moderated_input": lambda fault, model_id, number, request_id: bodies.moderated(
        "input", request_id
    ),
}


class Traffic:
    """How many POSTs came, and how many requests are still in hand."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._posts = 0
        self._in_hand = 0

    @property
    def posts(self) -> int:
        """POSTs that arrived, whatever became of them."""
        return self._posts

    def enter(self, method: str) -> None:
        """Count a request in."""
        with self._changed:
            self._posts += method == "POST"
            self._in_hand += 1

    def leave(self) -> None:
        """Count a request out."""
        with self._changed:
            self._in_hand -= 1
            self._changed.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until no request is in hand; return whether that came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._in_hand == 0, seconds)
