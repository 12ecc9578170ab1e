"""Floor 5, ROS: topics, parameters and threads; thin, the algorithm knows nothing of it."""
