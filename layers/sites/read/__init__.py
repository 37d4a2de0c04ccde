"""Input files opened: which reader for which file, and records as each gives them."""
