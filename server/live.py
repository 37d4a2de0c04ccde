"""The bundle that is served, and the one that takes its place when another state is accepted. No flask here.

Every worker looks at the bundle's pointer (``current.json``) each second and loads what it points to beside
serving, in a thread of its own. The new bundle is put in the old one's place when the next request begins: a
request sees one bundle from beginning to end, the long answer of a batch too. A bundle that does not load
leaves the old one serving, and `/health` says so.

Editions that did not change are the very same objects, so that a worker goes on sharing their memory with the
process it was forked from. What did change each worker holds for itself, until the service is started anew;
and workers change over each in its own time, within some seconds of each other.
"""

import functools
import logging
import os
import sys
import threading
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.errors import FenquError
from geo.model import Bundle, Problem, Text
from geo.once import Once
from geo.view import view_on
from layers.bundle import Kept, Loaded, load
from layers.pointer import Stamp, pointed_at, stamp
from layers.sites.doctor.area import service_area

__all__ = ["Live", "load_live"]

LOGGER = logging.getLogger("fenqu")

_EVERY_S = 1.0
_ROOMS = ("geo", "layers", "server")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Served:
    """A bundle and where it came from."""

    bundle: Bundle | None
    state: int | None = None
    kept: Kept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A state that does not load."""

    state: int | None
    problems: tuple[Problem, ...]


class Live:
    """What is served now, and what will be next.

    Parameters
    ----------
    bundle
        What is served first; None = nothing.
    """

    def __init__(self, bundle: Bundle | None) -> None:
        self._served = _Served(bundle=bundle)
        self._next: _Served | None = None
        self._refused: Refused | None = None
        self._loading = False
        self._folder: Path | None = None
        self._seen: Stamp = None
        self._watcher = 0
        self._turn = threading.Lock()

    def follow(self, folder: Path, loaded: Loaded, state: int | None, seen: Stamp) -> None:
        """Serve what was loaded, and from then on what the folder's pointer points to."""
        self._served = _Served(bundle=loaded.bundle, state=state, kept=loaded.kept)
        self._folder, self._seen = folder, seen

    @property
    def state(self) -> int | None:
        """Number of the accepted state that is served; None where nothing was accepted yet."""
        return self._served.state

    @property
    def refused(self) -> Refused | None:
        """The state that does not load, where the pointer names one."""
        return self._refused

    @property
    def loading(self) -> bool:
        """Whether another state is being loaded beside, or waits for the next request."""
        return self._loading or self._next is not None

    def bundle(self) -> Bundle | None:
        """The bundle for a request that begins; from here on it is its own."""
        self.watch()
        with self._turn:
            following, self._next = self._next, None
        if following is not None:
            self._served = following
            _forget()  # what was worked out for the old bundle would keep it alive
            LOGGER.info("serving state %s, digest %s", following.state, _digest(following))
        return self._served.bundle

    def warm(self, on: date) -> None:
        """Work out what all answers of a day rest on; workers that are forked later share it."""
        if self._served.bundle is None:
            return
        try:
            view_on(self._served.bundle, on)
            service_area(self._served.bundle)
        except Exception:  # each answer will say so
            LOGGER.exception("nothing could be worked out for %s", on)

    def watch(self) -> None:
        """Look at the pointer from now on; a process that was forked needs a thread of its own."""
        if self._folder is None or self._watcher == os.getpid():
            return
        self._watcher = os.getpid()
        threading.Thread(target=self._run, args=(self._folder,), name="live", daemon=True).start()

    def _run(self, folder: Path) -> None:
        while True:
            time.sleep(_EVERY_S)
            self.look(folder)

    def look(self, folder: Path) -> None:
        """Load what the pointer names, if it was replaced since."""
        seen = stamp(folder)
        if seen == self._seen:
            return
        self._loading, self._seen = True, seen
        state = pointed_at(folder)
        try:
            loaded = load(folder, kept=(self._next or self._served).kept)
        except FenquError as error:
            self._refuse(state, error.problems)
        except Exception as error:  # the old bundle serves on, whatever this was
            LOGGER.exception("state %s did not load", state)
            self._refuse(state, (_our_bug(error),))
        else:
            with self._turn:
                self._next = _Served(bundle=loaded.bundle, state=state, kept=loaded.kept)
            self._refused = None
        finally:
            self._loading = False

    def _refuse(self, state: int | None, problems: tuple[Problem, ...]) -> None:
        for problem in problems:
            LOGGER.error("state %s: %s", state, problem.line())
        self._refused = Refused(state=state, problems=problems)


def load_live(folder: Path) -> Live:
    """Load a bundle to be served.

    Raises
    ------
    BundleError
        If it does not load.
    """
    live, seen, state = Live(None), stamp(folder), pointed_at(folder)
    live.follow(folder, load(folder), state, seen)
    return live


def _forget() -> None:
    """Empty whatever our modules keep of what they worked out; it is made again when asked for."""
    rooms = [module for name, module in sys.modules.items() if name.partition(".")[0] in _ROOMS]
    for kept in {id(value): value for module in rooms for value in vars(module).values()}.values():
        if isinstance(kept, Once):
            kept.clear()
        elif isinstance(kept, functools._lru_cache_wrapper):  # noqa: SLF001  the one name of its kind
            kept.cache_clear()


def _digest(served: _Served) -> str:
    return "—" if served.bundle is None else served.bundle.digest


def _our_bug(error: Exception) -> Problem:
    hint = Text("装载时出现内部错误，详见日志", "an error of ours while loading: the log has it")
    return Problem(where="bundle", given=type(error).__name__, allowed="—", hint=hint)
