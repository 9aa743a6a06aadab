"""Variants of a training, run side by side and compared."""
