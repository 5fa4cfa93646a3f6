"""A purse as a view shows it: sums in dollars and in words, and lines by tier, model and day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from imagelab.bookkeeping.costs import TIERS
from imagelab.catalog.money import show, usd, usd_or_none
from imagelab.records.rows import Purse
from imagelab.records.sums import Sum

MOST_DAYS = 31


def figures(purse: Purse, budget: int | None, *, simulated: bool) -> dict[str, Any]:
    """Write down what is spent, held, at risk and left; ``None`` and empty without a budget."""
    left = None if budget is None else max(0, budget - purse.taken)
    amounts = {"spent": purse.spent, "held": purse.held, "at_risk": purse.at_risk}
    told: dict[str, Any] = {"simulated": simulated}
    for name, amount in {**amounts, "left": left, "budget": budget}.items():
        told[name] = "" if amount is None else show(amount)
        told[f"{name}_usd"] = usd_or_none(amount)
    whole = max(budget or 0, purse.taken)
    told["parts"] = {name: amount / whole if whole else 0.0 for name, amount in amounts.items()}
    return told


def tables(sums: Sequence[Sum]) -> dict[str, list[dict[str, Any]]]:
    """Add lines up by tier, by model and by day; tiers as they rise, the latest day first."""
    rank = {tier: at for at, tier in enumerate(TIERS)}
    tiers = _lines(sums, lambda one: one.quality or "none")
    models = _lines(sums, lambda one: one.model)
    days = _lines(sums, lambda one: str(date(1970, 1, 1) + timedelta(days=one.day)))
    return {
        "quality": sorted(tiers, key=lambda line: rank.get(line["name"], len(rank))),
        "model": sorted(models, key=lambda line: -line["spent_usd"]),
        "day": sorted(days, key=lambda line: line["name"], reverse=True)[:MOST_DAYS],
    }


def _lines(sums: Iterable[Sum], name: Callable[[Sum], str]) -> list[dict[str, Any]]:
    groups: dict[str, list[Sum]] = {}
    for one in sums:
        groups.setdefault(name(one), []).append(one)
    found = {
        key: {
            "pictures": sum(one.pictures for one in group),
            **{what: sum(getattr(one, what) for one in group) for what in _AMOUNTS},
        }
        for key, group in groups.items()
    }
    most = max((line["spent"] + line["at_risk"] for line in found.values()), default=0)
    return [_told(key, line, most) for key, line in found.items() if any(line.values())]


_AMOUNTS = ("spent", "at_risk", "held")


def _told(name: str, line: dict[str, int], most: int) -> dict[str, Any]:
    mean = show(line["spent"] // line["pictures"]) if line["pictures"] else ""
    return {
        "name": name,
        "pictures": line["pictures"],
        "spent_usd": usd(line["spent"]),
        "spent": show(line["spent"]),
        "mean": mean,
        "at_risk": show(line["at_risk"]) if line["at_risk"] else "",
        "held": show(line["held"]) if line["held"] else "",
        "share": line["spent"] / most if most else 0.0,
        "share_at_risk": line["at_risk"] / most if most else 0.0,
    }
