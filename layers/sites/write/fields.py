"""What the columns of results and exports mean, for people."""

from geo.model import Text
from layers.sites.write.met import HITS, OVERLAPS
from layers.sites.write.results import COLUMNS, PREFIX

HEADINGS = {
    "site_id": Text("选址编号", "Site"),
    "status": Text("状态", "Status"),
    "verdict": Text("研判结论", "Verdict"),
    "complete": Text("研判完整", "Complete"),
    "worst_possible": Text("最重可能", "Worst possible"),
    "applies": Text("适用规则", "Rules that apply"),
    "not_assessed": Text("未核查", "Not assessed"),
    "hits": Text("命中分区", "Zones met"),
    "units": Text("管控单元", "Control units"),
    "eia_before": Text("环评类别（不涉及敏感区）", "EIA class without sensitive areas"),
    "eia_class": Text("环评类别", "EIA class"),
    "margin_m": Text("最小裕度（米）", "Least margin (m)"),
    "margin_rule": Text("裕度所属规则", "Rule of the margin"),
    "problems": Text("退回原因", "Problems"),
    "verdict_text": Text("结论文字", "Verdict in words"),
    "headline": Text("结论摘要", "Headline"),
    "remarks": Text("备注", "Remarks"),
    "synthetic": Text("数据性质", "Nature of the data"),
    "draft_verdict": Text("研判结论（按草案）", "Verdict with the drafts"),
    "draft_applies": Text("适用规则（按草案）", "Rules that apply with the drafts"),
}
"""Headings of the result columns."""
if set(HEADINGS) != set(COLUMNS):
    raise ImportError("every result column needs a heading")

_MET = {
    "site_area_m2": Text("选址面积（平方米，椭球面积）", "Area of the site (m², on the ellipsoid)"),
    "site_length_m": Text("选址长度（米）", "Length of the site (m)"),
    "row": Text("输入行号", "Row of the input"),
    "rule": Text("规则", "Rule"),
    "outcome": Text("规则结果", "Outcome of the rule"),
    "effect": Text("规则效力", "Effect of the rule"),
    "layer": Text("图层", "Layer"),
    "zone": Text("分区编号", "Zone"),
    "zone_class": Text("分区类别代码", "Class of the zone (code)"),
    "overlap_m2": Text("重叠面积（平方米）", "Overlap (m²)"),
    "overlap_m": Text("重叠长度（米）", "Overlap (m)"),
    "share": Text("占选址比例（0–1）", "Share of the site (0–1)"),
    "distance_m": Text("距离（米）", "Distance (m)"),
    "touch": Text("仅触及边界或小于最小重叠", "Only touched, or less than the minimum overlap"),
    "layer_name": Text("图层名称", "Layer in words"),
    "class_name": Text("分区类别", "Class in words"),
    "zone_name": Text("分区名称", "Name of the zone"),
    "edition": Text("图层版本", "Edition of the layer"),
    "approval": Text("批准文号", "Approval"),
    "accuracy_m": Text("图层精度（米）", "Accuracy of the layer (m)"),
    "attributes": Text("分区其他属性（JSON）", "Other attributes of the zone (JSON)"),
}
if not {*HITS.names, *OVERLAPS.names} <= {*_MET, *HEADINGS, "geom"}:
    raise ImportError("every column of hits and overlaps needs a meaning")


def meaning(name: str) -> str:
    """What a column of ours means, in both languages; of the input's own columns nothing is said."""
    plain = name.removeprefix(PREFIX)
    text = HEADINGS.get(plain) or _MET.get(plain)
    return "" if text is None else f"{text.zh} / {text.en}"
