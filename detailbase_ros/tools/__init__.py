"""Programs beside the node: ask, doctor."""
