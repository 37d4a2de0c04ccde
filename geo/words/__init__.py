"""What people read: sentences, figures, citations. Nothing is decided here."""
