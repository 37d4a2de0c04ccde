"""Articles as a report cites them: the one in force, with the older or the newer text in brackets."""

import re
from collections.abc import Mapping
from dataclasses import replace

from geo.model import Basis, Citation, Text

__all__ = ["article_text", "cited", "cited_all", "linked"]

_PARAGRAPH = re.compile(r"(\d+)\((\d+)\)")
_NUMBERS = re.compile(r"[\d\-–,、.]+")


def linked(bases: Mapping[str, Basis]) -> dict[str, Basis]:
    """The articles, each with what it took the place of and what took its place.

    Only ``supersedes`` is written down; the other way round is found here. An article that stays in force
    beside a newer one (no end, or a later one) is superseded by nothing.
    """
    later: dict[str, list[Citation]] = {}
    for basis in bases.values():
        for name in basis.supersedes:
            later.setdefault(name, []).append(_citation(basis))
    return {
        name: replace(
            basis,
            earlier=tuple(_citation(bases[old]) for old in basis.supersedes if old in bases),
            later=tuple(later.get(name, ())),
        )
        for name, basis in bases.items()
    }


def _citation(basis: Basis) -> Citation:
    return Citation(
        id=basis.id,
        instrument=basis.instrument,
        article=basis.article,
        valid_from=basis.valid_from,
        valid_to=basis.valid_to,
    )


def cited(basis: Basis) -> Text:
    """One article in force: 《生态环境法典》第319条（原《水污染防治法》第65条）."""
    name = _named(basis)
    if basis.earlier:
        before = _several(basis.earlier)
        return Text(f"{name.zh}（原{before.zh}）", f"{name.en} (formerly {before.en})")
    if basis.later:
        day, after = basis.later[0].valid_from.isoformat(), _several(basis.later)
        return Text(f"{name.zh}（自{day}起为{after.zh}）", f"{name.en} (from {day} {after.en})")
    return name


def cited_all(bases: tuple[Basis, ...]) -> Text:
    """The articles of a finding as a sentence; empty where none is in force."""
    told = [cited(basis) for basis in bases]
    if not told:
        return Text("", "")
    return Text(f"依据{'、'.join(t.zh for t in told)}。", f"Basis: {'; '.join(t.en for t in told)}.")


def _named(one: Basis | Citation) -> Text:
    article, zh = article_text(one.article), one.instrument.zh
    return Text(
        f"{zh if zh.startswith('《') else f'《{zh}》'}{article.zh}", f"{one.instrument.en}, {article.en}"
    )


def _several(articles: tuple[Citation, ...]) -> Text:
    """Articles in a row; an instrument is named once for those that follow one another."""
    said, instrument = [_named(articles[0])], articles[0].instrument
    for one in articles[1:]:
        said.append(article_text(one.article) if one.instrument == instrument else _named(one))
        instrument = one.instrument
    return Text("、".join(t.zh for t in said), ", ".join(t.en for t in said))


def article_text(article: str) -> Text:
    """A number is an article, 26(2) its second paragraph; a section of a plan is named as it stands."""
    paragraph = _PARAGRAPH.fullmatch(article)
    if paragraph is not None:
        return Text(f"第{paragraph[1]}条第{paragraph[2]}款", f"art. {article}")
    if _NUMBERS.fullmatch(article) is not None:
        return Text(f"第{article}条", f"art. {article}")
    return Text(article, article)
