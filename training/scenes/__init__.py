"""Described scenes: their files, what is true of them, and how training holds them."""
