"""Checkpoints -> other checkpoints: averaged, pruned; word vectors."""
