"""How this process uses the processor; set before numpy and torch are imported: read once."""

from __future__ import annotations

import os

# Two spinning OpenMP threads beside one busy process made a frame 20 times slower than one thread
# (docs/evaluation.md, "a busy neighbour"); waiting threads must sleep.
_COMPUTE_ENVIRONMENT = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",
    "KMP_BLOCKTIME": "0",
    # numpy's own threads cannot be told to sleep, and no matrix here is worth a second one: beside
    # busy processes the filter of tracking/identity.py took 33 ms on two threads, 0.2 ms on one.
    "OPENBLAS_NUM_THREADS": "1",
}


def set_compute_environment() -> None:
    """Let no compute thread wait by spinning, unless the user has decided otherwise."""
    for name, value in _COMPUTE_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
