"""A fault told so that a person can mend it."""

from dataclasses import dataclass

from geo.model.words import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault: where it is, what was given, what is allowed, how to mend it.

    Attributes
    ----------
    where
        File, line, key, row or JSON pointer, as a person would look for it.
    given
        The offending value, as text.
    allowed
        What would have been accepted.
    hint
        How to mend it, in both languages.
    """

    where: str
    given: str
    allowed: str
    hint: Text

    def line(self, lang: str = "en") -> str:
        """One printable line in the language asked for."""
        given, allowed = ("given", "allowed") if lang == "en" else ("给出", "允许")
        return f"{self.where}: {self.hint.get(lang)} ({given}: {self.given}; {allowed}: {self.allowed})"
