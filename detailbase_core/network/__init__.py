"""DetailBase: its stages joined, and its checkpoints.

May import: mapping and below; errors, types, config, transforms. Today: sparse, io, language, ops.
"""
