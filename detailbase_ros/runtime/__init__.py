"""Endpoints, executor, parameters, counters, diagnostics of a node."""
