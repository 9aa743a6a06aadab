"""The frozen test sets, and a look at generated rooms and their sentences."""
