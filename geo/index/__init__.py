"""Indices over edges of zones: which zones a point lies in, and how far the nearest edge is."""
