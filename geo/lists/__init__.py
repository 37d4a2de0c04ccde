"""Entry lists of control units: which clauses hold where, and whom they name."""
