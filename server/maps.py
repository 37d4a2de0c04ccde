"""The one importer of folium: the map's parts, with local assets only, for our own page.

folium escapes nothing, so no word of the data is given to it: layers, names and results are drawn by our own
browser code with ``textContent``.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_VENDOR = "/static/vendor/"
MAP_NAME = "map_fenqu"
"""Name of the map in the browser: folium makes it a global variable."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

_DRAWING_OFF = dict.fromkeys(
    (
        "drawMarker",
        "drawCircleMarker",
        "drawCircle",
        "drawText",
        "drawPolyline",
        "drawRectangle",
        "drawPolygon",
        "editMode",
        "dragMode",
        "cutPolygon",
        "removalMode",
        "rotateMode",
    ),
    False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapParts:
    """The three pieces of a folium map, for a page of our own."""

    head: str
    body: str
    script: str

    def with_nonce(self, nonce: str) -> "MapParts":
        """The same parts, their inline scripts and styles allowed by the page's policy."""
        head = re.sub(r"<script(?![^>]*\bsrc=)", f'<script nonce="{nonce}"', self.head)
        return MapParts(
            head=head.replace("<style>", f'<style nonce="{nonce}">'), body=self.body, script=self.script
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """Every part of folium that the page is made of."""

    map: Any
    fullscreen: Any
    mouse: Any
    drawing: Any


@lru_cache(maxsize=1)
def elements() -> Elements:
    """The parts of folium with our own assets.

    They read these class lists at every rendering, and their own name other hosts. Imported when the first
    page is asked for: on import folium compiles the templates of all its plugins, a sixth of the time the
    service takes to start.
    """
    import folium  # noqa: PLC0415  0.3 s, for the page only
    from folium import plugins  # noqa: PLC0415  the same

    found = Elements(
        map=folium.Map, fullscreen=plugins.Fullscreen, mouse=plugins.MousePosition, drawing=plugins.GeoMan
    )
    found.map.default_js = [("leaflet", _VENDOR + "leaflet/leaflet.js")]
    found.map.default_css = [("leaflet_css", _VENDOR + "leaflet/leaflet.css")]
    found.fullscreen.default_js = [("fullscreen_js", _VENDOR + "fullscreen/Control.FullScreen.js")]
    found.fullscreen.default_css = [("fullscreen_css", _VENDOR + "fullscreen/Control.FullScreen.css")]
    found.mouse.default_js = [("mouse_js", _VENDOR + "mouse-position/L.Control.MousePosition.js")]
    found.mouse.default_css = [("mouse_css", _VENDOR + "mouse-position/L.Control.MousePosition.css")]
    found.drawing.default_js = [("geoman_js", _VENDOR + "geoman/leaflet-geoman.min.js")]
    found.drawing.default_css = [("geoman_css", _VENDOR + "geoman/leaflet-geoman.css")]
    return found


def map_parts(bounds: Bounds, words: dict[str, str]) -> MapParts:
    """An empty map of a region: pointer coordinates, full screen, drawing; no tiles, no outside host.

    Parameters
    ----------
    bounds
        What the map shows at first.
    words
        The page's words in one language.
    """
    west, south, east, north = bounds
    parts = elements()
    chart = parts.map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=7,
        tiles=None,
        attribution_control=False,
        zoom_control=False,
        zoom_snap=0.25,
        min_zoom=4,
        max_zoom=19,
    )
    chart._id = "fenqu"  # a fixed name: the same page twice, and one that our code can find  # noqa: SLF001
    parts.fullscreen(
        position="topright", title=words["map.fullscreen"], title_cancel=words["map.fullscreen_end"]
    ).add_to(chart)
    parts.mouse(
        position="bottomleft",
        separator=", ",
        empty_string=words["map.pointer"],
        lng_first=True,
        num_digits=6,
        prefix=words["map.pointer_prefix"],
    ).add_to(chart)
    # Drawing is started by the form's own buttons; geoman's toolbar would say the same twice.
    parts.drawing(position="topright", **_DRAWING_OFF).add_to(chart)
    figure: Any = chart.get_root()
    figure.render()
    return MapParts(
        head=_tidy(figure.header.render()), body=figure.html.render(), script=figure.script.render()
    )


def _tidy(head: str) -> str:
    """Without the viewport tag, which forbids zooming, and the charset that our page has already."""
    return re.sub(r"<meta\b.*?/>", "", head, flags=re.DOTALL)
