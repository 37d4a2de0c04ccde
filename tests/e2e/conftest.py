"""The demonstration bundle, loaded once for all tests of this folder."""

from datetime import date
from pathlib import Path

import pytest

from geo.model import Bundle
from layers.bundle import load_bundle

DEMO = Path(__file__).resolve().parents[2] / "layers" / "demo"
ON = date(2026, 11, 21)


@pytest.fixture(scope="session")
def demo() -> Bundle:
    return load_bundle(DEMO)
