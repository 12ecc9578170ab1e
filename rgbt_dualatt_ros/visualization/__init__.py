"""Floor 4, drawings: boxes and states on images."""
