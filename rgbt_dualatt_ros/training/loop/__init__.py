"""Floor 5, offline: the loop that trains a net: steps, checkpoints, curves, ranks, validation."""
