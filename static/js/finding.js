// One finding: title, what to do, why, which zones by how much, which article, how sure.
import {clauseBlock} from './clauses.js';
import {el} from './dom.js';
import {hectares, metres, percent, stations} from './format.js';
import {both, joined, lang, t, told} from './i18n.js';

/** A finding as a fold; `titles` names layers and classes, `onZone(hit)` shows a zone on the map. */
export function findingCard(finding, titles, onZone, open = false) {
  const {effect, outcome} = finding;
  return el('details', {class: `finding finding-${effect} is-${outcome}`, open, data: {rule: finding.rule}},
    el('summary', {},
      el('span', {class: `tag tag-${effect}`, text: t(`effect.${effect}`)}),
      el('span', {class: 'finding-title', text: both(finding.title)}),
      el('code', {text: finding.rule})),
    el('div', {class: 'finding-body'},
      el('p', {class: 'why', text: both(finding.explanation)}),
      outcome !== 'does_not_apply' && both(finding.action) && el('p', {class: 'action'}, el('b', {text: told(t('finding.action'), '')}), both(finding.action)),
      clauseBlock(finding, titles.on),
      hits(finding.hits, titles, onZone),
      margin(finding),
      articles(finding.basis, finding.needs_review),
      el('p', {}, el('a', {href: `/rules/${encodeURIComponent(finding.rule)}?lang=${lang}&on=${titles.on}`, target: '_blank', rel: 'noopener', text: t('finding.rule')}))));
}

function hits(list, titles, onZone) {
  if (!list.length) return null;
  return el('div', {class: 'hits'}, el('h5', {text: t('finding.hits')}), el('ul', {}, list.map((hit) => el('li', {},
    el('button', {type: 'button', class: 'zone', title: t('result.show_on_map'), on: {click: () => onZone(hit)}},
      hit.name || hit.zone_id),
    el('span', {class: 'quiet', text: [titles.layer(hit.layer), titles.zoneClass(hit.layer, hit.zone_class)].filter(Boolean).join(' · ')}),
    el('span', {class: 'measure', text: measure(hit)})))));
}

/** How a zone is met, in figures. */
export function measure(hit) {
  const told = [];
  if (hit.distance_m > 0) told.push(t('finding.distance', {metres: metres(hit.distance_m, lang)}));
  else if (hit.overlap_m2 > 0) told.push(`${t('finding.overlap')} ${hectares(hit.overlap_m2, lang)}`, percent(hit.overlap_share));
  else if (hit.overlap_m > 0) told.push(t('finding.length', {metres: metres(hit.overlap_m, lang)}), percent(hit.overlap_share));
  else if (!hit.touch && !hit.crossings) told.push(t('finding.inside'));
  if (hit.crossings?.length) told.push(t('finding.stations', {stations: stations(hit.crossings, lang)}));
  if (hit.touch) told.push(t('finding.touch'));
  if (hit.zone_derived) told.push(t('finding.derived'));
  return told.join(' · ');
}

function margin({margin_m: value, borderline}) {
  if (value === null && !borderline) return null;
  const told = value === null ? '' : t(value <= 0 ? 'finding.margin_in' : 'finding.margin_out', {metres: metres(Math.abs(value), lang)});
  return el('p', {class: 'margin'}, told, borderline && el('b', {text: `${told ? ' · ' : ''}${t('finding.borderline')}`}));
}

function articles(bases, review) {
  if (!bases.length) return null;
  return el('div', {class: 'bases'}, el('h5', {text: t('finding.basis')}), el('ul', {}, bases.map((one) => {
    const dates = [t('finding.from', {date: one.valid_from}), one.valid_to && t('finding.until', {date: one.valid_to})];
    return el('li', {},
      el('span', {class: 'article', text: both(one.cited)}),
      el('span', {class: 'quiet', text: [one.number, ...dates, t('finding.certainty', {grade: one.certainty})].filter(Boolean).join(' · ')}),
      both(one.gloss) && el('span', {class: 'gloss', text: both(one.gloss)}));
  })), review && el('p', {class: 'quiet', text: t('finding.needs_review')}));
}

/** Findings in the order a reader needs: the most severe first. */
export function bySeverity(findings) {
  const order = ['prohibited', 'phase_out', 'restricted', 'conditional', 'notice', 'duty'];
  return [...findings].sort((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect));
}

/** Facts that open findings ask for, in words. */
export const asks = (findings, factTitle) => joined([...new Set(findings.flatMap((one) => one.missing_facts))].map(factTitle));
