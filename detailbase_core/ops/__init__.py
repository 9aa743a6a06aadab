"""The native module, scatter, packed matrix products, devices, threads, malloc.

May import: errors, types, config, transforms.
"""
