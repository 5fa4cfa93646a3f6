"""Compare imagelab's quotes with LiteLLM's costs: ``python -m tests.bench.quotes``.

Every model, tier and listed size: imagelab counts the tokens and quotes them, LiteLLM prices
the same usage from its own list. Differences are printed one by one, with what LiteLLM says.
It is installed from its registry into a temporary folder, or found in ``--folder DIR``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from imagelab import pricing
from imagelab.catalog import models, tokens
from imagelab.request import ImageRequest
from tests.bench.peers_tools import LiteLlm

HERE = Path(__file__).parent
PROMPT = "a red fox in snow"


def cases() -> Iterator[dict[str, Any]]:
    """Quote every model, tier and listed size; where tokens are not known, take their bound."""
    for model in models.all_models():
        for tier in model.tiers:
            for size in models.size_rule(model).listed:
                request = ImageRequest(prompt=PROMPT, model=model.id, quality=tier, size=size)
                count = tokens.output_tokens(model.id, tier, size)
                yield {
                    "model": model.id,
                    "quality": tier,
                    "size": size,
                    "text": tokens.text_tokens(PROMPT),
                    "image": count.bound if count.tokens is None else count.tokens,
                    "nano": pricing.quote_request(request, "openai").nano,
                }


def priced(folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """Have LiteLLM price every case; give its version too."""
    peer = LiteLlm()
    peer.install(folder)
    python = folder / "litellm" / "bin" / "python"
    lines = "".join(f"{json.dumps(case)}\n" for case in cases())
    told = subprocess.run(
        [str(python), str(HERE / "quotes_litellm.py")],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
    )
    return peer.version(), [json.loads(line) for line in told.stdout.splitlines()]


def difference(case: dict[str, Any]) -> str | None:
    """Say how a case differs, or None where both come to the same nano-dollar."""
    name = f"{case['model']} {case['quality']} {case['size']}"
    if case["usd"] is None:
        return f"{name}: LiteLLM has no price ({case['why']})"
    if case["nano"] is None:
        return f"{name}: imagelab quotes no exact price"
    theirs = round(case["usd"] * 1e9)
    return (
        None if theirs == case["nano"] else f"{name}: {theirs} beside {case['nano']} nano-dollars"
    )


def main() -> None:
    """Print how many agree, and each one that does not."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--folder", type=Path, help="where LiteLLM is installed, or shall be")
    given = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        version, told = priced(given or Path(temporary))
    differing = [words for case in told if (words := difference(case))]
    print(f"LiteLLM {version}: {len(told) - len(differing)} of {len(told)} agree")
    print("\n".join(differing))


if __name__ == "__main__":
    main()
