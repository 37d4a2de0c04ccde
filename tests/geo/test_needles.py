"""Sites and zones with needles of 1e-13° along their common border: valid, beside each other, and deadly."""

import numpy as np
import pytest
import shapely

from geo.compare.districts import Districts
from geo.compare.part import parted
from geo.compare.pieces import disjoint, shapes_of, union_of, unmatched, without
from geo.compare.topology import within
from geo.measure import area_m2
from geo.overlays import difference, have_needles, intersection, union
from geo.points import Declaration
from geo.points.atlas import Atlas
from geo.site import made_valid
from geo.view import view_on
from tests.geo.two_roads import batch_of, by_columns, by_reports, differing, table_on
from tests.geo.world import ON, bundle, edition, layer, rule

_WKT = [
    (
        (
            "POLYGON ((119.84306203651563 38.776937119895805, 119.84363817976072 38.776937175311524, "
            "119.84392625138325 38.776937203019386, 119.84421432300579 38.77693723072725, 119.84421425192264 "
            "38.77738638631132, 119.84335620891359 38.77738630378138, 119.84320600124376 38.77738628933381, "
            "119.84306196543248 38.777386275479884, 119.84306201874485 38.777049408791825, "
            "119.84306203651563 "
            "38.776937119895805))"
        ),
        (
            "POLYGON ((119.84306175218303 38.77873374223211, 119.84306171664147 38.77895832002415, "
            "119.84421400313163 38.778958430855596, 119.84421407421478 38.77850927527152, 119.84421428746421 "
            "38.77716180851928, 119.84421418083949 38.7778355418954, 119.84392610921695 38.77783551418754, "
            "119.84372463908566 38.77783549480935, 119.84306189434933 38.77783543106396, 119.84306192100551 "
            "38.77766699771993, 119.84306192989091 38.77761085327192, 119.84306175218303 38.77873374223211))"
        ),
    ),
    (
        (
            "POLYGON ((113.24590822785392 22.50741246666421, 113.24592622958131 22.507748922593745, "
            "113.24593223015711 22.507861074570258, 113.24544663443264 22.507883248618406, "
            "113.24542263212945 "
            "22.507434640712358, 113.24566542999167 22.507423553688284, 113.2457868289228 22.50741801017625, "
            "113.24584752838835 22.50741523842023, 113.24590822785392 22.50741246666421))"
        ),
        (
            "POLYGON ((113.24420864281825 22.50749007583273, 113.24396584495602 22.507501162856805, "
            "113.2439838466834 22.50783761878634, 113.24398984725921 22.507949770762853, 113.24568943229487 "
            "22.50787216159433, 113.24593223015711 22.507861074570258, 113.24532523550151 22.50788879213044, "
            "113.24513579730028 22.507897442560385, 113.24496103870815 22.507905422666553, "
            "113.24495803842026 "
            "22.5078493466783, 113.24494903755657 22.50768111871353, 113.24494303698077 22.50756896673702, "
            "113.24493703640496 22.50745681476051, 113.24530123319832 22.507440184224397, 113.24590822785392 "
            "22.50741246666421, 113.24420864281825 22.50749007583273))"
        ),
    ),
    (
        (
            "POLYGON ((105.38202574318194 31.269342203769334, 105.38227227495871 31.269419872103754, "
            "105.38399799739605 31.269963550444686, 105.38395256332544 31.270068910322333, "
            "105.38390712925482 "
            "31.270174270199984, 105.38386169518422 31.27027963007763, 105.38381626111361 "
            "31.270384989955282, "
            "105.38356972933684 31.270307321620862, 105.38332319756007 31.270229653286446, "
            "105.38233707045303 "
            "31.26991897994877, 105.3818440068995 31.26976364327993, 105.38200302614663 31.26939488370816, "
            "105.38202574318194 31.269342203769334))"
        ),
        (
            "POLYGON ((105.38198030911133 31.269447563646985, 105.38179857282888 31.26986900315758, "
            "105.38161683654644 31.27029044266818, 105.38151214356041 31.27053322171155, 105.3805264188518 "
            "31.272819079731764, 105.38151254595886 31.27312975306944, 105.38172408566018 31.27263920056665, "
            "105.3826029636535 31.270601116005853, 105.38264839772411 31.270495756128206, 105.38166227061706 "
            "31.27018508279053, 105.38193487504073 31.269552923524632, 105.38198030911133 "
            "31.269447563646988, "
            "105.38198030911133 31.269447563646985))"
        ),
    ),
    (
        (
            "POLYGON ((117.39226911858879 29.965698367286336, 117.3927875796763 29.965698358113976, "
            "117.39589834620136 29.965698303079815, 117.39641680728887 29.965698293907455, "
            "117.39641681158281 "
            "29.965880453383257, 117.39641681787654 29.966147449494855, 117.3964168258173 "
            "29.966484316185408, "
            "117.39641682846423 29.96659660508226, 117.3953799062892 29.96659662342698, 117.39434298411418 "
            "29.966596641771698, 117.39330606193916 29.96659666011642, 117.39226913976412 29.96659667846114, "
            "117.39226912388263 29.965922945080038, 117.39226911858879 29.965698367286336))"
        ),
        (
            "POLYGON ((117.3912322017076 29.965922963424756, 117.39123226523363 29.96861789694917, "
            "117.3912322758213 29.96906705253657, 117.39123228640896 29.969516208123974, 117.3951207445653 "
            "29.969516139331272, 117.39566684286807 29.969516129669966, 117.3957688209247 29.96951612786582, "
            "117.39641689728408 29.96951611640037, 117.39641687940814 29.968757773825004, 117.39641687610874 "
            "29.968617805225566, 117.39641681258271 29.965922871701157, 117.39641684169881 "
            "29.96715804956651, "
            "117.39641684963956 29.967494916257063, 117.39278762202699 29.967494980463584, "
            "117.39226916093948 "
            "29.967494989635945, 117.39226912917646 29.966147522873737, 117.39226912388263 "
            "29.965922945080035, 117.3912322017076 29.965922963424756))"
        ),
    ),
]
PAIRS = [tuple(map(shapely.from_wkt, pair)) for pair in _WKT]
"""As differences of rectangles left them; none shares more than 0.01 m² of ground."""


def m2(*shapes):
    return float(area_m2(shapes_of(shapes)).sum())


def far_from(shape, lon=-1.3, lat=-0.7):
    west, south, *_ = shape.bounds
    return shapely.box(west + lon, south + lat, west + lon + 0.01, south + lat + 0.01)


@pytest.fixture(params=range(len(PAIRS)))
def pair(request):
    return PAIRS[request.param]


@pytest.mark.parametrize("lon", [-0.3, -0.6, -1.3, -2.6, -5.0, -9.0])
def test_ground_far_away_does_not_spoil_what_two_share(pair, lon):
    for one, other in (pair, pair[::-1]):
        far = far_from(one, lon)
        wide, wider = (shapely.MultiPolygon([shape, far]) for shape in (other, one))
        for mine in (one, wider):
            held = m2(far) if mine is wider else 0.0
            assert m2(*intersection(shapes_of([mine]), wide)) == pytest.approx(held, abs=0.01)
            left = difference(mine, wide)
            assert m2(left) == pytest.approx(m2(one), abs=0.01)
            assert left.geom_type in {"Polygon", "MultiPolygon"}
        each = intersection(shapes_of([far, one]), shapes_of([far, other]))
        assert m2(*each[1:]) == pytest.approx(0.0, abs=0.01)


def test_a_union_holds_all_its_ground(pair):
    far, farther = far_from(pair[0]), far_from(pair[0], lat=0.7)
    for shapes in (pair, (far, *pair), (far, *pair, farther)):
        for order in (shapes, shapes[::-1]):
            whole = union(shapes_of(order))
            assert whole.geom_type == "MultiPolygon"
            assert whole.is_valid
            assert m2(whole) == pytest.approx(m2(*shapes), abs=0.01)
    both = shapes_of(pair)
    assert m2(union_of(both, unmatched(both))) == pytest.approx(m2(*pair), abs=0.01)
    assert m2(*disjoint(shapes_of([far, *pair]))) == pytest.approx(m2(far, *pair), abs=0.01)
    assert m2(*without(both[:1], both[1:])) == pytest.approx(m2(pair[0]), abs=0.01)


def test_the_outline_of_indexed_zones_is_that_of_all_their_ground(pair):
    zones = [
        {"zone_id": name, "zone_class": "1", "geometry": shape}
        for name, shape in zip("AB", pair, strict=True)
    ]
    world = bundle([layer("a", edition(zones))], [rule("R", "a")])
    atlas = Atlas(view_on(world, ON))
    (region, _), *_ = atlas.asked
    assert m2(*atlas._joined(region)) == pytest.approx(m2(*pair), abs=0.1)  # seams are closed


def test_what_is_rebuilt_on_request_keeps_its_ground(pair):
    origin = np.floor(shapely.bounds(pair[0])[:2] * 1024) / 1024
    joined = shapely.union_all(shapely.transform(shapes_of(pair), lambda xy: xy - origin))
    spoilt = shapely.transform(joined, lambda xy: xy + origin)
    assert m2(made_valid(spoilt)) == pytest.approx(m2(*pair), abs=0.01)


def test_a_district_beside_a_site_holds_none_of_it(pair):
    site, district = pair
    home = Districts.of(("510101",), ("甲县",), shapes_of([district]), (True,), 1.0)
    lots = home.lots(shapes_of([site]))
    assert lots.area_m2[lots.district == 0].sum() == pytest.approx(0.0, abs=0.01)
    assert parted(shapes_of([site]), district, 1.0).share == pytest.approx([0.0], abs=1e-6)


def test_ground_that_is_not_covered_is_told_and_no_gap(pair):
    site, zone = pair
    home = Districts.of(("510101",), ("甲县",), shapes_of([site]), (True,), 1.0)
    covered = edition([{"zone_id": "Z", "zone_class": "1", "geometry": zone}], coverage=zone)
    found = within(covered, home, tiles=True)
    assert found.areas_m2["gap"] == 0.0
    assert found.areas_m2["uncovered"] == pytest.approx(m2(site), abs=0.01)


def test_points_about_needles_are_told_alike_on_both_roads(pair):
    zones = [
        {"zone_id": name, "zone_class": "1", "geometry": shape}
        for name, shape in zip("AB", pair, strict=True)
    ]
    asked = [rule("R", "a"), rule("W", "a", relation="within_distance", distance_m=20.0)]
    world, rng = bundle([layer("a", edition(zones))], asked), np.random.default_rng(3)
    west, south, east, north = shapely.total_bounds(shapes_of(pair))
    lon, lat = rng.uniform(west, east, 60), rng.uniform(south, north, 60)
    declared = (Declaration(activity="SHED", facts=(("nature", "new"),)),)
    batch = batch_of(lon, lat, np.full(60, 0.5), np.zeros(60), declared)
    columns = by_columns(table_on(world, ON), batch)
    assert differing(batch, columns, by_reports(world, batch, ON)) == []


def test_needles_are_known_by_their_tips():
    box, thin = shapely.box(105, 31, 105.001, 31.001), 1e-13
    sharp = shapely.Polygon([(105, 31), (105.001, 31), (105.001, 31 + 1e-13), (105, 31.001)])
    blunt = [
        (105, 31),
        (105.001, 31),
        (105.001, 31 + thin),
        (105.0005, 31 + thin),
        (105.0005, 31.001),
        (105, 31.001),
    ]
    corner = shapely.Polygon([(105, 31), (105.001, 31), (105, 31 + 1e-8)])  # a wedge of 1 mm: no needle
    last = shapely.Polygon([(105.001, 31 + 2e-14), (105, 31.001), (105, 31), (105.001, 31)])
    shapes = [
        box,
        sharp,
        shapely.Polygon(blunt),
        corner,
        last,
        shapely.Point(105, 31),
        shapely.MultiPolygon(),
    ]
    assert have_needles(shapes_of(shapes)).tolist() == [False, False, True, False, False, False, False]
    spike = shapely.Polygon([(105, 31), (105.001, 31), (105, 31 + thin), (105, 31.001), (104.999, 31)])
    assert have_needles(
        shapes_of([shapely.MultiPolygon([box.buffer(1e-5), far_from(box)]), spike])
    ).tolist() == [
        False,
        True,
    ]
    assert not have_needles(shapes_of([shapely.Point(105, 31)])).any()
