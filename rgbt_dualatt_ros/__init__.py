"""RGB-thermal single-object tracking with dual attention, and the ROS 2 node around it.

Importing this package costs nothing: no torch, no OpenCV, no ROS. Take what is needed from the
floors below; docs/architecture.md names them.
"""
