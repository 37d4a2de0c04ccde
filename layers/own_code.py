"""What the code is that makes what is kept: what another code made is not taken up."""

import hashlib
import sys
from functools import cache
from pathlib import Path

__all__ = ["own_code"]

_ROOT = Path(__file__).parent.parent


@cache
def own_code() -> bytes:
    """The hash of the code of ``geo`` and ``layers``, and of the Python it runs in."""
    told = hashlib.sha256(sys.version.encode())
    for path in sorted((*(_ROOT / "layers").glob("*.py"), *(_ROOT / "geo").rglob("*.py"))):
        told.update(path.relative_to(_ROOT).as_posix().encode() + hashlib.sha256(path.read_bytes()).digest())
    return told.digest()
