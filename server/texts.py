"""Domain texts as JSON."""

from geo.model import Text


def both(text: Text | None) -> dict[str, str] | None:
    """A text in both languages, as JSON."""
    return None if text is None else {"zh": text.zh, "en": text.en}
