"""The demonstration bundle: real boundaries, rivers and terrain in, the same zoning out each time."""
