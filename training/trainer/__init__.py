"""One training run: data order, augmentation, batches, losses, steps, files."""
