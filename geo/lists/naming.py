"""Whether a clause names an activity: by its kind, by a group of it, or by the industry's code."""

import re
from dataclasses import dataclass

from geo.logic import Truth, any_of
from geo.model import ANY, Activity, Rulebook

INDUSTRY_CODE = "gb4754_code"
"""The fact that tells the project's own industry (GB/T 4754), finer than its activity."""

_CODE = re.compile(r"(?<!\d)[A-T]?(\d{2,4})(?!\d)")


@dataclass(frozen=True, slots=True)
class Who:
    """Of whom is asked: the activity, and the industry's code where one was declared."""

    activity: str | None
    industry: str | None = None


def industry_of(declared: object) -> str | None:
    """The digits of a declared code, as in ``C2614``; None where it is not one code."""
    found = _CODE.findall(str(declared)) if declared is not None else []
    return found[0] if len(set(found)) == 1 else None


def named(rulebook: Rulebook, who: Who, names: tuple[str, ...]) -> Truth:
    """Whether words of a clause name an activity itself; None where they may.

    A clause that names something finer than what is declared (a branch of the industry, a kind of the
    activity) may name it: only the project's own code can tell. ``ANY`` is not heard here.
    """
    words = tuple(name for name in names if name != ANY)
    if not words:
        return False if names else None
    if who.activity is None and who.industry is None:
        return None
    codes = tuple(word for word in words if word.isdigit())
    kinds = tuple(word for word in words if not word.isdigit())
    activity = rulebook.activities.get(who.activity or "")
    return any_of([_by_kind(rulebook, activity, kinds), _by_code(rulebook, who, activity, codes)])


def _by_kind(rulebook: Rulebook, activity: Activity | None, kinds: tuple[str, ...]) -> Truth:
    if not kinds:
        return False
    if activity is None:
        return None
    if any(group in kinds for group in activity.groups):
        return True
    finer = (a for a in rulebook.activities.values() if any(kind in a.groups for kind in kinds))
    return None if any(activity.id in other.groups for other in finer) else False


def _by_code(rulebook: Rulebook, who: Who, activity: Activity | None, codes: tuple[str, ...]) -> Truth:
    if not codes:
        return False
    if who.industry is not None:
        return _under(who.industry, codes)
    if activity is None:
        return None
    if not activity.gb4754:
        return None if _has_kin(rulebook, activity, codes) else False
    told = {_under(own, codes) for own in activity.gb4754}
    return told.pop() if len(told) == 1 else None


def _under(own: str, codes: tuple[str, ...]) -> Truth:
    """Whether a code lies under any of a clause's; one that is coarser than a clause's may."""
    if own.startswith(codes):
        return True
    return None if any(code.startswith(own) for code in codes) else False


def _has_kin(rulebook: Rulebook, activity: Activity, codes: tuple[str, ...]) -> bool:
    """Of an activity without codes: whether one that the codes name shares a group with it."""
    groups = set(activity.groups)
    return any(
        not groups.isdisjoint(other.groups)
        for other in rulebook.activities.values()
        if any(_under(own, codes) is not False for own in other.gb4754)
    )
