"""A recorded comparison as a provider: what was asked before is answered as it was answered."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagelab.exchange.place import Place
from imagelab.insight.archive import Archive
from imagelab.records.rows import generation_of
from imagelab.request import REPLAY, SETTINGS, Generation, key_of
from imagelab.simulator import bodies
from imagelab.simulator.bodies import Reply
from imagelab.simulator.checks import BILL
from imagelab.simulator.desk import Answer


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one of the providers in a ZIP is to a lab: its place, its rows, and its answers."""

    place: Place
    rows: tuple[Mapping[str, Any], ...]
    answer: Answer

    @property
    def dearest(self) -> dict[tuple[str, str, str], int]:
        """The highest bills by model, quality and size: no less is held, whatever lists say."""
        found: dict[tuple[str, str, str], int] = {}
        for row in self.rows:
            settings = (row["model"], row["quality"], row["size"])
            found[settings] = max(found.get(settings, 0), row["cost_nano"] or 0)
        return found


def parts(archive: Archive, title: str = "Replay") -> tuple[Part, ...]:
    """Take a ZIP apart by who served it; the first one is asked where none is named."""
    providers = archive.providers or {archive.provider: ()}
    several = len(providers) > 1
    return tuple(
        Part(
            place=Place.of_replay(
                title,
                archive.digest,
                archive.model,
                called=name,
                holds={row["model"] for row in rows},
                beside_others=several,
            ),
            rows=rows,
            answer=answers(archive, name if several else None),
        )
        for name, rows in providers.items()
    )


def answers(archive: Archive, provider: str | None = None) -> Answer:
    """Make what answers requests from a ZIP, found by their content.

    With a provider from what it served, else from everything, whoever served it then.
    Each sample and take has the answer that it had then; one that was not recorded, and whoever
    does not say which it is, gets those there are one after another, and then from the first
    again: a replay cannot make a new picture. What went wrong goes wrong again, in its kind.
    """
    there = archive.rows if provider is None else archive.providers[provider]
    rows = _by_content(there)
    given = dict.fromkeys(rows, 0)

    def answer(body: Mapping[str, object], request_id: str, which: tuple[int, int] | None) -> Reply:
        key = _key(body)
        if key not in rows:
            return _not_there(body, there, provider)
        if which is None:
            row = rows[key][given[key] % len(rows[key])]
            given[key] += 1
        else:
            row = _recorded(rows[key], *which)
        return _reply(row, archive, request_id)

    return answer


def replayed(archive: Archive, generations: Iterable[Generation]) -> dict[int, int]:
    """Say which recorded row each of these generations was answered from: id by id.

    Those that came of somebody else are passed over.
    """
    there = {part.place.name: _by_content(part.rows) for part in parts(archive)}
    found = [
        (one, there.get(one.provider, {}).get(_key(one.request.parameters())))
        for one in generations
    ]
    return {one.id: _recorded(rows, one.sample, one.take)["id"] for one, rows in found if rows}


def _by_content(there: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(there, key=lambda row: (row["sample"], row["take"])):
        asked = generation_of(row, None).request
        rows.setdefault(_key(asked.parameters()), []).append(row)
    return rows


def _recorded(rows: Sequence[Mapping[str, Any]], sample: int, take: int) -> Mapping[str, Any]:
    """Give the row of a sample and take: by turns, where there are not as many."""
    samples = list(dict.fromkeys(row["sample"] for row in rows))
    there = sample if sample in samples else samples[(sample - 1) % len(samples)]
    takes = [row for row in rows if row["sample"] == there]
    return takes[(take - 1) % len(takes)]


def _key(content: Mapping[str, object]) -> str:
    """Digest what decides a picture; a form says numbers as text, so all is compared as text."""
    operation = "edit" if "images" in content else "generate"
    return key_of(REPLAY, operation, {name: _text(one) for name, one in content.items()})


def _text(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _text(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_text(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _not_there(
    body: Mapping[str, object], rows: Sequence[Mapping[str, Any]], provider: str | None
) -> Reply:
    images = body.get("images")
    images = images if isinstance(images, list) else []
    settings = " ".join(str(body[name]) for name in SETTINGS if name in body)
    of = f" made from {len(images)} pictures such as were given" if images else ""
    by = "" if provider is None else f" at {provider}"
    prompts = list(dict.fromkeys(row["prompt"] for row in rows))
    some = ", ".join(repr(one[:60]) for one in prompts[:3]) + (", …" if len(prompts) > 3 else "")
    many = f"{len(rows)} request{'s' * (len(rows) != 1)}{by}"
    held = f"{many}, of the prompts {some}" if rows else f"no request{by}"
    message = (
        f"This replay holds no picture of {str(body.get('prompt'))[:60]!r} with {settings}{of}"
        f"{by}. It holds {held}."
    )
    return bodies.error(400, message, code="not_in_replay")


def _reply(row: Mapping[str, Any], archive: Archive, request_id: str) -> Reply:
    status = row["status"]
    if status == "refused":
        return bodies.moderated("input" if row["billed"] == "no" else "output", request_id)
    if status == "failed":
        return bodies.error(
            400, f"Recorded: {row['error'] or 'it failed'}", code="replayed_failure"
        )
    if row["picture"] is None:
        return bodies.server_error(500)
    content: dict[str, Any] = {
        "created": row["created_us"] // 1_000_000,
        "data": [{"b64_json": base64.b64encode(archive.read(row["picture"])).decode()}],
    }
    told = {"background": "actual_background", "output_format": "actual_format"}
    told |= {"quality": "actual_quality", "size": "actual_size"}
    content |= {name: row[column] for name, column in told.items() if row[column] is not None}
    content[BILL] = {"cost_nano": row["cost_nano"], "price": row["price"]}
    if usage := _usage(row["raw_usage"]):
        # Of an svg there are two: the picture's and its author's.
        content |= usage if "svg_usage" in usage else {"usage": usage}
    return bodies.as_json(200, content)


def _usage(raw: str | None) -> dict[str, Any]:
    try:
        found = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
