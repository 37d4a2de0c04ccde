"""Figures as people read them: hectares and mu, per cent, degrees-minutes-seconds, Gauss-Krüger."""

import math
from collections.abc import Iterable

from geo.crs import gauss_krueger
from geo.model import Crossing

MU_PER_HECTARE = 15.0
_LEAST_HECTARES, _LEAST_PERCENT = 0.0001, 0.01
_LONG_M = 10_000.0


def hectares(area_m2: float, lang: str = "zh") -> str:
    """An area in 公顷 (4 decimals) and 亩 (2); very small ones in m² instead of 0."""
    unit, mu = ("公顷", "亩") if lang == "zh" else (" ha", " mu")
    value = area_m2 / 10_000.0
    if 0.0 < value < _LEAST_HECTARES:
        return f"<0.0001{unit} ({area_m2:.2g} m²)"
    return (
        f"{value:.4f}{unit}（{value * MU_PER_HECTARE:.2f}{mu}）"
        if lang == "zh"
        else (f"{value:.4f}{unit} ({value * MU_PER_HECTARE:.2f}{mu})")
    )


def metres(value_m: float, lang: str = "zh") -> str:
    """A length: metres below 10 km, kilometres above."""
    if abs(value_m) < _LONG_M:
        return f"{value_m:.1f} 米" if lang == "zh" else f"{value_m:.1f} m"
    return f"{value_m / 1000.0:.2f} 千米" if lang == "zh" else f"{value_m / 1000.0:.2f} km"


def station(value_m: float) -> str:
    """Chainage as roads are staked (桩号): ``K12+345.6``."""
    kilometres, tenths = divmod(math.floor(value_m * 10.0 + 0.5), 10_000)
    return f"K{kilometres}+{tenths / 10.0:05.1f}"


def stations(crossings: Iterable[Crossing], lang: str = "zh") -> str:
    """Stretches of a line by their chainage; those of a further part of it name the part."""
    comma = "、" if lang == "zh" else ", "
    return comma.join(_stretch(crossing, lang) for crossing in crossings)


def _stretch(crossing: Crossing, lang: str) -> str:
    ends = dict.fromkeys((station(crossing.from_m), station(crossing.to_m)))
    named = (
        (f"第{crossing.part}段 " if lang == "zh" else f"part {crossing.part} ") if crossing.part > 1 else ""
    )
    return named + "–".join(ends)


def percent(share: float) -> str:
    """A share (0–1) in per cent, 2 decimals, never 0 for something and never 100 for less than all."""
    value = share * 100.0
    if 0.0 < value < _LEAST_PERCENT:
        return "<0.01 %"
    if 0.0 < 100.0 - value < _LEAST_PERCENT:
        return ">99.99 %"
    return f"{value:.2f} %"


def dms(degrees: float, axis: str) -> str:
    """Degrees, minutes and seconds to 0.01″ with the hemisphere; ``axis`` is ``lon`` or ``lat``."""
    side = ("E" if degrees >= 0 else "W") if axis == "lon" else ("N" if degrees >= 0 else "S")
    hundredths = round(abs(degrees) * 360_000)
    whole, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6_000)
    return f"{whole}°{minutes:02d}′{seconds / 100:05.2f}″{side}"


def coordinates(lon: float, lat: float, lang: str = "zh") -> dict[str, str]:
    """A place in the three notations that staff use."""
    north, east, zone, meridian = gauss_krueger(lon, lat)
    label = f"中央经线 {meridian}°" if lang == "zh" else f"central meridian {meridian}°"
    return {
        "dms": f"{dms(lon, 'lon')} {dms(lat, 'lat')}",
        "decimal": f"{lon:.6f}, {lat:.6f}",
        "gauss": f"X {north:.2f} Y {zone}{east:09.2f} ({label})",
    }
