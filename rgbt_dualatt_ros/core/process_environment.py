"""How this process uses the processor; set before torch is imported: OpenMP reads it once."""

from __future__ import annotations

import os

# Two spinning OpenMP threads beside one busy process made a frame 20 times slower than one thread
# (docs/evaluation.md, "a busy neighbour"); waiting threads must sleep.
_COMPUTE_ENVIRONMENT = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",
    "KMP_BLOCKTIME": "0",
}


def set_compute_environment() -> None:
    """Let waiting compute threads sleep, unless the user has decided otherwise."""
    for name, value in _COMPUTE_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
