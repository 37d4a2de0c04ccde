"""Results as one self-contained page: no script, no outside asset, everything escaped."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from geo.answer import DISCLAIMER, ENGINE, SYNTHETIC_BANNER
from geo.model import EIA_TEXT, VERDICT_TEXT, EiaClass, Text, Verdict
from geo.words.rules import tell
from layers.sites.answered import Answered
from layers.sites.cells.values import cell_text
from layers.sites.doctor.signs import lines
from layers.sites.read.chunks import listed
from layers.sites.run import RunInfo, Tally
from layers.sites.write.fields import HEADINGS
from layers.sites.write.results import Layout
from layers.titles import bundle_titles

_STYLE = """
body{font:14px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:1.5rem;color:#1c2530}
.banner{background:#fff3cd;border:1px solid #b58900;padding:.5rem 1rem;font-weight:600}
table{border-collapse:collapse;margin-top:1rem}
th,td{border:1px solid #c9d1da;padding:.25rem .5rem;text-align:left;vertical-align:top;max-width:28rem;
min-width:4.5em;overflow-wrap:break-word}
th{background:#eef2f6;position:sticky;top:0}
td.prohibited{background:#f4c7c3}td.phase_out{background:#f6d5c0}td.restricted{background:#fbe0b8}
td.conditional{background:#fdf1c0}td.undetermined{background:#e3e3ee}td.notice{background:#e2f0ea}
td.clear{background:#dcf0dc}tr.refused{color:#8a1c1c}
"""
_LISTS = {"applies", "not_assessed", "hits", "units"}
_RULES = {"applies", "not_assessed", "margin_rule"}
_LINK = re.compile(rb'href="#rule-([^"]+)"')
_RULE_WORDS = {"zh": ("表中规则", "依据"), "en": ("Rules named in the table", "Basis")}
_EIA = {"eia_before", "eia_class"}
_WORDS = {
    "zh": ("选址研判结果", "研判基准日", "数据包", "引擎", "不掌握的图层", "向其征询"),
    "en": ("Results of site checks", "As of", "Bundle", "Engine", "Layers out of scope", "ask"),
}


def _linked(named: str) -> str:
    """A rule of the table, ``WS-04`` or ``WS-04:fact_unknown``, with a link to what it says below."""
    rule, colon, reason = named.partition(":")
    return f'<a href="#rule-{escape(rule)}">{escape(rule)}</a>{colon}{escape(reason)}'


@dataclass(frozen=True, slots=True)
class HtmlFormat:
    """Rows as they come; the head, with the tally, is set before them at the end."""

    layout: Layout

    def piece(self, answered: Answered) -> bytes:
        """The rows of a chunk."""
        own = [[f"<td>{escape(cell_text(v))}</td>" for v in listed(column)] for column in answered.original]
        ours = [
            [self._cell(column, value) for value in answered.cells.column(column).to_pylist()]
            for column in self.layout.names
        ]
        status = answered.cells.column("status").to_pylist()
        rows = zip(status, *own, *ours, strict=True)
        return "".join(f'<tr class="{first}">{"".join(cells)}</tr>\n' for first, *cells in rows).encode()

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Put head, rows and foot together."""
        with out.open("wb") as page:
            page.write(self._head(run, tally).encode())
            named: set[bytes] = set()
            for piece in pieces:
                page.write(piece)
                named.update(_LINK.findall(piece))
            page.write(b"</tbody></table>\n")
            page.write(self._rules(run, {name.decode() for name in named}).encode())
            page.write(b"</body></html>\n")
        return ()

    def _cell(self, column: str, value: object) -> str:
        if column in _EIA and isinstance(value, str) and value:
            classes = [EIA_TEXT[EiaClass(one)].get(self.layout.lang) for one in value.split(";")]
            return f"<td>{escape(' / '.join(classes))}</td>"
        if column in _RULES:
            return f"<td>{'; '.join(_linked(one) for one in cell_text(value).split(';') if one)}</td>"
        text = cell_text(value).replace(";", "; ") if column in _LISTS else cell_text(value)
        if column in {"verdict", "worst_possible"} and text:
            words = VERDICT_TEXT[Verdict(text)].get(self.layout.lang)
            return f'<td class="{escape(text)}">{escape(words)}</td>'
        return f"<td>{escape(text)}</td>"

    def _rules(self, run: RunInfo, named: set[str]) -> str:
        """The rules named in the table, where its links lead: what each version asks, on which articles.

        Rows may have dates of their own, so every version stands here.
        """
        lang = self.layout.lang
        title, basis = _RULE_WORDS[lang]
        book, titles = run.bundle.rulebook, bundle_titles(run.bundle)
        items = []
        for name in sorted(named):
            versions = [tell(rule, book, titles) for rule in book.rules if rule.id == name]
            items.append(f'<dt id="rule-{escape(name)}"><code>{escape(name)}</code></dt>')
            items += [
                f"<dd>{escape(one.rule.title.get(lang))} ({escape(one.effect.get(lang))}; "
                f"{escape(one.dates.get(lang))}): {escape(one.rule.action.get(lang))}<br>{basis}: "
                f"{escape('; '.join(article.get(lang) for _, article in one.bases))}</dd>\n"
                for one in versions
            ]
        return f"<h2>{title}</h2>\n<dl>{''.join(items)}</dl>\n" if items else ""

    def _head(self, run: RunInfo, tally: Tally) -> str:
        lang = self.layout.lang
        title, as_of, bundle, engine, gaps, ask = _WORDS[lang]
        banner = f'<p class="banner">{escape(SYNTHETIC_BANNER.get(lang))}</p>' if run.synthetic else ""
        scope = "".join(
            f"<li>{escape(o.title.get(lang))}: {escape(o.reason.get(lang))} "
            f"({ask}: {escape(o.ask.get(lang))})</li>"
            for o in run.bundle.out_of_scope.values()
        )
        header = "".join(f"<th>{escape(name)}</th>" for name in self.layout.headers) + "".join(
            f'<th title="{escape(name)}">{escape(HEADINGS[column].get(lang))}</th>'
            for column, name in self.layout.names.items()
        )
        return (
            f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
            f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n{banner}"
            f"<p>{as_of} {run.on.isoformat()} · {bundle} {escape(run.bundle.id)} "
            f"<code>{escape(run.bundle.digest)}</code> · {engine} {escape(ENGINE)}</p>\n"
            f"<p>{escape(tally.words(lang))}</p>\n<p>{escape(DISCLAIMER.get(lang))}</p>\n"
            + "".join(f"<p>{escape(one.get(lang))}</p>\n" for one in run.remarks)
            + "".join(
                f'<p class="doctor">{escape(one.get(lang))}</p>\n'
                for one in lines(tally.signs, run.remedies, tally.rows)
            )
            + (f"<details><summary>{gaps}</summary><ul>{scope}</ul></details>\n" if scope else "")
            + f"<table><thead><tr>{header}</tr></thead><tbody>\n"
        )
