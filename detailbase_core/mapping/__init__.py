"""Scans or files -> one cloud with z up -> superpoints.

May import: io, sparse, language, ops; errors, types, config, transforms. Today: io, ops.
"""
