"""A fault told so that a person can mend it, and what an input may have meant."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What an input may have meant: told beside an answer or a refusal, never acted on by itself.

    Attributes
    ----------
    remedies
        Names of the remedies that would read it so, in their order; empty where there is nothing to ask for.
    given
        The coordinates or text as given.
    would_be
        What the remedies would make of it; "" where there is none.
    lies
        Where that lies; None for text.
    text
        All of it in a sentence.
    """

    remedies: tuple[str, ...]
    given: str
    would_be: str
    lies: Text | None
    text: Text

    def line(self, lang: str = "en") -> str:
        """The text with what to ask for on the command line."""
        flags = " ".join(f"--remedy {name}" for name in self.remedies)
        ask = Text(f"；如属实请加 {flags}", f"; if so, add {flags}").get(lang) if flags else ""
        return self.text.get(lang) + ask
