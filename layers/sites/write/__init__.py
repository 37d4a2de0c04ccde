"""Results and exports as files."""
