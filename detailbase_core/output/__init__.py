"""An answer -> text, JSON, PLY, picture.

May import: io and what lies beside the folders.
"""
