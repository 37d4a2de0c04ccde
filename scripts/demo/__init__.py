"""The demonstration bundle: real boundaries, rivers and terrain in, synthetic zoning out, the same bytes every time."""
