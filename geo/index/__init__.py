"""Indices over edges of zones: which zones a point lies in, and how far the nearest edge is."""

FORMAT = 6
"""Of the arrays that indices are stored as; one more whenever their meaning changes."""
