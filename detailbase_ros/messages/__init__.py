"""Our types <-> ROS messages, as pure functions."""
