"""Helpers of the benchmarks; nothing here runs by itself."""
