"""A simulated robot and the node, started together."""
