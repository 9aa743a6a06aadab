"""What benchmarks share; nothing here runs by itself."""
