"""Benchmarks: ratios within one run, never timed tests. ``python -m tests.bench``."""
