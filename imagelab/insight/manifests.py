"""The manifest of a ZIP, taken over value by value: what is not of its kind is refused."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from imagelab import errors
from imagelab.catalog.money import NANO
from imagelab.errors import InputError
from imagelab.insight.archive import Archive
from imagelab.pictures import MIME
from imagelab.records import asking
from imagelab.records.asking import pictures_in
from imagelab.records.notes import Note
from imagelab.records.rows import generation_of
from imagelab.records.travelling import unpacked, with_parents_among
from imagelab.request import ImageRequest, names, plain
from imagelab.sweep import Cell
from imagelab.vote import MOST_PAIRS, Ballot, Vote

STATUSES = ("done", "failed", "refused", "unknown", "spoilt")


class ManifestError(Exception):
    """What is wrong with a manifest, as the rest of a sentence."""


def archive(
    manifest: Mapping[str, Any],
    digest: str,
    suffixes: Mapping[str, str],
    bytes_of: Callable[[str], bytes],
) -> Archive:
    """Take a manifest over, for pictures of these suffixes, whose bytes are read by hash.

    Raises:
        ManifestError: something in it is missing, of the wrong kind, or names what is not there.

    """
    rows = {row["id"]: row for row in map(_row, _list(manifest, "generations"))}
    rows = {number: with_parents_among(row, rows) for number, row in rows.items()}
    cells = [(_cell(one, rows), one) for one in _list(manifest, "cells")]
    # A ZIP of an older imagelab lacks some of these.
    manifest = {"votes": [], "ballots": [], "notes": [], **manifest}
    ballots = [_ballot(one, rows) for one in _list(manifest, "ballots")]
    votes = [_vote(one, rows, ballots) for one in _list(manifest, "votes")]
    notes = [_note(one, rows) for one in _list(manifest, "notes")]
    along = {one.sha256 for cell, _ in cells for one in cell.request.references}
    _check_rows(list(rows.values()), len(manifest["generations"]), suffixes, along)
    if len({cell.position for cell, _ in cells}) < len(cells):
        raise ManifestError("names a cell twice")
    _check_said(votes, ballots, notes)
    shown = {c.position: raw["generation"] for c, raw in cells if raw.get("generation") is not None}
    return Archive(
        digest=digest,
        cells=tuple(cell for cell, _ in cells),
        shown=shown,
        came={c.position: "sent" for c, raw in cells if raw.get("came") == "sent"},
        left={c.position: str(raw["left"]) for c, raw in cells if raw.get("left")},
        rows=tuple(rows.values()),
        votes=tuple(_told_apart(votes)),
        ballots=tuple(ballots),
        notes=dict(notes),
        suffixes=suffixes,
        read=bytes_of,
    )


def _check_rows(
    rows: Sequence[Mapping[str, Any]],
    told: int,
    suffixes: Mapping[str, str],
    along: Collection[str],
) -> None:
    living = [(row["key"], row["sample"], row["take"]) for row in rows if row["status"] != "failed"]
    if len(rows) < told or len(set(living)) < len(living):
        raise ManifestError("names a row twice")
    if unseen := set(suffixes) - pictures_in(rows) - set(along):
        raise ManifestError(f"has no row for the picture {min(unseen)[:12]}…")
    # What went along with an edit is not in a ZIP of an older imagelab.
    for row in rows:
        if row["picture"] is not None and row["picture"] not in suffixes:
            raise ManifestError(
                f"names the picture {row['picture'][:12]}…, which is not in the file"
            )
        if row["status"] == "done" and row["picture"] is None:
            raise ManifestError(f"says that row {row['id']} is done, and names no picture")


def _check_said(
    votes: Sequence[Vote], ballots: Sequence[Ballot], notes: Sequence[tuple[int, Note]]
) -> None:
    answers = [vote.token for vote in votes if vote.token is not None]
    if len(set(answers)) < len(answers):
        raise ManifestError("has two votes of one rater on one pair of a ballot")
    if len({ballot.name for ballot in ballots}) < len(ballots):
        raise ManifestError("names a ballot twice")
    if len(dict(notes)) < len(notes):
        raise ManifestError("has two notes of one row")


def _list(manifest: Mapping[str, Any], name: str) -> list[Any]:
    found = manifest.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ManifestError(f"has no list of {name}")
    return found


def _row(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Take a row over whose words mean something: a status, a hash, a kind of file, a time."""
    try:
        row = unpacked(raw)
    except ValueError as wrong:
        raise ManifestError(f"has {wrong}") from None
    if row["status"] not in STATUSES or row["billed"] not in ("yes", "no", "perhaps", None):
        raise ManifestError(f"has a row that is {row['status'][:20]!r}")
    if row["picture"] is not None and not re.fullmatch(r"[0-9a-f]{64}", row["picture"]):
        raise ManifestError("names a picture by what is no hash")
    if row["actual_format"] not in (*MIME, None) or not 0 <= row["created_us"] < _END_OF_TIME:
        raise ManifestError("has a kind of file or a time that there is not")
    if not all(0 <= (row[name] or 0) <= MOST_NANO for name in _MONEY):
        raise ManifestError("has a picture that cost what none does")
    kind = getattr(errors, row["error_kind"] or "", None)
    if not (isinstance(kind, type) and issubclass(kind, errors.ImageLabError)):
        row["error_kind"] = None
    # An unfinished picture is no answer, and stays where it came.
    return {**row, "partial": None}


_MONEY = ("cost_nano", "quoted_nano", "hold_nano")

MOST_NANO = 10_000 * NANO
"""No picture costs ten thousand dollars; sums of what may be told always fit a ledger."""

_END_OF_TIME = 253_402_300_800_000_000
"""The last microsecond of the year 9999, since 1970."""


def _cell(raw: Mapping[str, Any], rows: Mapping[int, Mapping[str, Any]]) -> Cell:
    factors, position, sample = (raw.get(name) for name in ("factors", "position", "sample"))
    texts = isinstance(factors, dict) and all(isinstance(one, str) for one in factors.values())
    numbers = all(type(one) is int and 0 <= one < 2**31 for one in (position, sample))
    if not texts or not numbers:
        raise ManifestError(f"has a cell that is none: {str(dict(raw))[:80]}")
    clean = {plain(name): plain(value) for name, value in dict(factors or {}).items()}
    request, provider = _request(raw, rows), clean.get("provider")
    return Cell(int(position or 0), clean, request, int(sample or 0), provider)


def _request(raw: Mapping[str, Any], rows: Mapping[int, Mapping[str, Any]]) -> ImageRequest:
    """Give what a cell asked for: as its row says, since that was legal when it was sent."""
    number, told = raw.get("generation"), raw.get("request")
    if number is not None:
        if type(number) is not int or number not in rows:
            raise ManifestError(f"shows row {str(number)[:20]}, which is not in it")
        return generation_of(rows[number], None).request
    known = told if isinstance(told, dict) else {}
    given = {name: value for name, value in known.items() if name in names(ImageRequest)}
    try:
        return replace(asking.checked({"operation": "generate", **given}))
    except (InputError, TypeError, AttributeError, ValueError) as cause:
        raise ManifestError(f"asks for what cannot be asked: {cause}") from cause


def _vote(
    raw: Mapping[str, Any], rows: Mapping[int, Mapping[str, Any]], ballots: Sequence[Ballot]
) -> Vote:
    """Take a vote over: about two rows that are there, cast at a time that has been."""
    by, seconds = _by(raw), raw.get("seconds")
    if not by or not _are_rows([raw.get("left"), raw.get("right")], rows):
        raise ManifestError(f"has a vote that is none: {str(dict(raw))[:80]}")
    try:
        time = datetime.fromisoformat(raw["time"])
        vote = Vote(
            rater=plain(raw["rater"]),
            left=raw["left"],
            right=raw["right"],
            winner=raw["winner"],
            by=by,
            source=raw["source"],
            seconds=None if seconds is None else float(seconds),
            time=(time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC),
        )
    except (InputError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as cause:
        raise ManifestError(f"has a vote that is none: {cause}") from cause
    return vote if raw.get("ballot") is None else _answer(vote, raw, ballots)


def _answer(vote: Vote, raw: Mapping[str, Any], ballots: Sequence[Ballot]) -> Vote:
    """Take over that a vote answers a pair of a ballot: it counts once with its rater's file."""
    pair = raw.get("pair")
    for ballot in ballots:
        if ballot.name == raw["ballot"] and type(pair) is int and 0 <= pair < len(ballot.pairs):
            told = (vote.by, (vote.left, vote.right), vote.source)
            if told == (ballot.by, ballot.pairs[pair], "ballot"):
                return replace(vote, token=ballot.token(vote.rater, pair))
    raise ManifestError(f"has a vote that answers no ballot in it: {str(dict(raw))[:80]}")


def _ballot(raw: Mapping[str, Any], rows: Mapping[int, Mapping[str, Any]]) -> Ballot:
    """Take a ballot over: some pairs of two different rows that are there."""
    name, by, pairs = raw.get("name"), _by(raw), raw.get("pairs")
    named = isinstance(name, str) and re.fullmatch(r"[0-9a-f]{32}", name)
    whole = isinstance(pairs, list) and 0 < len(pairs) <= MOST_PAIRS
    if not by or not named or not whole or not all(_is_pair(one, rows) for one in pairs or []):
        raise ManifestError(f"has a ballot that is none: {str(dict(raw))[:80]}")
    return Ballot(name=str(name), by=by, pairs=tuple((left, right) for left, right in pairs or []))


def _is_pair(pair: object, rows: Mapping[int, Mapping[str, Any]]) -> bool:
    two = isinstance(pair, list) and len(pair) == 2 and _are_rows(pair, rows)
    return two and pair[0] != pair[1]  # type: ignore[index]


def _are_rows(numbers: Sequence[object], rows: Mapping[int, Mapping[str, Any]]) -> bool:
    return all(type(one) is int and one in rows for one in numbers)


def _by(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the factors that were compared; none, where what is told is no list of names."""
    by = raw.get("by")
    named = isinstance(by, list) and all(isinstance(one, str) and one for one in by)
    return tuple(map(plain, by or [])) if named else ()


def _told_apart(votes: Sequence[Vote]) -> Iterator[Vote]:
    """Give each vote a token of its content, so that it counts once wherever it is opened.

    One that answers a ballot has the token that its rater's file gives it.
    """
    seen = Counter[Vote]()
    for vote in votes:
        if vote.token is not None:
            yield vote
            continue
        seen[vote] += 1
        words = repr((vote, seen[vote]))
        yield replace(vote, token=hashlib.sha256(words.encode("utf-8", "replace")).hexdigest())


def _note(raw: Mapping[str, Any], rows: Mapping[int, Mapping[str, Any]]) -> tuple[int, Note]:
    """Take a note over: of a row that is there, a star or none and a text of some length."""
    number = raw.get("generation")
    if type(number) is not int or number not in rows:
        raise ManifestError(f"has a note of row {str(number)[:20]}, which is not in it")
    try:
        note = Note(raw["star"], raw["remark"])
    except (InputError, KeyError) as cause:
        raise ManifestError(f"has a note that is none: {cause}") from cause
    return number, Note(note.star, plain(note.remark))
