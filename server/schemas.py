"""What requests must look like (pydantic), and their faults as problems."""

import difflib
import textwrap
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo.model import Problem, Text
from server.site_schema import LONGEST_PLACE, GeoJson

Metres = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
FactValue = str | float | bool | None


class _Strict(BaseModel):
    """A request body: no key that is not known, no text taken for a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RemarkIn(_Strict):
    """A remark in both languages."""

    zh: str = Field(max_length=5000)
    en: str = Field(max_length=5000)


class _Details(_Strict):
    """What is known of a site beside its shape."""

    crs: str | None = Field(
        None,
        max_length=200,
        description="EPSG:n, OGC:CRS84, GCJ-02, BD-09, unknown, or as people write it (CGCS2000 3度带35带, "
        "西安80); EPSG:4490 where none, or the zone of CGCS2000 that the easting bears.",
    )
    activity: str | None = Field(None, max_length=200, description="Code, title or alias of an activity.")
    facts: dict[str, FactValue] = Field(
        default_factory=dict,
        max_length=200,
        description="Declared facts by id, title or alias; null = unknown.",
    )
    accuracy_m: Metres | None = Field(None, description="Positional accuracy, metres; 5 where none.")
    land: FactValue = Field(None, description="Land taken: permanent, temporary or none; as among the facts.")
    crossing: FactValue = Field(None, description="surface, bridge, tunnel or overhead; as among the facts.")
    repair: Literal["make_valid"] | None = Field(
        None, description="How to repair an invalid polygon; without it an invalid polygon is refused."
    )
    remedies: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="What the input doctor advised (swap-axes, zone-35 …): done in this order where it fits, "
        "and told among the remarks.",
    )
    remarks: list[RemarkIn] = Field(
        default_factory=list,
        max_length=50,
        description="What was taken for granted when the site was read elsewhere (by /sites, from a file): "
        "repeated among the remarks of the answer.",
    )


class PartIn(_Details):
    """One component of a project."""

    name: str | None = Field(None, max_length=200)
    site: GeoJson


class ProjectIn(_Strict):
    """A project of one or more parts."""

    name: str | None = Field(None, max_length=200)
    parts: list[PartIn] = Field(min_length=1)


class CheckRequest(_Details):
    """Either ``site`` with its activity and facts, or ``project``; ``on`` is the date of the check."""

    site: GeoJson | None = None
    project: ProjectIn | None = None
    on: str | None = Field(
        None,
        description="Date of the check, YYYY-MM-DD; today in Asia/Shanghai where none.",
        json_schema_extra={"format": "date"},
    )


class CheckBothRequest(CheckRequest):
    """A check that may name drafts: both answers are given."""

    drafts: dict[str, str] | None = Field(
        None,
        max_length=100,
        description="Draft or provisional editions by layer: the answer with them in force is added.",
        json_schema_extra={"examples": [{"eco_redline": "2027-draft"}]},
    )


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lang: Literal["zh", "en"] | None = Field(None, description="Language of problems and page texts.")

    @classmethod
    @cache
    def model_json_schema(cls, **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]  # noqa: ANN401
        """The schema, made once: flask-openapi asks for it at every request."""
        return super().model_json_schema(**kwargs)


class LangQuery(_Query):
    """Only the language."""


class ActivitiesQuery(LangQuery):
    """Which activities."""

    q: str | None = Field(
        None,
        max_length=200,
        description="Code, title, synonym, GB/T 4754 code or item of the EIA list; the likeliest come first.",
    )


class CheckQuery(_Query):
    """How much of the answer is wanted."""

    detail: Literal["findings", "full"] = Field(
        "findings", description="findings: what applies, is not assessed or borderline; full: every rule."
    )
    margins: Literal["near", "told", "all"] = Field(
        "told", description="told: of every finding; all: of rules that do not apply too; near: within 100 m."
    )


class ExportQuery(_Query):
    """Which file is wanted."""

    format: Literal["gpkg", "shp", "kml", "dxf", "txt", "xlsx"] = Field(
        description="gpkg: layers sites, hits and overlaps; shp: zipped shapefiles in GBK; kml; dxf: metres "
        "of CGCS2000 3° Gauss-Krüger; txt: land survey (界址点), polygons only; xlsx."
    )
    margins: Literal["near", "told", "all"] = Field("told", description="As of /checks.")


class DateQuery(_Query):
    """The date at which layers or rules are looked at."""

    on: str | None = Field(
        None,
        description="YYYY-MM-DD; today in Asia/Shanghai where none.",
        json_schema_extra={"format": "date"},
    )


class BatchQuery(DateQuery):
    """What holds for rows of a batch that say nothing themselves."""

    activity: str | None = Field(
        None, max_length=200, description="Code, title or alias of an activity, for rows that name none."
    )
    crs: str | None = Field(
        None,
        max_length=200,
        description="EPSG:n, OGC:CRS84, GCJ-02, BD-09 or unknown, for rows that name none.",
    )
    margins: Literal["near", "told", "all"] = Field(
        "told", description="told: of every finding; all: of rules that do not apply too; near: within 100 m."
    )
    remedies: str | None = Field(
        None,
        max_length=400,
        description="What the input doctor advised, comma-separated: done to rows it fits, and told there.",
    )
    drafts: str | None = Field(
        None,
        max_length=2000,
        description="LAYER=EDITION, comma-separated: each row is answered with these drafts in force too.",
    )
    tally: bool = Field(default=False, description="With a last line that counts rows and verdicts.")
    name: str | None = Field(
        None,
        max_length=255,
        description="Name of the file that is the body: its extension says the format, not Content-Type.",
    )
    layer: str | None = Field(
        None, max_length=255, description="Which layer or data set, of a file that holds several."
    )


class SitesQuery(LangQuery):
    """How a file of sites is read."""

    name: str = Field(max_length=255, description="Name of the file: its extension says the format.")
    crs: str | None = Field(None, max_length=200, description="CRS of sites that name none.")
    layer: str | None = Field(
        None, max_length=255, description="Which layer or data set, of a file that holds several."
    )
    remedies: str | None = Field(
        None, max_length=400, description="What the input doctor advised, comma-separated."
    )


class RulesQuery(DateQuery):
    """Rules in force on a date, by layer, activity, place or words."""

    layer: str | None = Field(None, description="Only rules of this layer.")
    activity: str | None = Field(None, description="Only rules that speak of this activity (code or title).")
    place: str | None = Field(
        None, description="Only rules that hold in this place: a GB/T 2260 code or its first digits."
    )
    text: str | None = Field(
        None, max_length=200, description="Only rules with these words in id, title or action."
    )


class ZonesQuery(DateQuery):
    """Which zones of a layer."""

    bbox: str | None = Field(None, description="west,south,east,north in degrees; all where none.")
    zone_id: str | None = Field(None, description="Only these zones, comma-separated.")
    tolerance_m: float = Field(
        0, ge=0, le=20_000, allow_inf_nan=False, description="Simplify for display by up to so many metres."
    )
    generalised: bool = Field(
        default=False,
        description="Accept coarse shapes (1 km grid, no names): all that restricted layers give.",
    )
    attributes: bool = Field(default=True, description="With every attribute of each zone.")
    limit: int | None = Field(
        None, ge=1, description="Most zones in the answer; the service has its own cap."
    )
    offset: int = Field(0, ge=0, description="Zones to leave out before the first.")


class ClausesQuery(DateQuery):
    """Whose entry lists."""

    zone_id: str = Field(min_length=1, description="Ids of zones, comma-separated.")


class CoverageQuery(DateQuery):
    """Which part of a layer's coverage."""

    role: Literal["covered", "not_covered"] | None = Field(
        None, description="Only what is covered, or only what is not in the bundle's own districts."
    )
    tolerance_m: float = Field(
        0, ge=0, le=20_000, allow_inf_nan=False, description="Simplify for display by up to so many metres."
    )


class LayerPath(BaseModel):
    """The layer's id."""

    layer_id: str = Field(description="Id of a layer, as in /layers.")


class RulePath(BaseModel):
    """The rule's id."""

    rule_id: str = Field(description="Id of a rule, as in /rules.")


class ProblemOut(BaseModel):
    """One fault: where it is, what was given, what is allowed, how to mend it."""

    where: str
    given: str
    allowed: str
    hint: str


class ErrorAdviceOut(BaseModel):
    """What the input may have meant: ask for ``remedies`` if so; empty where there is nothing to ask for."""

    remedies: list[str]
    given: str
    would_be: str
    lies_in: str | None
    text: str


class ErrorOut(BaseModel):
    """Every error answer (RFC 9457, application/problem+json)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None
    problems: list[ProblemOut]
    advice: list[ErrorAdviceOut] = Field(default_factory=list, description="There only where there is any.")


_MODELS = (
    CheckBothRequest,
    PartIn,
    ProjectIn,
    ZonesQuery,
    RulesQuery,
    CheckQuery,
    BatchQuery,
    CoverageQuery,
    ExportQuery,
)
_KEYS: tuple[str, ...] = tuple(sorted({name for model in _MODELS for name in model.model_fields}))

_ALLOWED: dict[str, tuple[str, Text]] = {
    "missing": ("required", Text("缺少必需的键", "a required key is missing")),
    "string_type": ("text", Text("请给出文本", "give a text")),
    "float_type": ("number", Text("请给出数字，不要加引号", "give a number, without quotes")),
    "float_parsing": ("number", Text("请给出数字", "give a number")),
    "int_parsing": ("whole number", Text("请给出整数", "give a whole number")),
    "int_type": ("whole number", Text("请给出整数", "give a whole number")),
    "bool_parsing": ("true, false", Text("请给出 true 或 false", "give true or false")),
    "bool_type": ("true, false", Text("请给出 true 或 false", "give true or false")),
    "finite_number": ("finite number", Text("请给出有限数值", "give a finite number")),
    "dict_type": ("object", Text("请给出 JSON 对象", "give a JSON object")),
    "site_type": (
        f"GeoJSON object, or text of at most {LONGEST_PLACE} characters",
        Text(
            "请给出 GeoJSON 的 JSON 对象，或以文本写出的一对坐标",
            "give a JSON object, or two coordinates as text",
        ),
    ),
    "model_type": ("object", Text("请给出 JSON 对象", "give a JSON object")),
    "model_attributes_type": ("object", Text("请给出 JSON 对象", "give a JSON object")),
    "scalar": (
        "text, number, true, false, null",
        Text("请给出文本、数字、true/false 或 null", "give a text, a number, true/false or null"),
    ),
    "list_type": ("list", Text("请给出列表", "give a list")),
}


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """Every fault that pydantic found, as problems; one for each place."""
    found: dict[str, Problem] = {}
    for fault in error.errors(include_url=False):
        kind, place = fault["type"], fault["loc"]
        if place and place[-1] in {"str", "float", "bool"}:  # one of a union: the place is the union's
            place, kind = place[:-1], "scalar"
        where = _path(place)
        given = _shown(fault.get("input")) if kind != "missing" else "—"
        if kind == "extra_forbidden":
            problem = unknown_key(where, str(place[-1]), _KEYS)
        elif kind in _ALLOWED:
            allowed, hint = _ALLOWED[kind]
            problem = Problem(where=where, given=given, allowed=allowed, hint=hint)
        else:
            told = fault["msg"]
            problem = Problem(where=where, given=given, allowed=told, hint=Text("请按允许范围改正", told))
        found.setdefault(where, problem)
    return tuple(found.values())


def unknown_key(where: str, key: str, known: Iterable[str]) -> Problem:
    """The fault of a key or id that is not known, with the nearest that is."""
    names = tuple(name for name in known if name != key)  # known elsewhere, but not here
    near = difflib.get_close_matches(key, names, n=3, cutoff=0.6)
    told = "、".join(near), " or ".join(near)
    hint = (
        Text(f"未知；是否指 {told[0]}？", f"not known; did you mean {told[1]}?")
        if near
        else Text("未知，请删去或改正", "not known; remove or correct it")
    )
    return Problem(where=where, given=key, allowed=", ".join(near or names[:20]), hint=hint)


def _path(steps: tuple[str | int, ...]) -> str:
    """The place of a fault as in ``project.parts[0].facts.nature``; ``body`` for the whole."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return path.removeprefix(".") or "body"


def _shown(value: object) -> str:
    return textwrap.shorten(repr(value), width=80, placeholder="…")
