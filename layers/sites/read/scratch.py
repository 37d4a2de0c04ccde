"""Folders for what is unpacked or sent: gone with whoever asked, and swept up after one that was killed.

A folder is locked as long as it is in use; the lock ends with the process, however that ends.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX, _NEW = "fenqu-held-", "fenqu-new-"


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder of one's own; it goes with its content when it is left."""
    home = Path(tempfile.gettempdir())
    _sweep(home)
    made = Path(tempfile.mkdtemp(prefix=_NEW, dir=home))
    handle = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    # Under the name that is swept only once it is locked.
    folder = made.rename(made.with_name(made.name.replace(_NEW, _PREFIX)))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _sweep(home: Path) -> None:
    """Remove what killed processes of this user have left."""
    for left in home.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # in use, somebody else's, or gone by now
            handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(handle).st_uid == os.geteuid():
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)
