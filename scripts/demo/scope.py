"""Layers nobody publishes: declared out of scope, with the reason and whom to ask."""

Pair = tuple[dict[str, str], dict[str, str]]

_RESOURCES = ("区县自然资源主管部门", "county natural-resources authority")
_FORESTRY = ("区县林业主管部门", "county forestry authority")
_WATER = ("区县水行政主管部门", "county water authority")
_ECOLOGY = ("区县生态环境主管部门", "county ecology and environment authority")
_FARMING = ("区县农业农村主管部门", "county agriculture authority")
_CULTURE = ("区县文物主管部门", "county cultural-heritage authority")
_HERITAGE = ("世界遗产管理机构", "world-heritage management")
_TRANSPORT = ("区县交通运输、能源和管道主管部门", "county transport, energy and pipeline authorities")

_UNPUBLISHED = ("未公开发布", "not published")
_SECRET = ("涉密或不予公开", "classified or not open to the public")
_NOT_DRAWN = ("示范数据包未绘制", "not drawn in the demonstration bundle")


def _pair(reason: tuple[str, str], ask: tuple[str, str]) -> Pair:
    return {"zh": reason[0], "en": reason[1]}, {"zh": ask[0], "en": ask[1]}


OUT_OF_SCOPE: dict[str, Pair] = {
    "element_zone": _pair(_UNPUBLISHED, _ECOLOGY),
    "world_heritage": _pair(_UNPUBLISHED, _HERITAGE),
    "aquatic_germplasm": _pair(_UNPUBLISHED, _FARMING),
    "wetland": _pair(_UNPUBLISHED, _FORESTRY),
    "water_source_point": _pair(_SECRET, _ECOLOGY),
    "river_mgmt_range": _pair(_UNPUBLISHED, _WATER),
    "water_function_zone": _pair(_UNPUBLISHED, _WATER),
    "sand_ban": _pair(_UNPUBLISHED, _WATER),
    "fish_habitat": _pair(_UNPUBLISHED, _FARMING),
    "dam_protection": _pair(_UNPUBLISHED, _WATER),
    "riparian_belt": _pair(_UNPUBLISHED, _WATER),
    "flood_storage": _pair(_UNPUBLISHED, _WATER),
    "perm_farmland": _pair(_SECRET, _RESOURCES),
    "urban_dev_boundary": _pair(_UNPUBLISHED, _RESOURCES),
    "forest_land": _pair(_SECRET, _FORESTRY),
    "grassland": _pair(_UNPUBLISHED, _FORESTRY),
    "fuel_ban_zone": _pair(_UNPUBLISHED, _ECOLOGY),
    "noise_zone": _pair(_UNPUBLISHED, _ECOLOGY),
    "steep_slope": _pair(_UNPUBLISHED, _WATER),
    "soil_loss_zone": _pair(_UNPUBLISHED, _WATER),
    "geohazard_zone": _pair(_UNPUBLISHED, _RESOURCES),
    "karst_zone": _pair(_UNPUBLISHED, _RESOURCES),
    "gw_zone": _pair(_UNPUBLISHED, _WATER),
    "air_zone": _pair(_UNPUBLISHED, _ECOLOGY),
    "soil_risk_plot": _pair(_NOT_DRAWN, _ECOLOGY),
    "heritage": _pair(_NOT_DRAWN, _CULTURE),
    "historic_town": _pair(_NOT_DRAWN, _CULTURE),
    "receptor": _pair(_NOT_DRAWN, _ECOLOGY),
    "infra_strip": _pair(_SECRET, _TRANSPORT),
}
