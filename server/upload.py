"""A request body on disk, to be read as often as needed: 256 MB in memory for each upload are not there."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO, BinaryIO

from layers.sites.read.intake import laid_down

_BLOCK_BYTES = 1 << 20


class Upload:
    """The body of one request, copied to a file without a name; it is gone when closed.

    Parameters
    ----------
    stream
        The body; read to its end.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        with contextlib.ExitStack() as on_failure:
            self._file = on_failure.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(stream, self._file, _BLOCK_BYTES)
            self._file.flush()
            self.size = self._file.tell()
            self._held = on_failure.pop_all()

    def reopened(self) -> BinaryIO:
        """The body from its beginning. One reader at a time: they share the place in the file."""
        self._file.seek(0)
        return os.fdopen(os.dup(self._file.fileno()), "rb")

    def laid_down(self, suffix: str) -> Path:
        """The body as a file of a format, for readers that want a path; it goes when this is closed."""
        with self.reopened() as stream:
            return self._held.enter_context(laid_down(stream, suffix))

    def close(self) -> None:
        """Let go of the file."""
        self._held.close()
