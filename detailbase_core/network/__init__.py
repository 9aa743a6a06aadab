"""DetailBase: its stages joined, and its checkpoints.

May import: sparse, language, ops and what lies beside the folders.
"""
