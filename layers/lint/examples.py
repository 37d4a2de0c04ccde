"""What acting rules out, or the data, can show: examples that are not so, attributes nobody has."""

from geo.model import Bundle, Rulebook
from geo.rehearse import rehearse
from geo.zone_columns import names_of
from layers.schema import Schema
from layers.strictyaml import Faults

__all__ = ["advise_examples", "check_attributes"]

_WORDS = {True: "true", False: "false", None: "open"}


def advise_examples(rulebook: Rulebook, faults: Faults) -> None:
    """Every rule's examples, acted out by the engine."""
    for rule in rulebook.rules:
        for number, example in enumerate(rule.examples, start=1):
            got = rehearse(rulebook, rule, example).got
            if got is not example.applies:
                faults.advise(
                    f"{rule.source} {rule.id} examples[{number}]",
                    given=f"applies: {_WORDS[example.applies]}",
                    allowed=f"applies: {_WORDS[got]}",
                    zh="示例与规则的实际结论不符",
                    en="the example does not agree with what the rule says",
                )


def check_attributes(bundle: Bundle, schema: Schema, faults: Faults) -> None:
    """Attributes that rules test on layers whose data were read and have them nowhere."""
    for rule in bundle.rulebook.rules:
        tests = [(layer, test) for layer in rule.layers for test in rule.zone_where]
        tests += [(other.layer, test) for other in rule.companions for test in other.zone_where]
        for layer, test in tests:
            held = bundle.layers.get(layer)
            if held is None or test.name in schema.attributes_of(layer) or test.name == "zone_derived":
                continue
            columns = {c for e in held.editions if e.zones is not None for c in names_of(e.zones)}
            if columns and test.name not in columns:
                faults.add(
                    f"{rule.source} {rule.id}.zone_where",
                    given=test.name,
                    allowed=", ".join(sorted(columns - {"geometry"})),
                    zh=f"图层 {layer} 的数据没有这个属性",
                    en=f"the data of {layer} have no such attribute",
                )
