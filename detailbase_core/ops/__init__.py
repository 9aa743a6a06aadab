"""The native module, scatter, packed matrix products, devices and threads.

May import: types and errors only.
"""
