// The panel of results: verdict first, then what applies, what is open and who must act, then the evidence.
import {el, fill} from './dom.js';
import {asks, bySeverity, findingCard} from './finding.js';
import {decimal, hectares, metres, percent} from './format.js';
import {both, joined, lang, sentences, t, told} from './i18n.js';

/** Draw an answer; `titles` names layers, classes and facts, `onZone(hit)` shows a zone on the map. */
export function drawResult(node, answer, titles, onZone) {
  fill(node,
    el('h3', {class: 'unseen', text: t('result.title')}),
    verdict(answer, titles),
    answer.parts.map((part) => partSection(part, answer, titles, onZone)),
    outOfScope(answer.out_of_scope_detail),
    evidence(answer));
  node.hidden = false;
}

function verdict(answer, titles) {
  const [part] = answer.parts;
  const worse = answer.worst_possible !== answer.verdict;
  // The headline's first clause is the verdict in words; the worst possible has a line of its own, not two.
  const [first, ...clauses] = both(answer.headline).split(/；|; /);
  const isWorst = (clause) => /最重可能|could come to|worst possible/i.test(clause);
  const worst = clauses.find(isWorst) ?? t('result.worst', {verdict: t(`verdict.${answer.worst_possible}`)});
  const rest = clauses.filter((clause) => !isWorst(clause));
  return el('section', {class: `verdict verdict-${answer.verdict}`, id: 'verdict', data: {verdict: answer.verdict}},
    el('p', {class: 'badge'}, el('span', {class: 'badge-mark', 'aria-hidden': 'true'}), el('strong', {text: first})),
    worse && el('p', {class: 'worst', text: worst}),
    rest.length > 0 && el('p', {class: 'headline', text: sentence(sentences(rest))}),
    el('p', {class: 'quiet', text: [
      titles.activity(part.activity) || told(t('result.activity'), t('result.no_activity')),
      `${t('result.on')} ${answer.on}`,
      size(part.site),
      place(part.site),
      t(answer.complete ? 'result.complete' : 'result.incomplete'),
    ].filter(Boolean).join(' · ')}));
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Where the site lies, for those who have the answer on paper: a point as it is, else a place in it. */
const place = (site) => told(t(site.type === 'Point' ? 'site.Point' : 'result.about'),
  `${decimal(site.lon, site.lat)} (${site.datum_known ? 'CGCS2000' : t('site.crs.unknown')}) · ${t('site.accuracy', {metres: site.accuracy_m})}`);

function size(site) {
  if (site.area_m2 > 0) return hectares(site.area_m2, lang);
  return site.length_m > 0 ? metres(site.length_m, lang) : '';
}

function partSection(part, answer, titles, onZone) {
  const applies = part.findings.filter((one) => one.outcome === 'applies');
  const open = part.findings.filter((one) => one.outcome === 'not_assessed' && one.reason !== 'out_of_scope');
  const away = part.findings.filter((one) => one.outcome === 'not_assessed' && one.reason === 'out_of_scope');
  const near = part.findings.filter((one) => one.outcome === 'does_not_apply' && one.borderline);
  const cards = (list, opened = () => false) => bySeverity(list).map((one, i) => findingCard(one, {...titles, on: answer.on}, onZone, opened(one, i)));
  return el('section', {class: 'part'},
    answer.parts.length > 1 && el('h3', {text: part.name || t('result.part')}),
    (part.advice ?? []).map((one) => el('p', {class: 'advice', text: both(one.text)})),
    part.remedies && el('p', {class: 'advice advice-applied', text: t('advice.applied', {names: joined(part.remedies)})}),
    block('applies', 'result.applies', applies.length, applies.length
      ? cards(applies, (one, i) => i === 0 && one.effect !== 'notice')
      : el('p', {class: 'quiet', text: t('result.none_apply')})),
    open.length > 0 && block('open', 'result.not_assessed', open.length, byActor(open, cards, titles)),
    near.length > 0 && block('near', 'result.borderline', near.length, cards(near)),
    away.length > 0 && fold('away', 'result.away', away.length, cards(away)),
    part.eia && block('eia', 'result.eia', null, eiaClass(part.eia, titles)),
    part.duties.length > 0 && fold('duties', 'result.duties', part.duties.length, cards(part.duties)),
    fold('layers', 'result.layers', part.layers.length, layerTable(part.layers, titles)),
    fold('facts', 'result.facts', part.facts.length, factList(part.facts, titles)),
    part.remarks.length > 0 && fold('remarks', 'result.remarks', part.remarks.length,
      el('ul', {class: 'plain'}, part.remarks.map((one) => el('li', {text: both(one)})))));
}

const block = (name, key, count, ...children) => el('section', {class: `block block-${name}`},
  el('h4', {}, t(key), count !== null && el('span', {class: 'count', text: count})), children);

const fold = (name, key, count, ...children) => el('details', {class: `block block-${name}`},
  el('summary', {}, el('h4', {}, t(key), el('span', {class: 'count', text: count}))), children);

/** The EIA class, the sensitive areas that count for it, and what leaves it open. */
function eiaClass(eia, titles) {
  const areas = (met) => eia.sensitive.filter((one) => one.met === met).map((one) => both(one.title));
  const line = (key, list) => list.length > 0 && el('p', {class: 'quiet', text: told(t(key), joined(list))});
  return [
    el('p', {id: 'eia', data: {classes: eia.possible.join(';')}}, el('b', {text: both(eia.text)})),
    line('eia.items', eia.items),
    line('eia.met', areas(true)),
    eia.possible.length > 1 && [line('eia.open', areas(null)), line('eia.asks', eia.missing_facts.map(titles.fact))],
    eia.doubts.map((one) => el('p', {class: 'quiet', text: both(one)})),
  ];
}

/** Open rules grouped by who must act. */
function byActor(open, cards, titles) {
  const groups = new Map();
  for (const finding of open) {
    const actor = both(finding.who_must_act);
    groups.set(actor, [...(groups.get(actor) ?? []), finding]);
  }
  return [...groups].map(([actor, list]) => {
    const facts = asks(list, titles.fact);
    return el('div', {class: 'actor'}, el('h5', {text: actor}),
      facts && el('p', {class: 'quiet', text: told(t('finding.asks'), facts)}), cards(list));
  });
}

function layerTable(layers, titles) {
  const rank = ['hit', 'failed', 'missing', 'no_edition', 'not_covered', 'stale', 'clear', 'out_of_scope'];
  const sorted = [...layers].sort((a, b) => rank.indexOf(a.state) - rank.indexOf(b.state));
  return el('div', {class: 'table-wrap'}, el('table', {},
    el('thead', {}, el('tr', {}, ['layer', 'state', 'share', 'edition'].map((key) => el('th', {scope: 'col', text: t(`table.${key}`)})))),
    el('tbody', {}, sorted.map((layer) => el('tr', {class: `layer-${layer.state}`},
      el('th', {scope: 'row', text: both(layer.title)}),
      el('td', {}, el('span', {class: `chip chip-${layer.state}`, text: t(`state.${layer.state}`)}),
        layer.flags.map((flag) => el('span', {class: `chip chip-${flag}`, text: t(`state.${flag}`)}))),
      el('td', {}, shares(layer, titles)),
      el('td', {class: 'quiet', text: layer.edition ?? '—'}))))));
}

function shares(layer, titles) {
  return layer.by_class.map((one) => el('div', {},
    `${titles.zoneClass(layer.id, one.zone_class) || ''} ${one.overlap_share > 0 ? percent(one.overlap_share) : ''}`));
}

function factList(facts, titles) {
  return el('dl', {class: 'pairs'}, facts.map((used) => {
    const [name, value] = titles.usedFact(used);
    return [el('dt', {text: name}), el('dd', {}, `${value} `, el('span', {class: `chip chip-${used.origin}`, text: t(`facts.origin.${used.origin}`)}))];
  }));
}

function outOfScope(list) {
  if (!list.length) return null;
  return el('details', {class: 'block'}, el('summary', {}, el('h4', {text: t('result.out_of_scope', {n: list.length})})),
    el('ul', {class: 'plain'}, list.map((one) => el('li', {}, el('b', {text: both(one.title)}),
      ` ${both(one.reason)} · ${t('layers.ask')} ${both(one.ask)}`))));
}

function evidence(answer) {
  const text = () => JSON.stringify(answer, null, 2);
  const copy = el('button', {type: 'button', class: 'tool', id: 'copy', text: t('result.copy'), on: {click: async () => {
    try {
      await navigator.clipboard.writeText(text());
      copy.textContent = t('result.copied');
    } catch {
      save.click(); // the browser forbids the clipboard here
    }
  }}});
  const save = el('a', {class: 'tool', id: 'download', download: `fenqu-${answer.on}.json`, text: t('result.download'),
    href: URL.createObjectURL(new Blob([text()], {type: 'application/json'}))});
  return el('footer', {class: 'evidence'},
    // The clipboard is there on https and on this machine only; the download always is.
    el('div', {class: 'tools'}, navigator.clipboard && copy, save),
    el('p', {class: 'disclaimer', text: both(answer.disclaimer)}),
    el('p', {class: 'quiet'}, `${answer.bundle.id} · ${t('result.digest')} `, el('code', {text: answer.bundle.digest.slice(0, 16)}),
      ` · ${t('result.engine')} ${answer.engine}`));
}
