"""Mask logits -> objects with boxes and scores.

May import: language, network, ops and what lies beside the folders.
"""
