"""Arrow's functions where they are needed: ``compute.cast`` is ``pyarrow.compute.cast``, and so on.

To import that module makes a Python function of each of Arrow's, which a single check needs none of.
"""

from typing import Any


def __getattr__(name: str) -> Any:  # noqa: ANN401  whatever Arrow has
    if name.startswith("__"):
        raise AttributeError(name)
    import pyarrow.compute  # noqa: PLC0415  see above

    found = globals()[name] = getattr(pyarrow.compute, name)
    return found
