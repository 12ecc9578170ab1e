"""Floor 5, offline: pairs of frames with known targets, and the training of the attention nets."""
