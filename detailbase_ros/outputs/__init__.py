"""Scene, goal and object frames, beside the answers themselves."""
