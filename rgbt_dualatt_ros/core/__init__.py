"""Floor 1, the nouns: boxes, frame pairs, predictions, settings, errors. NumPy only."""
