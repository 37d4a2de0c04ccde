"""GDAL where it is needed: pyogrio brings pandas and GeoPandas with it, half a second of every start.

``gdal.read_info`` is ``pyogrio.read_info``, and so on; the errors of pyogrio stand here too.
"""

from typing import Any


def __getattr__(name: str) -> Any:  # noqa: ANN401  whatever pyogrio has
    if name.startswith("__"):
        raise AttributeError(name)
    import pyogrio  # noqa: PLC0415  see above

    return getattr(pyogrio if hasattr(pyogrio, name) else pyogrio.errors, name)
