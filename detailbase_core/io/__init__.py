"""Bytes <-> clouds: PLY, PCD, NPZ, PointCloud2 buffers, recordings (reading).

May import: types, errors, config, transforms, ops.
"""
