"""Bytes <-> clouds: PLY, PCD, NPZ, PointCloud2 buffers, recordings (reading).

May import: ops; errors, types, config, transforms.
"""
