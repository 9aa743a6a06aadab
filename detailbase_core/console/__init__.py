"""A page in the browser: a scene in 3D, asked in words. Needs the extra `console` (viser).

May import: everything but synthetic and the programs; only page.py and server.py import viser.
"""
