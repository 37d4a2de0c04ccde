"""Layers the demonstration leaves out, declared out of scope with the reason and whom to ask.

Both exist in law and neither has a place in the five plans: no plan maps a flood storage area, and the world
heritage of 乐山 is named without a range. They stay out so that "out of scope" can be seen in a report.
"""

Pair = tuple[dict[str, str], dict[str, str]]

_WATER = ("区县水行政主管部门", "county water authority")
_HERITAGE = ("世界遗产管理机构", "world-heritage management")

_UNPUBLISHED = ("未公开发布", "not published")


def _pair(reason: tuple[str, str], ask: tuple[str, str]) -> Pair:
    return {"zh": reason[0], "en": reason[1]}, {"zh": ask[0], "en": ask[1]}


OUT_OF_SCOPE: dict[str, Pair] = {
    "world_heritage": _pair(_UNPUBLISHED, _HERITAGE),
    "flood_storage": _pair(_UNPUBLISHED, _WATER),
}
