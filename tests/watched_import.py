"""Import the modules of a house in this interpreter and print, as JSON, what of its own they read meanwhile.

Run by `test_architecture.py` in a process of its own. Standard input: the house's folder, the libraries to
import beforehand (what other people's modules read on import is not ours to judge), the modules to watch.
"""

import importlib
import json
import os
import sys

_PASSED_THROUGH = (__file__, os.__file__, "<frozen os>", "<frozen _collections_abc>")

root, libraries, modules = json.load(sys.stdin)
rooms = tuple(f"{root}/{room}/" for room in ("geo", "layers", "server", "scripts", "static"))  # not its .venv
found: list[str] = []


def _watch_files(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        path = str(arguments[0])
        if path.startswith(rooms) and not path.endswith((".py", ".pyc")):
            found.append(f"opens {path.removeprefix(root).lstrip('/')}")


class _WatchedEnvironment(type(os.environ)):  # type: ignore[misc]
    def __getitem__(self, key: str) -> str:
        frame = sys._getframe()
        while frame.f_back and frame.f_code.co_filename in _PASSED_THROUGH:
            frame = frame.f_back
        if frame.f_code.co_filename.startswith(rooms):
            found.append(f"reads the variable {key}")
        return super().__getitem__(key)


for library in libraries:
    importlib.import_module(library)
os.environ.__class__ = _WatchedEnvironment
sys.addaudithook(_watch_files)
for module in modules:
    importlib.import_module(module)
json.dump(found, sys.stdout)
