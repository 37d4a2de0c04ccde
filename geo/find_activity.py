"""Activities by whatever people call them: code, title, synonym, GB/T 4754 code, item of the EIA list."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from geo.errors import InputError, Problem
from geo.model import Activity, Rulebook, Text

__all__ = ["Found", "activity_names", "find_activity", "search_activities"]

_SEVERAL = Text("对应多个项目类型，请指明其中一个", "this may mean several activities: name one of them")
_UNKNOWN = Text(
    "未知的项目类型，可用代码、名称、行业代码（GB/T 4754）或名录编号",
    "unknown activity: use its code, name, GB/T 4754 code or EIA item",
)
_MOST_NAMED = 8
_LIKE = 0.5
_SUFFIX = re.compile(r"(建设项目|建设工程|新建项目|项目|工程|建设)$")
_ITEM = re.compile(r"(?:名录|eia|第)\s*(?:item|第)?\s*(\d{1,3})\s*项?", re.IGNORECASE)
_INDUSTRY = re.compile(r"(?:gb/?t?\s*4754[-:：\s]*(?:2017)?[-:：\s]*)?([a-t])?\s*(\d{2,4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """An activity that answers a search.

    Attributes
    ----------
    by
        What matched: ``id``, ``title``, ``alias``, ``gb4754``, ``eia_item`` or ``like`` (only resembles).
    name
        The name or code that did.
    exact
        Whether it is that name or code itself, so that the search means this activity.
    """

    activity: str
    by: str
    name: str
    exact: bool


def find_activity(rulebook: Rulebook, text: str, *, where: str = "activity") -> str:
    """The activity's code, from any name or code that means just one.

    Raises
    ------
    InputError
        Naming the candidates, where several or none are meant.
    """
    key = str(text).strip()
    found = search_activities(rulebook, key)
    meant = tuple(dict.fromkeys(one.activity for one in found if one.exact))
    if len(meant) == 1:
        return meant[0]
    titles = {name: one.title.zh for name, one in rulebook.activities.items()}
    near = [(titles[one.activity], one.activity) for one in found if one.by != "like"]
    like = [(one.name, one.activity) for one in _like(tuple(rulebook.activities.values()), key)]
    several = [(titles[activity], activity) for activity in meant]
    some = several or [*near, *like] or [(title, activity) for activity, title in titles.items()]
    shown = [f"{name} ({activity})" for name, activity in dict.fromkeys(some)]
    hint = _SEVERAL if meant else _UNKNOWN
    allowed = ", ".join(shown[:_MOST_NAMED]) + (" …" if len(shown) > _MOST_NAMED else "")
    raise InputError(Problem(where=where, given=key, allowed=allowed, hint=hint))


def search_activities(rulebook: Rulebook, text: str) -> tuple[Found, ...]:
    """Activities that a text may mean, the likeliest first; each once.

    A plain number is read both as an industry and as an item of the list. A longer industry code finds the
    activity of the longest code that it begins with; a shorter one all that begin with it.
    """
    key = " ".join(str(text).split()).casefold()
    if not key:
        return ()
    every = tuple(rulebook.activities.values())
    named = [found for one in every for found in _named(one, key)]
    bare = _SUFFIX.sub("", key)
    if bare and bare != key and not any(found.exact for found in named):
        named += [found for one in every for found in _named(one, bare)]  # 风力发电项目 is 风力发电
    if any(found.exact and found.by in {"id", "title", "alias"} for found in named):
        coded: tuple[Found, ...] = ()
    else:
        coded = (*_by_industry(every, key), *_by_item(every, key))
    ranked = sorted((*named, *coded), key=lambda one: (not one.exact, one.by == "like"))
    best: dict[str, Found] = {}
    for one in ranked or _like(every, key):
        best.setdefault(one.activity, one)
    return tuple(best.values())


def activity_names(activity: Activity) -> tuple[str, ...]:
    """All names by which an activity may be called."""
    return (activity.id, activity.title.zh, activity.title.en, *activity.aliases)


def _kinds(activity: Activity) -> Iterator[tuple[str, str]]:
    yield "id", activity.id
    yield "title", activity.title.zh
    yield "title", activity.title.en
    for alias in activity.aliases:
        yield "alias", alias


def _named(activity: Activity, key: str) -> Iterator[Found]:
    """By name: the name itself, or a part of it."""
    for by, name in _kinds(activity):
        if key == name.casefold():
            yield Found(activity.id, by, name, exact=True)
    for by, name in _kinds(activity):
        if all(word in name.casefold() for word in key.split()):
            yield Found(activity.id, by, name, exact=False)


def _by_industry(every: Iterable[Activity], key: str) -> Iterator[Found]:
    match = _INDUSTRY.fullmatch(key)
    if match is None:
        return
    digits = match.group(2)
    listed = [(one, code) for one in every for code in one.gb4754]
    longest = max((len(code) for _, code in listed if digits.startswith(code)), default=0)
    for one, code in listed:
        if (digits.startswith(code) and len(code) == longest) or (code.startswith(digits) and not longest):
            yield Found(one.id, "gb4754", code, exact=True)


def _by_item(every: Iterable[Activity], key: str) -> Iterator[Found]:
    match = _ITEM.fullmatch(key)
    number = match.group(1) if match is not None else key if key.isdecimal() else None
    if number is not None:
        for one in every:
            if number in one.eia_items:
                yield Found(one.id, "eia_item", number, exact=True)


def _like(every: Iterable[Activity], key: str) -> list[Found]:
    """Names that resemble a text, then names that it holds, the longest first."""
    names = {name.casefold(): (one.id, name) for one in every for name in activity_names(one)}
    near = difflib.get_close_matches(key, names, n=_MOST_NAMED, cutoff=_LIKE)
    held = sorted((name for name in names if name in key and len(name) > 1), key=len, reverse=True)
    return [Found(names[one][0], "like", names[one][1], exact=False) for one in (*near, *held)]
