"""The application that gunicorn serves: ``gunicorn --preload server.wsgi:app``.

With ``--preload`` this module is imported once, in the master: the bundle is read once and every worker
shares its memory.
"""

import gc
import logging
import sys

from geo.errors import BundleError
from server import create_app
from server.current import today
from server.live import load_live
from server.settings import SettingsError, read_settings

_REFUSED = 2


def _refuse(error: BundleError | SettingsError) -> None:
    for problem in error.problems:
        logging.getLogger("fenqu").error("%s", problem.line())
    sys.exit(_REFUSED)


logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
try:
    _settings = read_settings()
    logging.getLogger("fenqu").setLevel(_settings.log_level)
    _live = load_live(_settings.bundle)
    app = create_app(_settings, _live)
    _live.warm(today())
except (BundleError, SettingsError) as _error:
    _refuse(_error)

# What is alive now stays: frozen, the collector of a forked worker does not touch (and so copy) its pages.
# The little that is not is not looked for first: that would take a tenth of a second.
gc.freeze()
