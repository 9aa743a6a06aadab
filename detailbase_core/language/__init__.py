"""A sentence -> words, noun phrases with character spans, vectors.

May import: ops and what lies beside the folders.
"""
