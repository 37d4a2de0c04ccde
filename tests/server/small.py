"""A bundle one can check in one's head: one district of 0.2° by 0.2°, red line, river, secret."""

from datetime import date

import geopandas as gpd
import shapely

from geo.model import (
    ANY,
    Activity,
    Basis,
    Bundle,
    Certainty,
    Condition,
    Edition,
    EditionStatus,
    Effect,
    Fact,
    FactType,
    Footprint,
    Layer,
    Op,
    OutOfScope,
    Relation,
    Rule,
    Rulebook,
    Text,
)

EVIL = "<img src=x onerror=alert(1)>`${alert(2)}</script><script>alert(3)</script>"
"""A name that would run in a page which took it for markup."""

WHOLE = shapely.box(105.0, 32.0, 105.2, 32.2)
RED_LINE = shapely.box(105.05, 32.05, 105.10, 32.10)
IN_RED_LINE = [105.07, 32.07]
IN_THE_OPEN = [105.15, 32.15]
SINCE = date(2021, 7, 1)


def text(word: str) -> Text:
    return Text(f"{word}（中）", word)


def edition(*zones: tuple[str, str | None, str, shapely.Geometry], **keys: object) -> Edition:
    frame = gpd.GeoDataFrame(
        {
            "zone_id": [zone[0] for zone in zones],
            "zone_class": [zone[1] for zone in zones],
            "name": [zone[2] for zone in zones],
            "valid_from": [None] * len(zones),
            "valid_to": [None] * len(zones),
            "remark": [EVIL] * len(zones),
        },
        geometry=[zone[3] for zone in zones],
        crs="EPSG:4490",
    )
    given: dict[str, object] = {
        "edition": "2021-07",
        "status": EditionStatus.IN_FORCE,
        "valid_from": SINCE,
        "valid_to": None,
        "stale_after": None,
        "accuracy_m": 5.0,
        "zones": frame,
        "coverage": WHOLE,
        "sha256": "0" * 64,
        "authority": text("authority"),
        "source": "squares",
        "licence": "none",
        "synthetic": True,
    }
    return Edition(**{**given, **keys})  # type: ignore[arg-type]


def layer(layer_id: str, title: Text, classes: dict[str, Text], *editions: Edition, **keys: object) -> Layer:
    return Layer(id=layer_id, title=title, kind="vector", classes=classes, editions=editions, **keys)  # type: ignore[arg-type]


def small_layers() -> dict[str, Layer]:
    river = shapely.LineString([(105.0, 32.15), (105.2, 32.16)])
    secret = shapely.box(105.121, 32.021, 105.129, 32.029)
    found = [
        layer("admin_unit", text("district"), {}, edition(("510812", None, "甲区", WHOLE))),
        layer(
            "eco_redline",
            Text(EVIL, EVIL),
            {"redline": Text("红线", "red line")},
            edition(("R1", "redline", EVIL, RED_LINE)),
        ),
        layer(
            "river_reach",
            text("river"),
            {},
            edition(("V1", None, "甲河", river), stale_after=date(2022, 1, 1)),
        ),
        layer(
            "soil_risk_plot",
            text("plots"),
            {"registered": text("registered")},
            edition(("S1", "registered", "secret name", secret)),
            restricted=True,
        ),
        layer("old_zone", text("old"), {}, edition(("O1", None, "旧区", WHOLE), valid_to=date(2023, 1, 1))),
    ]
    return {one.id: one for one in found}


def small_rulebook() -> Rulebook:
    law = Basis(
        id="law-1",
        instrument=Text("示例法", "Sample Law"),
        article="7",
        valid_from=SINCE,
        certainty=Certainty.A,
        source="test",
    )
    common = {"basis": ("law-1",), "valid_from": date(2021, 3, 1), "certainty": Certainty.A}
    new = Condition(name="nature", op=Op.IN, value=("new", "expansion"))
    rules = (
        Rule(
            id="T-01",
            title=text("no plant in the red line"),
            layers=("eco_redline",),
            relation=Relation.INTERSECTS,
            activities=("INDUSTRY",),
            effect=Effect.PROHIBITED,
            action=text("elsewhere"),
            conditions=(new, Condition(name="discharges", op=Op.EQ, value=True)),
            **common,
        ),
        Rule(
            id="T-02",
            title=text("near a farm plot"),
            layers=("perm_farmland",),
            relation=Relation.INTERSECTS,
            activities=(ANY,),
            effect=Effect.RESTRICTED,
            action=text("ask"),
            **common,
        ),
        Rule(
            id="T-03",
            title=text("river near"),
            layers=("river_reach",),
            relation=Relation.WITHIN_DISTANCE,
            distance_m=100.0,
            activities=(ANY,),
            effect=Effect.CONDITIONAL,
            action=text("permit"),
            conditions=(Condition(name="noisy", op=Op.EQ, value=True),),
            **common,
        ),
        Rule(
            id="T-05",
            title=text("no farm in the red line"),
            layers=("eco_redline",),
            relation=Relation.INTERSECTS,
            activities=("FARM",),
            effect=Effect.PROHIBITED,
            action=text("elsewhere"),
            conditions=(new,),
            **common,
        ),
        Rule(
            id="T-04",
            title=text("soil plan"),
            layers=(),
            relation=Relation.ANYWHERE,
            activities=(ANY,),
            effect=Effect.DUTY,
            action=text("file the plan"),
            **common,
        ),
    )
    natures = tuple((code, text(code)) for code in ("new", "expansion", "existing"))
    facts = (
        Fact(
            id="nature",
            title=Text("建设性质", "Nature"),
            question=text("nature?"),
            type=FactType.ENUM,
            values=natures,
        ),
        Fact(id="discharges", title=text("discharges"), question=text("discharges?"), type=FactType.BOOL),
        Fact(id="noisy", title=text("noisy"), question=text("noisy?"), type=FactType.BOOL),
        Fact(
            id="land",
            title=text("land"),
            question=text("land?"),
            type=FactType.ENUM,
            values=(("permanent", text("permanent")), ("none", text("none"))),
            default="permanent",
        ),
        Fact(id="land_area_m2", title=text("area"), question=text("area?"), type=FactType.NUMBER, unit="m2"),
    )
    chem = Activity(
        id="CHEM",
        title=Text("化工项目", "Chemical plant"),
        groups=("CHEM", "INDUSTRY"),
        footprint=Footprint.POINT,
        implies=(("discharges", True),),
        aliases=("化工",),
        gb4754=("26",),
    )
    school = Activity(
        id="SCHOOL", title=Text("学校", "School"), groups=("SCHOOL",), footprint=Footprint.POINT
    )
    farm = Activity(
        id="FARM",
        title=Text("养殖场", "Farm"),
        groups=("FARM",),
        footprint=Footprint.AREAL,
        typical_area_m2=10_000.0,
    )
    return Rulebook(
        rules=rules,
        bases={"law-1": law},
        facts={fact.id: fact for fact in facts},
        activities={"CHEM": chem, "SCHOOL": school, "FARM": farm},
        groups={"INDUSTRY": text("industry")},
    )


def small_bundle() -> Bundle:
    layers = small_layers()
    away = OutOfScope(
        layer="perm_farmland",
        title=Text("永久基本农田", "Permanent farmland"),
        reason=Text("未公开", "not published"),
        ask=Text("自然资源局", "Natural Resources Bureau"),
    )
    return Bundle(
        id="small",
        title=Text("小数据包", "Small bundle"),
        jurisdictions=("5108",),
        layers=layers,
        out_of_scope={"perm_farmland": away},
        rulebook=small_rulebook(),
        distances={},
        layer_titles={**{key: one.title for key, one in layers.items()}, "perm_farmland": away.title},
        digest="d" * 64,
    )
