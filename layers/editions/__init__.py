"""The store of editions: accepted states of a bundle, and the one pointer to the state in force."""
