"""The thematic layers in the catalogue: titles and classes of the schema, the rest of a plan."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from scripts.demo.clauses import AIR_LISTS
from scripts.demo.write import Written

Node = dict[str, object]

_SCHEMA = Path(__file__).resolve().parents[2] / "layers" / "rules" / "schema.yaml"
_PLAN = Path(__file__).parent / "plan" / "layers.yaml"

AUTHORITIES = {
    "ecology": ("生态环境主管部门", "ecology and environment authority"),
    "resources": ("自然资源主管部门", "natural-resources authority"),
    "water": ("水行政主管部门", "water authority"),
    "forestry": ("林业主管部门", "forestry authority"),
    "farming": ("农业农村主管部门", "agriculture authority"),
    "culture": ("文物主管部门", "cultural-heritage authority"),
    "housing": ("住房城乡建设主管部门", "housing and construction authority"),
    "affairs": ("民政部门", "civil-affairs authority"),
    "transport": ("交通运输、能源和管道主管部门", "transport, energy and pipeline authorities"),
}
SOURCE = "python -m scripts.demo: invented shapes on terrain, rivers and districts"
LICENCE = "CC0-1.0 for the invented geometry; see README.md for what it was derived from"


@lru_cache(maxsize=1)
def plan() -> dict[str, dict[str, Any]]:
    """The thematic layers by id."""
    read: dict[str, dict[str, Any]] = yaml.safe_load(_PLAN.read_text(encoding="utf-8"))
    return read


def entries(written: dict[str, Written], note: dict[str, str]) -> Iterable[Node]:
    """The catalogue entries, in the order of the plan.

    Parameters
    ----------
    note
        What the notes of every invented layer begin with, in both languages.
    """
    schema = yaml.safe_load(_SCHEMA.read_text(encoding="utf-8"))
    standard = {layer["id"]: layer for layer in schema["layers"]}
    for layer, told in plan().items():
        zh, en = AUTHORITIES[told["by"]]
        yield {
            "id": layer,
            "title": standard[layer]["title"],
            "kind": "vector",
            "path": f"data/{layer}.parquet",
            "crs": "EPSG:4490",
            "fields": {"zone_id": "fid", "zone_class": "zone_class", "name": "name"},
            "classes": standard[layer]["classes"],
            "coverage": "data/coverage_districts.parquet",
            "edition": "demo-2021",
            "valid_from": date(2021, 3, 1),
            "accuracy_m": told["accuracy_m"],
            "authority": {"zh": f"（示范）区县{zh}", "en": f"(demonstration) county {en}"},
            "source": SOURCE,
            "licence": LICENCE,
            "synthetic": True,
            "sha256": written[layer].sha256,
            "rows": written[layer].rows,
            **({"clauses": f"data/{AIR_LISTS}.parquet"} if layer == "element_zone" else {}),
            **({"clauses_sha256": written[AIR_LISTS].sha256} if layer == "element_zone" else {}),
            "notes": {"zh": f"{note['zh']}；{told['zh']}", "en": f"{note['en']}; {told['en']}"},
        }
