"""Editions compared, layers beside each other, and the topology of one."""
