"""An answer -> text, JSON, PLY, picture.

May import: everything but grounder, synthetic and the programs; errors, types, config, transforms.
"""
