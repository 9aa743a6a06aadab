"""The model card's sections and pictures."""
