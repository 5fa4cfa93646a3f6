"""An offline Images API over real HTTP on 127.0.0.1, for any OpenAI client.

`Simulator` serves it from within a program, ``python -m imagelab.simulator`` on its own;
`Fault` orders what shall go wrong, `Billed` is the server's own count of what it billed.
"""

from __future__ import annotations

from imagelab.simulator.billed import Billed, BilledRow
from imagelab.simulator.fault_list import Faults
from imagelab.simulator.faults import Fault
from imagelab.simulator.server import Simulator

__all__ = ["Billed", "BilledRow", "Fault", "Faults", "Simulator"]
