"""The fault menu: what can go wrong with a provider, on order.

A `Fault` is a frozen value: a kind, its figures, and when it applies. Make one with the
method of its kind and narrow it with `Fault.only`::

    simulator.faults.add(Fault.slow(3))                               # every request
    simulator.faults.add(Fault.too_many(retry_after=2).only(times=3))  # the next three
    simulator.faults.add(Fault.fail(503).only(every=4))               # every fourth
    simulator.faults.add(Fault.cut().only(chance=0.1, seed=7))        # a tenth, by a seed
    simulator.faults.add(Fault.moderated_input().only(word="blood"))  # prompts with the word
    simulator.faults.clear()

On the command line (`fault_spec.parse`) a fault is ``NAME[:FIGURE][,key=value...]``; underscores
and dashes mean the same, and an HTTP status stands for its own fault::

    --fault slow:3 --fault 429:retry-after=2,times=3 --fault "503:text=Too busy,every=4"

====================  ===============================  ==================================  ======
name                  figures                          what the client meets               billed
====================  ===============================  ==================================  ======
slow                  seconds                          an answer that late, if it waits    yes
refuse                seconds                          nobody listens at the port          no
hang_up               (none)                         dropped before a byte is read       no
too_many (429)        retry_after | retry_after_ms |   429, saying in one way or in none   no
                      date (seconds from now)          how long to wait
fail (500, 502, 503)  status, text, billed             5xx; text makes ``error`` a string  choice
bad_key (401)         (none)                         401 invalid_api_key                 no
unverified (403)      (none)                         403, organisation not verified      no
no_quota              (none)                         429 insufficient_quota              no
billing_limit         (none)                         400 billing_hard_limit_reached      no
retired               status (400)                     the model does not exist (any more)  no
expire                (none)                         a batch's request not done in time  no
moderated_input       (none)                         400 moderation_blocked, stage input no
moderated_output      (none)                         the same, when the picture is done  yes
cut                   (none)                         all headers, half of the body       yes
cut_stream            partials (1)                     a stream that ends after so many    yes
                                                       partial pictures, without an end
stream_error          partials (1), text               after so many partial pictures, an  yes
                                                       error inside the stream
drop                  (none)                         the line goes dead before an answer yes
trickle               seconds (1)                      a byte, and one more every so often yes
no_usage              (none)                         an answer without usage             yes
extra_tokens          tokens (6)                       more input tokens than counted      yes
wrong_size            size (half of each edge)         a picture of other pixels           yes
odd_size              size (1122x1402)                 what size "auto" resolves to        yes
garbage               (none)                         a body that is no JSON              yes
no_picture            (none)                         base64 of bytes that are no picture yes
bad_base64            (none)                         a picture that is no base64         yes
empty                 (none)                         an empty list of pictures           yes
====================  ===============================  ==================================  ======

A fault counts the requests that it could apply to: valid requests for pictures whose prompt
has its word (odd_size: whose size is "auto"; expire: those of a batch). hang_up counts
requests at their first byte. Lines cannot break in a batch: there such faults only bill.
Delays add up; of the other faults the first that applies is served, and those behind it
do not count that request.

refuse without a condition shuts the port as soon as it is added; with one, when a request
meets it: that request is answered as ever, and then nobody listens for ``seconds``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from imagelab.errors import InputError

Kind = Literal[
    "slow",
    "refuse",
    "hang_up",
    "too_many",
    "fail",
    "bad_key",
    "unverified",
    "no_quota",
    "billing_limit",
    "retired",
    "expire",
    "moderated_input",
    "moderated_output",
    "cut",
    "cut_stream",
    "stream_error",
    "drop",
    "trickle",
    "no_usage",
    "extra_tokens",
    "wrong_size",
    "odd_size",
    "garbage",
    "no_picture",
    "bad_base64",
    "empty",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The names of the menu, in its order."""

_SIZE = re.compile(r"[1-9]\d{0,4}x[1-9]\d{0,4}")

LONGEST_EDGE, MOST_PIXELS = 8192, 4096 * 4096
"""The largest picture that is drawn wrongly on order: twice what any model draws."""

MOST_TOKENS = 10_000_000_000
"""The most input tokens that a bill has too many: more than any client may take for a count."""


@dataclass(frozen=True)
class When:
    """When a fault applies; as it stands, to every request. See `Fault.only`."""

    times: int | None = None
    after: int = 0
    every: int = 1
    chance: float = 1.0
    seed: int = 0
    word: str | None = None

    def __post_init__(self) -> None:
        if self.times is not None and self.times < 1:
            raise InputError(f"times={self.times}: a fault applies at least once.")
        if self.after < 0 or self.every < 1:
            raise InputError("after is 0 or more requests, and every is 1 or more.")
        if not 0 < self.chance <= 1:
            raise InputError(f"chance={self.chance}: give more than 0 and at most 1.")

    def strikes(self, number: int) -> bool:
        """Return whether the ``number``-th request (from 1) that could be hit is hit."""
        late = number - self.after
        return late > 0 and late % self.every == 0 and self._drawn(number)

    def _drawn(self, number: int) -> bool:
        digest = hashlib.sha256(f"{self.seed}:{number}".encode()).digest()
        return int.from_bytes(digest[:8], "big") < self.chance * 2**64


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. ``bills`` says whether the server bills all the same."""

    kind: Kind
    bills: bool = True
    seconds: float = 0.0
    status: int = 0
    text: str | None = None
    wait: Literal["none", "seconds", "milliseconds", "date"] = "none"
    size: str | None = None
    tokens: int = 0
    partials: int = 0
    when: When = field(default_factory=When)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"No fault is called {self.kind!r}. Known are {', '.join(KINDS)}.")
        if not 0 <= self.seconds < 1e6:
            raise InputError(f"{self.kind}: {self.seconds} seconds is no time to wait.")
        if self.size is not None and not _SIZE.fullmatch(self.size):
            raise InputError(f"{self.kind}: size {self.size!r} is not written as WIDTHxHEIGHT.")
        if self.size is not None and not _is_drawable(self.size):
            raise InputError(
                f"{self.kind}: size {self.size} is too large. Give at most {LONGEST_EDGE:,} pixels "
                f"an edge and {MOST_PIXELS:,} in all."
            )
        if not 0 <= self.tokens <= MOST_TOKENS:
            raise InputError(f"{self.kind}: give 0 to {MOST_TOKENS:,} tokens, not {self.tokens}.")
        if not 0 <= self.partials <= 3:
            raise InputError(f"{self.kind}: a stream has 0 to 3 partial pictures.")
        if self.kind == "hang_up" and self.when.word is not None:
            raise InputError("hang_up reads nothing, so it cannot know a word. Leave the word out.")

    def only(
        self,
        *,
        times: int | None = None,
        after: int = 0,
        every: int = 1,
        chance: float = 1.0,
        seed: int = 0,
        word: str | None = None,
    ) -> Fault:
        """Return this fault for some requests only; all the conditions must hold.

        ``times`` it applies and then is spent; the first ``after`` requests go free; of the
        rest ``every`` k-th, with a ``chance`` that ``seed`` decides; prompts with ``word``.
        """
        when = When(times, after, every, chance, seed, word)
        return replace(self, when=when)

    # --- the line -----------------------------------------------------------------------------

    @classmethod
    def slow(cls, seconds: float) -> Fault:
        """Answer no sooner than after ``seconds``; billed then, even if the client has left."""
        return cls("slow", seconds=seconds)

    @classmethod
    def refuse(cls, seconds: float) -> Fault:
        """Stop listening for ``seconds``: connections are refused, as by a stopped server."""
        return cls("refuse", bills=False, seconds=seconds)

    @classmethod
    def hang_up(cls) -> Fault:
        """Drop the connection before reading a byte of the request."""
        return cls("hang_up", bills=False)

    @classmethod
    def cut(cls) -> Fault:
        """Send all the headers and half of the body, then close the connection."""
        return cls("cut")

    @classmethod
    def cut_stream(cls, partials: int = 1) -> Fault:
        """Close the connection after so many partial pictures; what does not stream is cut."""
        return cls("cut_stream", partials=partials)

    @classmethod
    def stream_error(cls, partials: int = 1, *, text: str | None = None) -> Fault:
        """Send an error after so many partial pictures; what does not stream is a 500.

        ``text`` makes its ``error`` a string. It is billed either way.
        """
        return cls("stream_error", status=500, partials=partials, text=text)

    @classmethod
    def drop(cls) -> Fault:
        """Draw and bill, then reset the connection before the first byte of the answer."""
        return cls("drop")

    @classmethod
    def trickle(cls, seconds: float = 1.0) -> Fault:
        """Send the body a byte at a time, one every ``seconds``: no read ever times out."""
        return cls("trickle", seconds=seconds)

    # --- answers that are errors --------------------------------------------------------------

    @classmethod
    def too_many(
        cls,
        *,
        retry_after: float | None = None,
        retry_after_ms: float | None = None,
        date: float | None = None,
    ) -> Fault:
        """Answer 429, asking to wait: in seconds, in milliseconds, until a date, or not at all.

        ``date`` is in seconds from the answer on, and goes out as an HTTP date.
        """
        given = [one for one in (retry_after, retry_after_ms, date) if one is not None]
        if len(given) > 1:
            raise InputError("Give one of retry_after, retry_after_ms and date, or none.")
        if retry_after is not None:
            return cls("too_many", bills=False, wait="seconds", seconds=retry_after)
        if retry_after_ms is not None:
            seconds = retry_after_ms / 1000
            return cls("too_many", bills=False, wait="milliseconds", seconds=seconds)
        if date is not None:
            return cls("too_many", bills=False, wait="date", seconds=date)
        return cls("too_many", bills=False)

    @classmethod
    def fail(cls, status: int = 500, *, text: str | None = None, billed: bool = False) -> Fault:
        """Answer a 5xx. ``text`` makes its ``error`` a string; ``billed`` draws and bills first."""
        if not 500 <= status <= 599:
            raise InputError(f"fail answers with a status from 500 to 599, not {status}.")
        return cls("fail", bills=billed, status=status, text=text)

    @classmethod
    def bad_key(cls) -> Fault:
        """Answer 401: the key is not known."""
        return cls("bad_key", bills=False)

    @classmethod
    def unverified(cls) -> Fault:
        """Answer 403: the organisation is not verified."""
        return cls("unverified", bills=False)

    @classmethod
    def no_quota(cls) -> Fault:
        """Answer 429 insufficient_quota, which no waiting helps."""
        return cls("no_quota", bills=False)

    @classmethod
    def billing_limit(cls) -> Fault:
        """Answer 400 billing_hard_limit_reached."""
        return cls("billing_limit", bills=False)

    @classmethod
    def retired(cls, status: int = 400) -> Fault:
        """Answer that the model was shut down: 400 as the images do, or 404 as the others do."""
        if status not in (400, 404):
            raise InputError(f"A retired model is answered with 400 or 404, not {status}.")
        return cls("retired", bills=False, status=status)

    @classmethod
    def expire(cls) -> Fault:
        """Let a request of a batch not be done in time; its batch expires at its end."""
        return cls("expire", bills=False)

    @classmethod
    def moderated_input(cls) -> Fault:
        """Refuse the prompt: 400 moderation_blocked, before anything is drawn."""
        return cls("moderated_input", bills=False)

    @classmethod
    def moderated_output(cls) -> Fault:
        """Refuse the finished picture: 400 moderation_blocked, and it is billed."""
        return cls("moderated_output")

    # --- answers that are wrong ---------------------------------------------------------------

    @classmethod
    def no_usage(cls) -> Fault:
        """Leave ``usage`` out of the answer."""
        return cls("no_usage")

    @classmethod
    def extra_tokens(cls, tokens: int = 6) -> Fault:
        """Report and bill more input text tokens than the prompt has."""
        return cls("extra_tokens", tokens=tokens)

    @classmethod
    def wrong_size(cls, size: str | None = None) -> Fault:
        """Draw a picture of other pixels than the answer says (None: half of each edge)."""
        return cls("wrong_size", size=size)

    @classmethod
    def odd_size(cls, size: str = "1122x1402") -> Fault:
        """Resolve the size "auto" to one that could not be asked for."""
        return cls("odd_size", size=size)

    @classmethod
    def garbage(cls) -> Fault:
        """Answer 200 with a body that is no JSON."""
        return cls("garbage")

    @classmethod
    def no_picture(cls) -> Fault:
        """Answer 200 with base64 of bytes that are no picture."""
        return cls("no_picture")

    @classmethod
    def bad_base64(cls) -> Fault:
        """Answer 200 with a picture that is no base64."""
        return cls("bad_base64")

    @classmethod
    def empty(cls) -> Fault:
        """Answer 200 with an empty list of pictures."""
        return cls("empty")


def _is_drawable(size: str) -> bool:
    width, height = map(int, size.split("x"))
    return max(width, height) <= LONGEST_EDGE and width * height <= MOST_PIXELS
