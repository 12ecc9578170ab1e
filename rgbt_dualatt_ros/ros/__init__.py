"""Floor 5, the wall: the only folder besides cli/ that may import ROS."""
