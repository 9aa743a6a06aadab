"""Mask logits -> objects with boxes and scores.

May import: network and below; errors, types, config, transforms. Today: network, language, ops.
"""
