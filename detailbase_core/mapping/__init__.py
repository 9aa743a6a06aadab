"""Scans or files -> one cloud with z up -> superpoints.

May import: io, ops and what lies beside the folders.
"""
