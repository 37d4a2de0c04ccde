"""What depends on lasting objects alone (a rule, an article, a bundle on a date) is made once."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
T_in = TypeVar("T_in")


class Once(Generic[T]):
    """Values remembered by the identity of the objects they were made of.

    Rules and articles are equal by value, and to hash one costs more than most that is made of it. Each value
    holds its objects, so that no other object can come to have the identity of one that is gone.

    Parameters
    ----------
    most
        How many are kept; beyond that all are forgotten, and made again when asked for.
    """

    def __init__(self, most: int = 16_384) -> None:
        self._most = most
        self._kept: dict[Hashable, tuple[tuple[object, ...], T]] = {}

    def get(self, lasting: tuple[object, ...], make: Callable[[], T], *rest: Hashable) -> T:
        """What was made of these objects (and of ``rest``, by value) before, or is made now."""
        key = (*map(id, lasting), *rest)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= self._most:
                self._kept.clear()
            found = self._kept[key] = (lasting, make())
        return found[1]

    def clear(self) -> None:
        """Forget all: objects that are not used any more are then free."""
        self._kept.clear()

    def of(self, lasting: T_in, make: Callable[[T_in], T]) -> T:
        """The same for what is made of one object, for which most is asked: without a key of parts."""
        found = self._kept.get(id(lasting))
        if found is None:
            if len(self._kept) >= self._most:
                self._kept.clear()
            found = self._kept[id(lasting)] = ((lasting,), make(lasting))
        return found[1]
