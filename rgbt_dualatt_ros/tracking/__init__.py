"""Floor 3, the algorithm, in the order of the paper."""
