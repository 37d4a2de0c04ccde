"""Three-valued logic: yes, no, and None for unknown. One *no* settles a conjunction."""

from collections.abc import Iterable, Mapping

from geo.model import Condition, Op, Scalar

Truth = bool | None


def all_of(truths: Iterable[Truth]) -> Truth:
    """Conjunction: False if any is False, else None if any is unknown, else True."""
    seen = set(truths)
    if False in seen:
        return False
    return None if None in seen else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Disjunction: True if any is True, else None if any is unknown, else False."""
    seen = set(truths)
    if True in seen:
        return True
    return None if None in seen else False


def compare(condition: Condition, value: Scalar | None, *also: Scalar) -> Truth:
    """Whether a value meets a condition; an unknown value (None) is unknown.

    Parameters
    ----------
    also
        Further values the same thing counts as: a relocated plant counts as *new* at its destination.
    """
    if value is None:
        return None
    wanted, held = condition.value, (value, *also)
    match condition.op:
        case Op.EQ | Op.IN:
            allowed = wanted if isinstance(wanted, tuple) else (wanted,)
            return any(_same(h, w) for h in held for w in allowed)
        case Op.NE | Op.NOT_IN:
            barred = wanted if isinstance(wanted, tuple) else (wanted,)
            return not any(_same(h, w) for h in held for w in barred)
        case _:
            return _ordered(condition.op, value, wanted)


def _same(one: Scalar, other: Scalar) -> bool:
    """Equal in value and kind: True is not 1, and '1' is not 1 (but 1 is 1.0)."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return isinstance(one, str) == isinstance(other, str) and one == other


def _ordered(op: Op, value: Scalar, wanted: Scalar | tuple[Scalar, ...]) -> Truth:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return None
    try:
        left, right = float(value), float(wanted)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return {Op.LT: left < right, Op.LE: left <= right, Op.GT: left > right, Op.GE: left >= right}[op]


def fact_truth(condition: Condition, values: Mapping[str, Scalar | None]) -> Truth:
    """Whether facts meet a condition; what is moved here counts as new."""
    value = values.get(condition.name)
    also = ("new",) if condition.name == "nature" and value == "relocation" else ()
    return compare(condition, value, *also)
