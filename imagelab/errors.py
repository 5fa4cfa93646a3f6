"""What can go wrong, as one tree.

Every error names its remedy, keeps its cause (``__cause__``) and, where a picture was
asked for, carries the ledger's row as ``.generation``::

    ImageLabError
    ├── InputError              what was asked cannot be asked (nothing was sent); also a ValueError
    │   ├── CallError           an option is misspelt or misplaced; also a TypeError
    │   ├── ModelError          no such model, or not one that can do this
    │   └── TemplateError       a template variable is missing, unused or misspelt
    ├── SetupError              the lab cannot be opened as told
    │   └── MissingKeyError     no API key: names the variable to set
    ├── RecordError             the ledger or the picture files cannot be read or written
    │   └── PictureError        kept bytes are no picture, are gone, or were changed
    ├── BudgetError             the hold does not fit the budget (nothing was sent)
    └── ExchangeError           a provider was asked, and no good picture came
        ├── UnreachableError        nobody answered at the address      not billed
        ├── KeyRefusedError         wrong key, or no right to this      not billed
        ├── QuotaError              no credit or spending limit left    not billed
        ├── RateLimitError          too many at once                    not billed
        ├── RejectedError           the provider refuses the request    not billed
        │   └── ModelGoneError          it does not serve this model        not billed
        ├── RefusedError            the safety system said no           perhaps billed at output
        ├── OutcomeUnknownError     time-out, dropped or 5xx answer     perhaps billed
        └── SpoiltError             what came is no picture     billed, or perhaps
"""

from __future__ import annotations

import itertools
import os
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

ASK_AGAIN = 'It is not asked again by itself; unknown="send" does so, and may pay twice.'
"""What can be done about a picture that was perhaps billed and never came."""

ASK_ANEW = "fresh=True asks for it anew, and pays again."
"""What can be done about an answer that was paid for and is no picture."""

Billed = Literal["yes", "no", "perhaps"]
"""Whether money was taken for a request, as far as anyone can know."""


class ImageLabError(Exception):
    """The root: ``except ImageLabError`` catches whatever imagelab raises by intent.

    In a notebook it shows the person's own lines and what it says; the whole trace is in
    ``__traceback__`` and the cause in ``__cause__``, for ``%debug`` and for logs.
    """

    generation: Any = None
    """The ledger's row of the picture that failed, a ``Generation``, where there is one."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython what to show: a refused prompt is no reason for ninety lines of ours."""
        frames = traceback.extract_tb(self.__traceback__)
        theirs = itertools.takewhile(lambda one: not one.filename.startswith(_HOME), frames)
        lines = [_line(one) for one in theirs if f"{os.sep}IPython{os.sep}" not in one.filename]
        return [*lines, "", f"\x1b[31m{type(self).__name__}\x1b[0m: {self}"]


_HOME = str(Path(__file__).parent) + os.sep


def _line(frame: traceback.FrameSummary) -> str:
    in_cell = "ipykernel" in frame.filename or frame.filename.startswith("<ipython")
    where = "Cell" if in_cell else f"{Path(frame.filename).name}, in {frame.name}"
    return f"{where}, line {frame.lineno}\n----> {frame.line}"


class InputError(ImageLabError, ValueError):
    """What was asked cannot be asked; nothing was sent and nothing was paid."""


class CallError(InputError, TypeError):
    """An option is misspelt or stands in the wrong place: Python's own ``TypeError`` too."""


class ModelError(InputError):
    """No such model, or not one that can do this."""


class TemplateError(InputError):
    """A template variable is missing, unused or misspelt."""


class SetupError(ImageLabError):
    """The lab cannot be opened as told."""


class MissingKeyError(SetupError):
    """No API key was found where the provider's key is looked for."""


class RecordError(ImageLabError):
    """The ledger or the picture files cannot be read or written.

    ``pictures`` holds what was paid for and could not be kept, by the names of the files;
    ``rescue`` writes it elsewhere.
    """

    def __init__(self, message: str, *, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.pictures = dict(pictures or {})

    def __str__(self) -> str:
        if not self.pictures:
            return self.message
        what = "A picture" if len(self.pictures) == 1 else f"{len(self.pictures)} pictures"
        return (
            f"{self.message} {what} that came and could not be kept: "
            'error.rescue("another/folder") saves what is on this error.'
        )

    @property
    def rescued(self) -> bytes | None:
        """The first picture that was paid for and could not be kept."""
        return next(iter(self.pictures.values()), None)

    def rescue(self, folder: str | Path) -> list[Path]:
        """Write the pictures that could not be kept to another folder, and return their files.

        >>> error.rescue("/media/stick")        # doctest: +SKIP
        [PosixPath('/media/stick/3f9a….png')]

        Raises:
            RecordError: that folder cannot be written either; the pictures stay on both errors.

        """
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            for name, data in self.pictures.items():
                (Path(folder) / name).write_bytes(data)
        except OSError as cause:
            raise RecordError(
                f"The pictures cannot be written to {folder}: {cause.strerror or cause}. "
                "Name another folder.",
                pictures=self.pictures,
            ) from cause
        return [Path(folder) / name for name in self.pictures]


class PictureError(RecordError):
    """Kept bytes are no picture, are gone, or are not what was kept."""


class BudgetError(ImageLabError):
    """The hold does not fit what is left of the budget; nothing was sent.

    ``held_nano`` was set aside at that instant for what is in flight: some of it may come back.
    """

    def __init__(self, message: str, *, held_nano: int = 0) -> None:
        super().__init__(message)
        self.held_nano = held_nano


class ExchangeError(ImageLabError):
    """A provider was asked, and no good picture came.

    ``status`` and ``billed`` are what the ledger's row will say; ``request_id`` is the
    provider's, where it gave one; ``seconds_until_retry`` is the wait it asked for;
    ``raw`` holds bytes that came and were paid for but are no picture; ``partial`` the last
    picture of a stream that was cut before the finished one.
    """

    status: ClassVar[Literal["failed", "refused", "unknown", "spoilt"]] = "failed"
    billed: Billed = "no"
    partial: bytes | None = None

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        http_status: int | None = None,
        request_id: str | None = None,
        seconds_until_retry: float | None = None,
        raw: bytes | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.http_status = http_status
        self.request_id = request_id
        self.seconds_until_retry = seconds_until_retry
        self.raw = raw


class UnreachableError(ExchangeError):
    """Nobody answered at the address: the request never left."""


class KeyRefusedError(ExchangeError):
    """The provider knows the key not, or the key may not do this."""


class QuotaError(ExchangeError):
    """No credit is left, or a spending limit of the account is reached."""


class RateLimitError(ExchangeError):
    """Too many requests, pictures or tokens at once; waiting helps."""


class RejectedError(ExchangeError):
    """The provider refuses the request as it stands; sending it again cannot help."""


class ModelGoneError(RejectedError):
    """The provider does not serve this model: it is retired, or not open to this key."""


class RefusedError(ExchangeError):
    """The safety system said no. ``stage`` tells whether to the words or to the picture."""

    status = "refused"

    def __init__(self, message: str, *, stage: str = "unknown", **details: object) -> None:
        super().__init__(message, **details)  # type: ignore[arg-type]
        self.stage = stage
        # A block at the input stage is before any picture; at the output stage one was made.
        self.billed = "no" if stage == "input" else "perhaps"


class OutcomeUnknownError(ExchangeError):
    """The request went out and no whole answer came back: it may have been billed."""

    status = "unknown"
    billed: Billed = "perhaps"


class SpoiltError(ExchangeError):
    """An answer came and carries no picture. It was billed if its tokens were counted.

    ``raw`` keeps what came; ``fresh=True`` asks for the picture anew.
    """

    status = "spoilt"
    billed: Billed = "yes"
