"""What torch says when a worker or another rank was killed, in words for people."""

from __future__ import annotations

import torch.distributed as dist

_WORKER = "DataLoader worker"
_RANK = "Connection closed by peer", "Connection reset by peer", "Broken pipe"


def describe_lost_process(error: RuntimeError) -> str | None:
    """What has happened to a process that this one works with; None when it is no such error."""
    text = str(error)
    if _WORKER in text:
        return (
            "a process that draws samples was killed, most often because memory ran out; lower "
            "workers or batch"
        )
    is_of_backend = dist.is_available() and isinstance(error, dist.DistBackendError)
    if is_of_backend or any(sign in text for sign in _RANK):
        return "another rank has ended; if nobody ended it, its own error says why"
    return None
