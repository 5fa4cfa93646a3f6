"""Ask LiteLLM: ``PEERS/bin/python tests/bench/peers_litellm.py JOB`` (see `peers_tools.Job`).

Runs in the peers' own virtual environment. The disk cache is switched on, as its pages
describe. Ways of a budget: "max_budget" (the module's own), "manager" (`BudgetManager`),
"router" (a provider's budget), each as its page shows it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import litellm

SETTLING_SECONDS = 0.3
"""The router adds up what was spent in the background; asked in turn it shall have time to."""

job = json.loads(sys.argv[1])
litellm.cache = litellm.Cache(type="disk", disk_cache_dir=str(Path(job["folder"]) / "cache"))
reach = {"model": "openai/gpt-image-1", "api_base": job["url"], "api_key": "sk-bench"}
asked = {"quality": job["quality"], "size": "1024x1024", "timeout": job["timeout"]}
manager = litellm.BudgetManager(project_name="bench")
costs: list[float | None] = []


def came(answer: Any) -> None:
    """Note the cost that LiteLLM puts on an answer."""
    costs.append(answer._hidden_params.get("response_cost"))


def one(prompt: str) -> None:
    """Ask for one picture; what fails is left out."""
    if job["way"] == "manager" and manager.get_current_cost("me") > manager.get_total_budget("me"):
        return
    try:
        answer = litellm.image_generation(prompt=prompt, **reach, **asked)
        came(answer)
        if job["way"] == "manager":
            manager.update_cost(user="me", completion_obj=answer)
    except Exception as error:  # a BudgetExceededError is no openai.OpenAIError
        print(f"{type(error).__name__}: {str(error)[:300]}", file=sys.stderr)


async def routed() -> None:
    """Ask through a router with a budget for the provider."""
    router = litellm.Router(
        model_list=[{"model_name": "image", "litellm_params": reach}],
        provider_budget_config={"openai": {"time_period": "1d", "budget_limit": job["budget"]}},
    )

    async def ask(prompt: str) -> None:
        try:
            came(await router.aimage_generation(model="image", prompt=prompt, **asked))
        except Exception as error:  # what it raises for a passed budget is a ValueError
            print(f"{type(error).__name__}: {str(error)[:300]}", file=sys.stderr)

    if job["at_once"] > 1:
        await asyncio.gather(*map(ask, job["prompts"]))
        return
    for prompt in job["prompts"]:
        await ask(prompt)
        await asyncio.sleep(SETTLING_SECONDS)


if job["way"] == "max_budget":
    litellm.max_budget = job["budget"]
elif job["way"] == "manager":
    manager.create_budget(total_budget=job["budget"], user="me")
if job["way"] == "router":
    asyncio.run(routed())
else:
    with ThreadPoolExecutor(job["at_once"]) as pool:
        list(pool.map(one, job["prompts"]))
known = [cost for cost in costs if cost is not None]
print(json.dumps({"in_hand": len(costs), "cost_usd": sum(known) if known else None}))
