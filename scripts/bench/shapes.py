"""Shapes drawn from a seed: touching cells, overlapping blobs, river ribbons; 89 vertices each, all valid."""

import math

import numpy as np
import shapely

__all__ = ["VERTICES", "blobs", "points", "ribbons", "sites", "tessellation"]

VERTICES = 89
BOUNDS = (103.0, 29.0, 108.0, 33.0)
"""West, south, east, north, degrees: the dense case is 20 000 zones on 5° by 4°."""

_HALF, _SIDE = 14, 13  # vertices between the corners: 6 + 4 · 14 + 13 + 14 = 89
_DECIMALS = 7  # what data of an office have: 1 cm

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Objects = np.ndarray[tuple[int, ...], np.dtype[np.object_]]
Box = tuple[float, float, float, float]


def tessellation(columns: int, rows: int, seed: int, bounds: Box = BOUNDS) -> Objects:
    """Cells laid like bricks, their corners moved and their sides crooked: neighbours share every vertex.

    ``columns`` is even; there are ``columns * rows`` cells.
    """
    rng = np.random.default_rng(seed)
    nodes = np.stack(np.meshgrid(np.arange(2 * columns + 2) / 2.0, np.arange(rows + 1.0)), axis=-1)
    nodes += rng.uniform(-0.1, 0.1, nodes.shape)
    flat = _crooked(nodes[:, :-1], nodes[:, 1:], _HALF, rng)
    turn = np.arange(rows) % 2
    side = 2 * np.arange(columns + 1)[None, :] + turn[:, None]
    row = np.arange(rows)[:, None]
    foot, head = nodes[row, side], nodes[row + 1, side]
    even = _crooked(foot[:, ::2], head[:, ::2], _SIDE, rng)
    odd = _crooked(foot[:, 1::2], head[:, 1::2], _SIDE + 1, rng)
    cells = np.empty((rows, columns), dtype=object)
    for parity, (left, right) in enumerate(((even[:, :-1], odd), (odd, even[:, 1:]))):
        at = side[:, parity:-1:2]
        ring = [
            *(nodes[row, at][..., None, :], flat[row, at], nodes[row, at + 1][..., None, :]),
            *(flat[row, at + 1], nodes[row, at + 2][..., None, :], right),
            *(nodes[row + 1, at + 2][..., None, :], flat[row + 1, at + 1][..., ::-1, :]),
            *(nodes[row + 1, at + 1][..., None, :], flat[row + 1, at][..., ::-1, :]),
            *(nodes[row + 1, at][..., None, :], left[..., ::-1, :]),
        ]
        cells[:, parity::2] = shapely.polygons(_placed(np.concatenate(ring, axis=2), columns, rows, bounds))
    return _checked(cells.ravel())


def _crooked(start: Floats, end: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Vertices between two corners, off the chord by a few waves that vanish at both: (…, count, 2)."""
    share = np.arange(1, count + 1) / (count + 1)
    chord = end - start
    normal = np.stack([-chord[..., 1], chord[..., 0]], axis=-1)
    off = np.zeros((*chord.shape[:-1], count))
    for wave, size in ((1, 0.06), (2, 0.03), (5, 0.012), (9, 0.006)):
        off += size * rng.uniform(-1, 1, chord.shape[:-1])[..., None] * np.sin(wave * math.pi * share)
    return start[..., None, :] + share[:, None] * chord[..., None, :] + off[..., None] * normal[..., None, :]


def _placed(xy: Floats, columns: int, rows: int, bounds: Box) -> Floats:
    """From cells to degrees."""
    west, south, east, north = bounds
    scale = np.array([(east - west) / (columns + 0.5), (north - south) / rows])
    return np.round(np.array([west, south]) + xy * scale, _DECIMALS)


def blobs(
    count: int, seed: int, *, radius_m: tuple[float, float], bounds: Box = BOUNDS, spread: float = 0.5
) -> Objects:
    """Star-shaped zones strewn evenly, so that many overlap.

    Parameters
    ----------
    radius_m
        Least and greatest mean radius, metres; most are nearer to the least.
    spread
        Standard deviation of the logarithm of the radius.
    """
    rng = np.random.default_rng(seed)
    middle = rng.uniform(bounds[:2], bounds[2:], (count, 2))
    radius = np.clip(radius_m[0] * np.exp(np.abs(rng.normal(0.0, spread, count))), *radius_m)
    return _checked(np.asarray(shapely.polygons(_stars(middle, radius, VERTICES, rng))))


def sites(
    count: int, seed: int, bounds: Box = BOUNDS, *, vertices: int = 100, area_m2: float = 1e6
) -> Objects:
    """Crooked outlines of about 1 km², as planners bring them."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(bounds[:2], bounds[2:], (count, 2))
    radius = np.full(count, math.sqrt(area_m2 / math.pi))
    return _checked(np.asarray(shapely.polygons(_stars(middle, radius, vertices, rng))))


def _stars(middle: Floats, radius_m: Floats, vertices: int, rng: np.random.Generator) -> Floats:
    """Rings about a middle: (n, vertices, 2), degrees."""
    turn = np.linspace(0.0, 2.0 * math.pi, vertices + 1)[:-1]
    wide = np.ones((len(middle), vertices))
    for wave, size in ((2, 0.2), (3, 0.12), (7, 0.06), (13, 0.03)):
        phase = rng.uniform(0, 2.0 * math.pi, (len(middle), 1))
        wide += size * rng.uniform(0, 1, (len(middle), 1)) * np.sin(wave * turn + phase)
    lat = 111_000.0
    lon = lat * np.cos(np.radians(middle[:, 1]))
    reach = wide * radius_m[:, None]
    x = middle[:, :1] + reach * np.cos(turn) / lon[:, None]
    y = middle[:, 1:] + reach * np.sin(turn) / lat
    ring: Floats = np.stack([x, y], axis=-1).round(_DECIMALS)
    return ring


def ribbons(count: int, seed: int, bounds: Box = BOUNDS) -> Objects:
    """River areas: 3 to 9 km long, 60 to 400 m wide, winding, in any direction."""
    rng = np.random.default_rng(seed)
    upper, lower = VERTICES - VERTICES // 2, VERTICES // 2
    length, half = rng.uniform(3_000, 9_000, (count, 1)), rng.uniform(30, 200, (count, 1))
    phase, waves = rng.uniform(0, 2 * math.pi, (count, 1)), rng.uniform(1.0, 3.0, (count, 1))

    def bank(number: int, sign: int) -> tuple[Floats, Floats]:
        share = np.linspace(0.0, 1.0, number)[None, :]
        along = (share - 0.5) * length
        middle = 0.06 * length * np.sin(2 * math.pi * waves * share + phase)
        width = half * (1.0 + 0.3 * np.sin(5.0 * share + 2.0 * phase))
        return along, middle + sign * width

    (x_up, y_up), (x_low, y_low) = bank(upper, 1), bank(lower, -1)
    x, y = np.hstack([x_low, x_up[:, ::-1]]), np.hstack([y_low, y_up[:, ::-1]])
    turn = rng.uniform(0, math.pi, (count, 1))
    middle = rng.uniform(bounds[:2], bounds[2:], (count, 2))
    east, north = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    lon = middle[:, :1] + east / (111_000.0 * np.cos(np.radians(middle[:, 1:])))
    ring = np.round(np.stack([lon, middle[:, 1:] + north / 111_000.0], axis=-1), _DECIMALS)
    return _checked(np.asarray(shapely.polygons(ring)))


def points(count: int, seed: int, zones: Objects, bounds: Box | None = None) -> Floats:
    """Places drawn evenly, one in a thousand on a vertex of a zone: (n, 2), degrees, 7 decimals."""
    rng = np.random.default_rng(seed)
    box = np.asarray(shapely.total_bounds(zones) if bounds is None else bounds)
    found = np.round(rng.uniform(box[:2], box[2:], (count, 2)), _DECIMALS)
    corners = shapely.get_coordinates(zones)
    on = rng.choice(count, max(1, count // 1000), replace=False)
    found[on] = corners[rng.choice(len(corners), len(on))]
    return found


def _checked(shapes: Objects) -> Objects:
    """Refuse what the seed made badly.

    Raises
    ------
    ValueError
        If a shape is not valid: a benchmark on broken zones would measure something else.
    """
    bad = int((~shapely.is_valid(shapes)).sum())
    if bad:
        raise ValueError(f"{bad} of {len(shapes)} shapes are not valid")
    return np.asarray(shapes)
