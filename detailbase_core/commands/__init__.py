"""Commands of `detailbase`, each what cli.py calls.

May import everything else of the core; only cli.py imports it.
"""
