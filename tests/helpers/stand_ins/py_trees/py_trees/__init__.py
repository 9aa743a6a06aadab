"""The part of py_trees that examples/behaviour_tree.py uses, where it is not installed."""

from . import behaviour, common, composites

__all__ = ["behaviour", "common", "composites"]
