"""Floor 5, offline: multi-domain training of the local net, with or without attention."""
