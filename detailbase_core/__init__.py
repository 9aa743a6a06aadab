"""DetailBase: every phrase of a sentence, as 3D objects in a coloured point cloud."""

__version__ = "0.1.0"
