"""Benchmarks: measured by a command, written to docs/benchmarks.md, never asserted by a test."""
