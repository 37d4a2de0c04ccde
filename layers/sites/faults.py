"""Say what is wrong with an input, in both languages and in one shape."""

import contextlib
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

from geo.errors import InputError, Problem
from geo.model import Text

_SHOWN_CHARACTERS = 80
Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


def clip(value: object, limit: int = _SHOWN_CHARACTERS) -> str:
    """Shorten a given value to ``limit`` characters, so that a 50 MB cell does not become a 50 MB message."""
    text = (value if isinstance(value, str) else str(value)).strip()
    return text if len(text) <= limit else f"{text[: limit - 1]}… ({len(text)} characters)"


def fault(where: str, given: object, allowed: str, *, zh: str, en: str) -> Problem:
    """One problem of an input: where, what was given, what is allowed, how to mend it."""
    return Problem(where=where, given=clip(given), allowed=allowed, hint=Text(zh, en))


@contextlib.contextmanager
def collecting(problems: list[Problem]) -> Iterator[None]:
    """Whatever is refused in the block is added to the list."""
    try:
        yield
    except InputError as error:
        problems.extend(error.problems)


def collected(
    problems: list[Problem],
    read: Callable[Arguments, Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result | None:
    """What ``read`` gives, or None with its problems added to the list: all faults at once."""
    try:
        return read(*args, **kwargs)
    except InputError as error:
        problems.extend(error.problems)
        return None
