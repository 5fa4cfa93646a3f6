"""Compare our prices and quotes with LiteLLM's: ``python -m tests.bench.litellm_prices``.

LiteLLM is installed from its registry into a temporary folder, or into ``--folder DIR``. It
asks imagelab's simulator for every model, tier and named size, and for an edit with every
model; what it says each cost is set beside our quote and what the server billed. Then its
price list is read row by row. Every difference is listed with its reason.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagelab.catalog import models, prices, sizes
from imagelab.catalog.money import nano, show
from imagelab.pricing import quote
from imagelab.simulator import Fault, Simulator
from tests.bench.installing import python_with, run, version_of
from tests.simulator.wire import png

PROMPT = "a red fox in snow"
HERE = Path(__file__).parent
FIELDS = {
    ("standard", "text_in"): "input_cost_per_token",
    ("standard", "text_cached"): "cache_read_input_token_cost",
    ("standard", "image_in"): "input_cost_per_image_token",
    ("standard", "image_cached"): "cache_read_input_image_token_cost",
    ("standard", "image_out"): "output_cost_per_image_token",
    ("standard", "text_out"): "output_cost_per_token",
    ("batch", "text_in"): "input_cost_per_token_batches",
    ("batch", "text_cached"): "cache_read_input_token_cost_batches",
    ("batch", "image_in"): "input_cost_per_image_token_batches",
    ("batch", "image_out"): "output_cost_per_image_token_batches",
}
_FLAT = re.compile(r"(low|medium|high)/(\d+)-x-(\d+)/(.+)")
_PER_TOKEN_DOLLARS = 1_000_000_000


@dataclass(frozen=True)
class Difference:
    """Where we and LiteLLM differ, and why."""

    what: str
    ours: str
    theirs: str
    reason: str


def jobs() -> list[dict[str, Any]]:
    """Return every picture that is asked for: each model, tier and named size, and an edit."""
    made: list[dict[str, Any]] = []
    image = base64.b64encode(png((1024, 1024))).decode()
    for model in models.all_models():
        listed = sizes.rule_of(model).listed
        made += [
            {"prompt": PROMPT, "model": model.id, "quality": tier, "size": size}
            for tier in model.tiers
            for size in listed
        ]
        made.append({**made[-1], "quality": "low", "size": "1024x1024", "image": image})
    return made


def measured(python: str) -> tuple[list[dict[str, Any]], list[Any], list[int | None], Any]:
    """Let LiteLLM ask for them all; return them, its costs, the server's, and its price list."""
    asked = jobs()
    with Simulator(faults=[Fault.no_picture()]) as simulator:
        job = json.dumps({"url": simulator.url, "asked": asked})
        said = run(python, str(HERE / "prices_litellm.py"), stdin=job)
        told = json.loads(said.strip().rpartition("\n")[2])
        billed = [row.nano for row in simulator.billed.rows]
    return asked, told["costs"], billed, told["rows"]


# --- pictures --------------------------------------------------------------------------------


def _ours(asked: dict[str, Any]) -> tuple[int | None, int]:
    """Return what we quote for a picture without a reference: exactly, and at most."""
    found = quote(asked["prompt"], **{name: asked[name] for name in ("model", "quality", "size")})
    return found.nano, found.bound_nano


def pictures(
    asked: list[dict[str, Any]], costs: list[Any], billed: list[int | None]
) -> Iterator[Difference]:
    """Yield what differs between quote, bill and LiteLLM's cost of each picture."""
    for one, theirs, bill in zip(asked, costs, billed, strict=True):
        name = f"{one['model']} {one['quality']} {one['size']}"
        name += " edit" if "image" in one else ""
        if not isinstance(theirs, float | int):
            yield Difference(name, show(bill), str(theirs), "LiteLLM gives no cost")
        elif nano(theirs) != bill:
            yield Difference(name, show(bill), f"${theirs:g}", "LiteLLM counts otherwise")
        if "image" in one or bill is None:
            continue
        exact, bound = _ours(one)
        if exact is None and bill <= bound:
            reason = "tokens of 2.6 are not published: we quote a bound, the simulator spends it"
            yield Difference(name, f"at most {show(bound)}", f"${theirs:g}", reason)
        elif exact != bill:
            yield Difference(name, show(exact), show(bill), "our quote is not what was billed")


# --- the price list --------------------------------------------------------------------------


def rows(listed: dict[str, Any]) -> Iterator[Difference]:
    """Yield what differs between our prices and the rows of LiteLLM's list."""
    for name, row in listed.items():
        if flat := _FLAT.fullmatch(name):
            yield from _flat(name, flat, row)
        elif known := models.find(name):
            yield from _by_token(known.id, name, row)


def _by_token(model: str, name: str, row: dict[str, Any]) -> Iterator[Difference]:
    for (lane, kind), field in FIELDS.items():
        price = prices.price("openai", model, lane=lane)  # type: ignore[arg-type]
        ours = None if price is None else getattr(price, kind)
        theirs = None if field not in row else round(row[field] * _PER_TOKEN_DOLLARS)
        if ours == theirs:
            continue
        reason = "the prices differ"
        if theirs is None:
            reason = "LiteLLM's row lacks it"
            if lane == "batch" and kind == "image_out":
                reason += "; ours is half the standard price, by the rule for batches"
            if lane == "batch" and name != model:
                reason += "; its row without the day has it"
        elif ours is None:
            reason = "our catalogue lacks it"
        what = f"{name} {lane} {kind}, per million"
        yield Difference(what, _per_million(ours), _per_million(theirs), reason)


def _per_million(each: int | None) -> str:
    return "none" if each is None else f"${each / 1000:g}"


def _flat(name: str, found: re.Match[str], row: dict[str, Any]) -> Iterator[Difference]:
    """Compare a row per picture with the dollars that OpenAI publishes, and with our tokens."""
    tier, size = found[1], f"{found[2]}x{found[3]}"
    model = models.get(found[4])
    theirs = nano(row["input_cost_per_image"])
    published = prices.published(model.id, tier, size)
    if published != theirs:
        yield Difference(name, show(published), show(theirs), "OpenAI publishes another figure")
    quoted = quote(PROMPT, model=model.id, quality=tier, size=size)
    if quoted.nano is None or abs(quoted.nano - theirs) <= nano("0.0021"):
        return  # no more than its rounding, which is the reason of all the others
    reason = "published and rounded by OpenAI; we count tokens"
    if model.id == "gpt-image-1-mini":
        reason = "OpenAI's dollars exceed its own table of tokens by some $0.0025; we hold them"
    yield Difference(name, show(quoted.nano), show(theirs), reason)


# --- what is printed -------------------------------------------------------------------------


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where LiteLLM is, or is installed")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = python_with(folder, "litellm", "litellm")
        print(f"LiteLLM {version_of(python, 'litellm')}, prompt {PROMPT!r}")
        asked, costs, billed, listed = measured(python)
    same = sum(
        isinstance(theirs, float | int) and nano(theirs) == bill
        for theirs, bill in zip(costs, billed, strict=True)
    )
    print(
        f"{same} of {len(asked)} pictures: LiteLLM's cost is our server's bill, to the nano-dollar"
    )
    _print("Pictures", list(pictures(asked, costs, billed)))
    print(f"{len(listed)} rows of LiteLLM's list, {len(FIELDS)} prices in each by tokens")
    _print("Prices", list(rows(listed)))


def _print(title: str, differences: list[Difference]) -> None:
    print(f"\n{title}: {len(differences)} differences")
    by_reason: dict[str, list[Difference]] = {}
    for one in differences:
        by_reason.setdefault(one.reason, []).append(one)
    for reason, some in by_reason.items():
        print(f"  {reason} ({len(some)}):")
        for one in some:
            print(f"    {one.what}: ours {one.ours}, LiteLLM {one.theirs}")


if __name__ == "__main__":
    main()
