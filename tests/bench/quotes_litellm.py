"""Run by LiteLLM's own Python: read cases from stdin, print each with LiteLLM's cost of it."""

import json
import sys

import litellm
from litellm.types.utils import ImageResponse, ImageUsage, ImageUsageInputTokensDetails


def answer(case):
    """Make the answer that OpenAI would give, with the usage of the case."""
    usage = ImageUsage(
        input_tokens=case["text"],
        input_tokens_details=ImageUsageInputTokensDetails(image_tokens=0, text_tokens=case["text"]),
        output_tokens=case["image"],
        total_tokens=case["text"] + case["image"],
    )
    made = ImageResponse(created=1, data=[], usage=usage)
    made.size, made.quality = case["size"], case["quality"]
    return made


def cost(case):
    """Ask LiteLLM; where it has no price its reason stands in the price's place."""
    try:
        usd = litellm.completion_cost(
            completion_response=answer(case),
            model=case["model"],
            call_type="image_generation",
            custom_llm_provider="openai",
            size=case["size"],
            quality=case["quality"],
            n=1,
        )
    except Exception as error:
        return {**case, "usd": None, "why": str(error).splitlines()[0][:80]}
    return {**case, "usd": usd}


for line in sys.stdin:
    print(json.dumps(cost(json.loads(line))))
