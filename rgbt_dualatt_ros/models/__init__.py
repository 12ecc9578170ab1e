"""Floor 2, nets: forward passes and their weights, no policy."""
