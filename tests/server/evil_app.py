"""The service on the small bundle, whose names are markup: for the browser's test that they stay text."""

from server import create_app
from server.settings import Settings
from tests.server.small import small_bundle

app = create_app(Settings(), small_bundle())
