"""Where the demonstration bundle lies, and the day it is asked about."""

from datetime import date
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "layers" / "demo"
ON = date(2026, 11, 21)
