"""``python -m server``: gunicorn as the settings say, the bundle loaded once and shared by all workers.

One thread a worker: prepared geometries shared between threads crash the interpreter, and a long answer then
does not hold up the worker's heartbeat.
"""

import gc
import logging
import sys
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.util import import_app  # type: ignore[import-untyped]

from server.settings import Settings, SettingsError, read_settings

LOGGER = logging.getLogger("fenqu")

_GRACE_S = 20
"""What a request under way has left when the service is told to stop: any check, but not a long batch."""


class Service(BaseApplication):
    """Gunicorn without its command line: what it may be told stands in `server.settings`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Hand the settings to gunicorn."""
        chosen: dict[str, Any] = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": self.settings.workers,
            "worker_class": "server.worker.FreeWorker",
            "threads": 1,
            "keepalive": 0,
            "preload_app": True,
            "timeout": self.settings.timeout_s,
            "graceful_timeout": _GRACE_S,
            "control_socket_disable": True,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:  # noqa: ANN401  # whatever the module holds under that name
        """The application; gunicorn asks once, in the master."""
        gc.disable()  # nothing that is loaded now is garbage, and it would be looked through 300 times
        try:
            return import_app("server.wsgi:app")
        finally:
            gc.enable()


def main() -> int:
    """Serve until told to stop; 2 where a setting cannot be used."""
    try:
        settings = read_settings()
    except SettingsError as error:
        for problem in error.problems:
            LOGGER.critical("%s", problem.line())
        return 2
    Service(settings).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
