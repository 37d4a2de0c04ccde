"""How many batches may run at once, over all workers: one worker stays free for people at the map."""

import fcntl
import tempfile
import weakref

from geo.model import Problem, Text
from server.errors import BusyError


class Slots:
    """Places that processes forked from this one share; the place of one that dies is free again.

    Parameters
    ----------
    count
        How many there are.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        # Record locks belong to a process and to a byte of the file: nothing is written.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the service
        weakref.finalize(self, self._file.close)

    def take(self) -> int:
        """A free place.

        Raises
        ------
        BusyError
            If there is none.
        """
        for place in range(self._count):
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except OSError:
                continue
            return place
        hint = Text("正在处理其他批量请求，请稍后再试", "other batches are under way: try again later")
        allowed = f"≤ {self._count}"
        raise BusyError(Problem(where="batches", given=f"> {self._count}", allowed=allowed, hint=hint))

    def free(self, place: int) -> None:
        """Give a place back."""
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)
