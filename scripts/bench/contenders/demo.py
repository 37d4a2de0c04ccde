"""Draws what is measured on the demonstration bundle: a table of points, and polygons, in its districts."""

from pathlib import Path

import numpy as np

from layers.bundle import load_bundle
from scripts.bench.data import write_shapes
from scripts.bench.process import Found, serve
from scripts.bench.sites import area, draw, polygon, write_points


def draw_sites(job: Found) -> Found:
    """Write both."""
    shape = area(load_bundle(Path(job["bundle"])))
    write_points(Path(job["table"]), draw(shape, job["points"], 5))
    places = draw(shape, job["polygons"], 7)
    found = np.array([polygon(place, number) for number, place in enumerate(places)], dtype=object)
    write_shapes(Path(job["sites"]), found)
    return {}


if __name__ == "__main__":
    serve({"draw": draw_sites})
