// Clauses of entry lists: those a finding rests on, and on request all of a unit.
import {get} from './api.js';
import {el, fill} from './dom.js';
import {both, lang, t} from './i18n.js';

/** The clauses of a finding, and a fold for each unit's whole list; `on` is the date of the answer. */
export function clauseBlock(finding, on) {
  const told = finding.clauses ?? [];
  if (!finding.clauses || (!told.length && finding.outcome !== 'applies')) return null;
  const units = [...new Map(finding.hits.map((hit) => [`${hit.layer}:${hit.zone_id}`, hit])).values()];
  return el('div', {class: 'clauses'}, el('h5', {text: t('clause.title')}),
    told.length > 0 && el('ul', {}, distinct(told).map((one) => clause(one))),
    units.map((hit) => wholeList(hit, on)));
}

const distinct = (told) => [...new Map(told.map((one) => [one.id, one])).values()];

function clause(one) {
  const place = [both(one.level_text), both(one.dimension_text), one.doc, one.article && t('clause.article', {article: one.article}),
    t('finding.certainty', {grade: one.certainty}), one.id];
  return el('li', {class: 'clause', data: {clause: one.id}},
    el('span', {class: `verb verb-${one.verb}`, text: lang === 'zh' ? one.verb : both(one.verb_text)}),
    one.sure === false && el('b', {text: t('clause.may')}),
    el('span', {class: 'clause-text', text: one.text}),
    el('span', {class: 'quiet', text: place.filter(Boolean).join(' · ')}));
}

/** The whole list of a unit, asked for when it is opened. */
function wholeList(hit, on) {
  const body = el('div', {class: 'whole'});
  const load = async (event) => {
    if (!event.target.open || body.childElementCount) return;
    try {
      const {zones: [zone]} = await get(`/layers/${encodeURIComponent(hit.layer)}/clauses`, {zone_id: hit.zone_id, on});
      fill(body, !zone.held && el('p', {class: 'quiet', text: t('clause.not_held')}), el('ul', {}, zone.clauses.map((one) => clause(one))));
    } catch (error) {
      fill(body, el('p', {class: 'quiet', text: error.message}));
    }
  };
  return el('details', {class: 'whole-list', on: {toggle: load}},
    el('summary', {text: t('clause.whole', {unit: hit.name || hit.zone_id})}), body);
}
