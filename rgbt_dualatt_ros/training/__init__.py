"""Floor 5, offline only: makes the weights that the package ships."""
