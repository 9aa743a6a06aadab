"""Training and evaluation of DetailBase."""
