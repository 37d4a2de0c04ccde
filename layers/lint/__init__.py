"""What can be said of a bundle beyond faults: advice (exit 1, nothing refused) and remarks (nothing to mend).

Advice is what should be mended: a rule that can never speak, two rules that contradict each other on one
case, a gap between two versions, an example that the engine does not confirm. A remark only shows what lies
idle: layers, classes and words that no rule uses, shipped rules that this bundle cannot meet.
"""

from geo.model import Bundle
from layers.lint.clashes import advise_clashes
from layers.lint.coverage import Cover, cover
from layers.lint.coverage_files import cover_csv, cover_markdown, cover_text
from layers.lint.examples import advise_examples, check_attributes
from layers.lint.reach import advise_reach, remark_reach
from layers.lint.unused import remark_unused
from layers.lint.versions import advise_versions
from layers.schema import Schema
from layers.strictyaml import Faults

__all__ = ["Cover", "check", "cover", "cover_csv", "cover_markdown", "cover_text", "remark"]


def check(bundle: Bundle, schema: Schema, faults: Faults) -> None:
    """Note all advice on a bundle, and the faults that only its data show."""
    check_attributes(bundle, schema, faults)
    advise_versions(bundle.rulebook, faults)
    advise_reach(bundle, schema, faults)
    advise_clashes(bundle.rulebook, faults)
    advise_examples(bundle.rulebook, faults)


def remark(bundle: Bundle, schema: Schema) -> Faults:
    """Every remark on a bundle."""
    remarks = Faults()
    remark_reach(bundle, remarks)
    remark_unused(bundle, schema, remarks)
    return remarks
