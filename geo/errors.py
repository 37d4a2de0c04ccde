"""The error tree. Every error says what was given, what is allowed and how to mend it.

::

    FenquError
    ├── InputError        the request was understood but is wrong (HTTP 422)
    │   └── UnreadableError   it could not be read at all (HTTP 400)
    ├── BundleError       a catalogue or rule fault: the bundle is refused (exit 2)
    └── InternalError     our bug
"""

from collections.abc import Iterable

from geo.model.problem import Advice, Problem

__all__ = ["BundleError", "FenquError", "InputError", "InternalError", "Problem", "UnreadableError"]


class FenquError(Exception):
    """Root of all errors of ours; carries every problem found, not the first only."""

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(p.line() for p in self.problems))


class InputError(FenquError):
    """A site, activity, fact or date that was understood and is wrong.

    Parameters
    ----------
    advice
        What the input may have meant.
    """

    def __init__(self, problems: Iterable[Problem] | Problem, advice: Iterable[Advice] = ()) -> None:
        super().__init__(problems)
        self.advice = tuple(advice)


class UnreadableError(InputError):
    """A request or file that could not be read."""


class BundleError(FenquError):
    """A catalogue, vocabulary or rule fault: the whole bundle is refused."""


class InternalError(FenquError):
    """A state that cannot be: our bug."""
