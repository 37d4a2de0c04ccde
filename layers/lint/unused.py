"""What lies idle: layers and classes no rule speaks of, facts none asks, articles none cites, groups."""

from geo.eia.classes import ITEM_FACT
from geo.lists.naming import INDUSTRY_CODE
from geo.model import Bundle, Rulebook
from layers.lint.terms import SHIPPED_FILES, listed
from layers.schema import Schema
from layers.strictyaml import Faults

__all__ = ["remark_unused"]

_ENGINE_LAYERS = frozenset({"admin_unit", "river_reach"})
"""Layers the engine reads itself: which county a place is in, the river network."""

_ENGINE_FACTS = frozenset({"nature", "land", "crossing", "land_area_m2", INDUSTRY_CODE, ITEM_FACT})
"""Facts the engine reads itself."""


def remark_unused(bundle: Bundle, schema: Schema, remarks: Faults) -> None:
    """Remark every layer, class and word that no rule uses."""
    rulebook = bundle.rulebook
    spoken = _spoken(rulebook)
    for layer in bundle.layers.values():
        if layer.id in _ENGINE_LAYERS:
            continue
        if layer.id not in spoken:
            remarks.add(
                layer.id,
                given=layer.id,
                allowed="—",
                zh="没有规则涉及此图层",
                en="no rule speaks of this layer",
            )
            continue
        codes = spoken[layer.id]
        idle = [code for code in layer.classes if codes and code not in codes]
        listed(
            remarks,
            f"{layer.id} classes",
            idle,
            zh="没有规则涉及这些分区级别",
            en="no rule speaks of these classes",
        )
    _same(rulebook, remarks)
    if any(rule.source.startswith(SHIPPED_FILES) for rule in rulebook.rules):  # else the shipped words idle
        idle = [name for name in schema.layers if name not in spoken and name not in _ENGINE_LAYERS]
        listed(
            remarks,
            "schema.yaml",
            idle,
            zh="没有规则涉及这些标准图层",
            en="no rule speaks of these standard layers",
        )
        _words(rulebook, remarks)


def _spoken(rulebook: Rulebook) -> dict[str, frozenset[str]]:
    """Layers that rules speak of, with the classes they name; empty where some rule means all of them."""
    named: dict[str, list[frozenset[str]]] = {}
    for rule in rulebook.rules:
        for layer in rule.layers:
            named.setdefault(layer, []).append(frozenset(rule.zone_classes))
        for other in rule.companions:
            named.setdefault(other.layer, []).append(frozenset(other.zone_classes))
    for layer in rulebook.eia.layers if rulebook.eia is not None else ():
        named.setdefault(layer, []).append(frozenset())
    return {
        layer: frozenset[str]() if frozenset() in sets else frozenset[str]().union(*sets)
        for layer, sets in named.items()
    }


def _words(rulebook: Rulebook, remarks: Faults) -> None:
    asked = {test.name for rule in rulebook.rules for test in rule.conditions} | _ENGINE_FACTS
    asked |= rulebook.eia.facts if rulebook.eia is not None else frozenset()
    facts = [name for name in rulebook.facts if name not in asked]
    listed(remarks, "facts.yaml", facts, zh="没有规则询问这些参数", en="no rule asks these facts")
    cited = _cited(rulebook)
    bases = [name for name in rulebook.bases if name not in cited]
    listed(remarks, "basis.yaml", bases, zh="没有规则引用这些依据", en="no rule rests on these articles")
    filled = {group for activity in rulebook.activities.values() for group in activity.groups}
    groups = [name for name in rulebook.groups if name not in filled]
    listed(remarks, "activities.yaml", groups, zh="这些项目组没有成员", en="these groups have no members")


def _same(rulebook: Rulebook, remarks: Faults) -> None:
    """A text that is the same in both languages lacks one, though the loader finds both."""
    texts = [(rule.id, text) for rule in rulebook.rules for text in (rule.title, rule.action)]
    texts += [(fact.id, fact.question) for fact in rulebook.facts.values()]
    listed(
        remarks,
        "texts",
        (name for name, text in texts if text.zh == text.en),
        zh="中英文相同，似缺一种语言",
        en="the same in both languages: one seems to be missing",
    )


def _cited(rulebook: Rulebook) -> frozenset[str]:
    """Articles that rules rest on, with those they supersede and those that supersede them."""
    cited = {name for rule in rulebook.rules for name in rule.basis}
    cited |= {n for item in (rulebook.eia.items if rulebook.eia is not None else ()) for n in item.basis}
    pairs = [(basis.id, older) for basis in rulebook.bases.values() for older in basis.supersedes]
    while True:
        more = {b for a, b in pairs if a in cited} | {a for a, b in pairs if b in cited}
        if more <= cited:
            return frozenset(cited)
        cited |= more
