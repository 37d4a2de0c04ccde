"""The service on the small bundle."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_openapi import OpenAPI

from server import create_app
from server.settings import Settings
from tests.server.small import small_bundle

SETTINGS = Settings(bundle=Path("nowhere"), max_body_bytes=20_000, max_vertices=50, max_parts=3, max_zones=2)


@pytest.fixture(scope="session")
def app() -> OpenAPI:
    return create_app(SETTINGS, small_bundle())


@pytest.fixture
def client(app: OpenAPI) -> FlaskClient:
    return app.test_client()
