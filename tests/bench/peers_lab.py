"""Ask imagelab for pictures: ``python -m tests.bench.peers_lab JOB`` (see `peers_tools.Job`)."""

from __future__ import annotations

import json
import re
import sys
import warnings

from imagelab import Lab

warnings.simplefilter("ignore")  # gpt-image-1 is retired, and is what the peers know best
job = json.loads(sys.argv[1])
lab = Lab(
    "bench",
    base_url=job["url"],
    api_key="sk-bench",
    path=job["folder"],
    concurrency=job["at_once"],
    model="gpt-image-1",
    timeout=job["timeout"],
    budget=job["budget"],
)
made = lab.compare(job["prompts"], quality=job["quality"])
at_risk = re.search(r"at risk: (\$[\d.]+)", repr(lab))
costs = [one.cost_usd for one in made]
print(
    json.dumps(
        {
            "in_hand": sum(one.status == "done" for one in made),
            "unknown": sum(one.status == "unknown" for one in made),
            "cost_usd": None if None in costs else sum(costs),
            "at_risk": at_risk[1] if at_risk else "",
        }
    )
)
