"""One training run: data order, augmentation, lessons, losses, steps, files."""
