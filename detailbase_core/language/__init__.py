"""A sentence -> words, noun phrases with character spans, vectors.

May import: ops; errors, types, config, transforms.
"""
