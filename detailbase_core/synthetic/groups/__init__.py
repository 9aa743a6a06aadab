"""Groups of furniture as people arrange them. Each adds to a Layout what fits."""
