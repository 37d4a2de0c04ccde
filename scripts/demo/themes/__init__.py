"""The thematic layers of the demonstration: what the rules ask about beside zoning, reserves and sources."""

from collections import Counter

import geopandas as gpd
import shapely

from geo.measure import area_m2
from scripts.demo.build import Drawn
from scripts.demo.sources import Sources
from scripts.demo.themes import ground, strips, towns, waterside
from scripts.demo.themes.home import Feature, Home, homes

CRS = "EPSG:4490"
LEAST_M2 = 100.0
"""What a border or a neighbour leaves of a patch is no zone below this."""


def tables(drawn: Drawn, sources: Sources) -> dict[str, gpd.GeoDataFrame]:
    """Every thematic layer by its id; ids of zones are layer, district and running number."""
    rows: dict[str, list[dict[str, object]]] = {}
    for home in homes(drawn, sources):
        numbers: Counter[str] = Counter()
        for feature in _of(home):
            if shapely.get_dimensions(feature.geometry) == 2 and area_m2(feature.geometry) < LEAST_M2:
                continue
            numbers[feature.layer] += 1
            fid = f"{feature.layer}-{home.code}-{numbers[feature.layer]:03d}"
            rows.setdefault(feature.layer, []).append(
                {
                    "fid": fid,
                    "zone_class": feature.zone_class,
                    "name": feature.name,
                    "county_code": home.code,
                    "county_name": home.name,
                    **feature.more,
                    "geometry": feature.geometry,
                }
            )
    return {
        layer: gpd.GeoDataFrame(found, geometry="geometry", crs=CRS) for layer, found in sorted(rows.items())
    }


def _of(home: Home) -> list[Feature]:
    features = [
        *towns.draw(home),
        *waterside.draw(home),
        *ground.draw(home),
        *strips.draw(home),
    ]
    return [*features, *towns.air_elements(features)]
