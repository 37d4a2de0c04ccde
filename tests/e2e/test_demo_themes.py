"""The thematic layers of the demonstration, the strip of 遂宁, and the gap beside 城口."""

from datetime import date

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo.check import check_projects
from geo.model import Bundle, LayerState, Outcome, Part, Project, Reason, Report, Verdict
from geo.site import make_site
from scripts.demo import theme_layers, verify
from tests.e2e.conftest import DEMO, ON
from tests.e2e.places import anywhere

STRIP, TONGNAN, CHENGKOU, WANYUAN, KAIZHOU = "510921", "500152", "500229", "511781", "500154"


def ask(bundle: Bundle, shape: BaseGeometry, activity: str, *, on: date = ON, **facts: object) -> Report:
    site = make_site(shape, crs="EPSG:4490", accuracy_m=5.0)
    part = Part(site=site, activity=activity, facts=tuple({"nature": "new", **facts}.items()))
    (report,) = check_projects(bundle, [Project(parts=(part,))], on, full=True)
    return report


def told(report: Report, outcome: Outcome = Outcome.APPLIES) -> set[str]:
    return {f.rule.id for f in report.parts[0].findings if f.outcome is outcome}


def duties(report: Report) -> set[str]:
    return {f.rule.id for f in report.parts[0].duties if f.outcome is Outcome.APPLIES}


def county(bundle: Bundle, code: str) -> BaseGeometry:
    zones = bundle.layers["admin_unit"].edition_on(ON).zones
    return zones[zones.zone_id == code].geometry.iloc[0]


def border(bundle: Bundle, one: str, other: str) -> BaseGeometry:
    """A square of some 400 m over the middle of the longest piece of a common border."""
    edge = shapely.line_merge(shapely.intersection(county(bundle, one), county(bundle, other)))
    line = max(shapely.get_parts(edge), key=lambda part: part.length)
    middle = line.interpolate(0.5, normalized=True)
    return shapely.box(middle.x - 0.002, middle.y - 0.002, middle.x + 0.002, middle.y + 0.002)


@pytest.fixture(scope="module")
def strip(demo: Bundle) -> BaseGeometry:
    coverage = demo.layers["perm_farmland"].edition_on(ON).coverage
    return shapely.intersection(coverage, county(demo, STRIP))


def test_everything_that_is_measured_holds() -> None:
    assert [check for check in verify.verify(DEMO) if not check.holds] == []


def test_no_rule_lacks_its_layer(demo: Bundle) -> None:
    """Held, out of scope, or published by nobody."""
    asked = {layer for rule in demo.rulebook.rules for layer in rule.layers}
    asked |= {w.layer for rule in demo.rulebook.rules for w in rule.companions}
    assert asked - demo.layers.keys() - demo.out_of_scope.keys() - demo.unpublished == set()


def test_names_and_shapes_are_marked(demo: Bundle) -> None:
    for name in theme_layers.plan():
        edition = demo.layers[name].edition_on(ON)
        assert edition.synthetic, name
        if name != "township":
            assert edition.zones.name.str.contains("（示范）").all(), name


def test_receptors_stand_in_the_built_up_areas(demo: Bundle) -> None:
    built = shapely.union_all(demo.layers["built_up_area"].edition_on(ON).zones.geometry.to_numpy())
    zones = demo.layers["receptor"].edition_on(ON).zones
    urban = zones[zones.zone_class.isin(["hospital", "care", "office"])]
    assert len(urban) > 60
    assert shapely.intersects(urban.geometry.to_numpy(), built).mean() > 0.9


def test_the_strip_has_its_own_rules(demo: Bundle, strip: BaseGeometry) -> None:
    river = demo.layers["river_shoreline"].edition_on(ON).zones
    bank = shapely.union_all(river[river.river_name == "涪江"].geometry.to_numpy())
    near = shapely.intersection(strip, shapely.buffer(bank, 0.004)).representative_point()
    far = shapely.difference(strip, shapely.buffer(bank, 0.015)).representative_point()
    report = ask(demo, near, "CHEM")
    assert "SN-01" in told(report)
    assert "SN-02" in duties(report)
    assert "SN-01" not in told(ask(demo, far, "CHEM"))
    assert "SN-01" not in told(ask(demo, near, "CHEM", nature="existing"))
    at_home = shapely.intersection(county(demo, TONGNAN), shapely.buffer(bank, 0.004)).representative_point()
    report = ask(demo, at_home, "CHEM")
    assert "SN-01" not in told(report) | told(report, Outcome.NOT_ASSESSED)
    assert "SN-02" not in duties(report)


def test_a_site_on_both_sides_gets_both_sides_rules(demo: Bundle) -> None:
    report = ask(demo, border(demo, STRIP, TONGNAN), "CHEM")
    assert {"ZH510921", "ZH500152"} <= {
        hit.zone_id[:8] for hit in report.parts[0].hits if hit.layer == "env_control_unit"
    }
    assert "SN-02" in duties(report)
    assert any(rule.startswith("P500152-") for rule in told(report) | told(report, Outcome.NOT_ASSESSED))
    assert {s.state for s in report.parts[0].layers if s.id == "eco_redline"} <= {
        LayerState.CLEAR,
        LayerState.HIT,
    }


def test_beyond_the_strip_nothing_is_known(demo: Bundle, strip: BaseGeometry) -> None:
    place = shapely.difference(county(demo, STRIP), shapely.buffer(strip, 0.05)).representative_point()
    report = ask(demo, place, "SCHOOL")
    assert report.verdict is Verdict.UNDETERMINED
    assert {s.state for s in report.parts[0].layers if s.id == "eco_redline"} == {LayerState.NOT_COVERED}


def test_wanyuan_is_not_covered_and_is_named(demo: Bundle) -> None:
    """A site over the border of 城口 and 万源: what is not known there is told with the county to consult."""
    report = ask(demo, border(demo, CHENGKOU, WANYUAN), "LIVESTOCK")
    gaps = [
        finding
        for finding in report.parts[0].findings
        if finding.outcome is Outcome.NOT_ASSESSED and Reason.NOT_COVERED in finding.reasons
    ]
    assert gaps
    named = [f for f in gaps if "万源市" in f.explanation.zh and "须会商" in f.explanation.zh]
    assert named
    assert {f.rule.id for f in gaps} >= {"LV-03"}


def test_an_ordinary_place_is_answered(demo: Bundle) -> None:
    """A village school at random places: most get a notice, few are left open, the red line bans the rest."""
    rng = np.random.default_rng(4)
    nine = [code for code in demo.jurisdictions if code != STRIP]
    sites = [place for code in nine for place in anywhere(county(demo, code), 10, rng)]
    reports = [ask(demo, site, "SCHOOL") for site in sites]
    told_as = [report.verdict for report in reports]
    no_list = ["CU-01" in told(report, Outcome.NOT_ASSESSED) for report in reports]  # three units have none
    assert sum(v <= Verdict.NOTICE for v in told_as) > 0.5 * len(sites)
    assert sum(no_list) < 0.15 * len(sites)
    undetermined = [v is Verdict.UNDETERMINED for v in told_as]
    assert sum(u and not n for u, n in zip(undetermined, no_list, strict=True)) < 0.1 * len(sites)
    assert sum(v is Verdict.PROHIBITED for v in told_as) < 0.35 * len(sites)
