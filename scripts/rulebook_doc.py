"""``python -m scripts.rulebook_doc -o docs/rulebook.md``: the shipped rulebook as a document for lawyers."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from geo.model import Basis, Rule, Rulebook, Text
from geo.words.rules import RuleTold, tell
from layers.rulebook import load_rulebook
from layers.rulebook_subjects import Subject, subjects
from layers.titles import shipped_titles

HEAD = """# 规则汇编 / The rulebook in words

由 `python -m scripts.rulebook_doc -o docs/rulebook.md` 生成，勿手改：改 `layers/rules/` 后重新生成。
Made by that command: do not edit; change `layers/rules/` and run it again.

所有条文均来自第三方文本，尚未与公报核对（“待复核”）。括号内为被取代的旧条文，或将取代它的新条文及日期。
确定程度：A 已见条文；B 部分或转载所见；C 未核实，其禁止性要求不单独成立；D 系统自有规则，只提示。
No text has been compared with the official gazette yet ("to be reviewed"). In brackets: the article whose
place one took, or the one that takes its place, and when. A seen; B in part or second hand; C unverified: its
prohibitions never convict by themselves; D our own rule, notice only. Of a later version only what changed is
told.
"""


def main() -> int:
    """Parse the command line and write the document."""
    parser = argparse.ArgumentParser(prog="python -m scripts.rulebook_doc", description=__doc__)
    parser.add_argument("-o", "--out", type=Path, help="file to write; standard output where none")
    asked = parser.parse_args()
    text = document(load_rulebook())
    if asked.out is None:
        sys.stdout.write(text)
    else:
        asked.out.write_text(text, encoding="utf-8")
    return 0


def document(rulebook: Rulebook) -> str:
    """The whole rulebook as Markdown, by level and subject."""
    told = subjects(rulebook)
    lines = [HEAD, *_counts(rulebook, told), ""]
    for subject in told:
        lines += [f"## {subject.title.zh} / {subject.title.en}", ""]
        for versions in subject.rules:
            lines += _rule(versions, rulebook)
    return "\n".join(lines).rstrip() + "\n"


def _counts(rulebook: Rulebook, told: tuple[Subject, ...]) -> Iterable[str]:
    ids = {rule.id for rule in rulebook.rules}
    yield f"{len(ids)} 条规则，{len(rulebook.rules)} 个版本，{len(rulebook.bases)} 条依据。"
    yield f"{len(ids)} rules in {len(rulebook.rules)} versions on {len(rulebook.bases)} articles."
    yield ""
    yield "| 主题 / subject | 规则 / rules |"
    yield "|---|---|"
    for subject in told:
        yield f"| {subject.title.zh} / {subject.title.en} | {len(subject.rules)} |"


def _title(rule: Rule, versions: tuple[Rule, ...]) -> list[str]:
    """The name of a version, where versions have several."""
    same = all(other.title == rule.title for other in versions)
    return [] if same else [_line("名称", "Title", rule.title)]


def _rule(versions: tuple[Rule, ...], rulebook: Rulebook) -> Iterable[str]:
    """Heading, the first version in full, and of each later one what it changed."""
    last = versions[-1]
    yield f"### {last.id} {last.title.zh}"
    yield ""
    yield f"*{last.title.en}*"
    yield ""
    before: list[str] = []
    for rule in versions:
        told = tell(rule, rulebook, shipped_titles())
        lines = [*_title(rule, versions), *_lines(told)]
        if len(versions) > 1:
            yield f"**{told.dates.zh} / {told.dates.en}**"
            yield ""
        yield from (f"- {line}" for line in lines if line not in before)
        yield from (f"- 不再要求 / no longer asked: {line}" for line in _dropped(before, lines))
        yield ""
        before = lines


def _dropped(before: list[str], lines: list[str]) -> Iterable[str]:
    """What a version no longer says: lines of a kind that it has none of."""
    kinds = {line.partition("：")[0] for line in lines}
    return (line for line in before if line.partition("：")[0] not in kinds)


def _lines(told: RuleTold) -> Iterable[str]:
    rule = told.rule
    yield _line("效力", "Effect", told.effect)
    yield _line("对象", "Who", told.who)
    yield _line("位置", "Where", told.where)
    if told.measure.zh:
        yield _line("尺度", "Measure", told.measure)
    if told.facts:
        zh, en = "；".join(fact.zh for fact in told.facts), "; ".join(fact.en for fact in told.facts)
        yield _line("条件", "If", Text(zh, en))
    yield _line("要求", "Action", rule.action)
    if rule.jurisdictions:
        yield _line("地区", "Place", Text("、".join(rule.jurisdictions), ", ".join(rule.jurisdictions)))
    for basis, article in told.bases:
        yield _line("依据", "Basis", _article(basis, article))
    yield _line("确定程度", "Certainty", told.certainty)
    review = Text("待复核", "to be reviewed") if rule.needs_review else Text("已复核", "reviewed")
    yield _line("期间", "Dates", Text(f"{told.dates.zh}；{review.zh}", f"{told.dates.en}; {review.en}"))
    if rule.note is not None:
        yield _line("说明", "Note", rule.note)


def _article(basis: Basis, article: Text) -> Text:
    """An article, its number, dates and where its text was read."""
    number = "" if basis.number is None else f"，{basis.number}"
    end = Text("", "") if basis.valid_to is None else Text(f"至{basis.valid_to}", f" to {basis.valid_to}")
    return Text(
        f"{article.zh}{number}（{basis.valid_from}起{end.zh}，{basis.certainty}级，{basis.source}）",
        f"{article.en} (from {basis.valid_from}{end.en}, grade {basis.certainty})",
    )


def _line(zh: str, en: str, text: Text) -> str:
    return f"{zh} {en}：{text.zh}" if text.zh == text.en else f"{zh}：{text.zh}  \n  {en}: {text.en}"


if __name__ == "__main__":
    raise SystemExit(main())
