// The list of layers with its legend, by groups; a switch for each.
import {el, fill} from './dom.js';
import {both, data, t} from './i18n.js';
import {swatch} from './hatch.js';
import {GAP, GROUPS, SHOWN_AT_START, styleOf} from './style.js';

const drawable = (layer) => layer.edition !== null && layer.edition.zones > 0;

/** Fill `node` from the answer of /layers; `onToggle(layer, shown)` acts; returns which layers are shown. */
export function drawLegend(node, answer, shown, onToggle) {
  const rest = new Set(answer.layers.map((layer) => layer.id));
  const groups = GROUPS.map(([name, ids]) => {
    const seats = new Map(ids.map((id, i) => [id, i]));
    const own = answer.layers.filter((layer) => seats.has(layer.id));
    own.sort((a, b) => seats.get(a.id) - seats.get(b.id));
    own.forEach((layer) => rest.delete(layer.id));
    return [name, own];
  });
  groups.push(['other', answer.layers.filter((layer) => rest.has(layer.id))]);
  fill(node,
    groups.filter(([, own]) => own.length).map(([name, own]) => el('section', {class: 'legend-group'},
      el('h3', {text: t(`layers.group.${name}`)}),
      own.map((layer) => legendItem(layer, shown, onToggle)))),
    outOfScope(answer.out_of_scope));
}

export const startShown = (answer) => new Set(
  answer.layers.filter((layer) => drawable(layer) && SHOWN_AT_START.includes(layer.id)).map((layer) => layer.id));

function legendItem(layer, shown, onToggle) {
  const can = drawable(layer);
  const classes = el('ul', {class: 'legend-classes', hidden: !shown.has(layer.id)}, classRows(layer));
  const box = el('input', {
    type: 'checkbox', id: `layer-${layer.id}`, checked: shown.has(layer.id), disabled: !can, data: {layer: layer.id},
    on: {change: (event) => {
      classes.hidden = !event.target.checked;
      onToggle(layer, event.target.checked);
    }},
  });
  const edition = layer.edition && t('layers.edition', {edition: layer.edition.edition});
  const cell = layer.edition?.cell_m ? t('layers.raster', {metres: Math.round(layer.edition.cell_m)}) : null;
  const told = [edition, cell, both(layer.edition?.authority)].filter(Boolean).join(' · ');
  return el('div', {class: 'legend-item'},
    el('label', {for: box.id, title: told}, box, isPlain(layer) && swatch(styleOf(layer, layer.classes[0]?.zone_class ?? null), isLine(layer)),
      el('span', {text: both(layer.title)}), chips(layer)),
    el('p', {class: 'legend-note', id: `note-${layer.id}`, hidden: true}), classes,
    el('p', {class: 'legend-gap', id: `gap-${layer.id}`, hidden: true}, swatch(GAP, false), el('span', {text: t('state.not_covered')})));
}

const isLine = (layer) => layer.edition?.geometry?.length === 1 && layer.edition.geometry[0] === 'line';

/** One look for the whole layer: no list of classes that would only repeat its name. */
const isPlain = (layer) => !layer.classes.length || (layer.classes.length === 1 && both(layer.classes[0].title) === both(layer.title));

function classRows(layer) {
  if (isPlain(layer)) return [];
  return layer.classes.map((one) => el('li', {}, swatch(styleOf(layer, one.zone_class), isLine(layer)), el('span', {text: both(one.title)})));
}

/** What a planner must know of a layer before trusting its silence. */
function chips(layer) {
  const told = [];
  if (layer.state !== 'in_force') told.push([layer.state, t(`state.${layer.state}`)]);
  if (layer.restricted) told.push(['restricted', t('state.restricted')]);
  if (layer.synthetic && !data.synthetic) told.push(['synthetic', t('state.synthetic')]);
  return told.map(([state, text]) => el('span', {class: `chip chip-${state}`, text}));
}

/** Say beside a layer how much of it is drawn, or that it failed. */
export function note(layerId, text) {
  const node = document.getElementById(`note-${layerId}`);
  if (!node) return;
  node.textContent = text;
  node.hidden = !text;
}

/** Say beside a layer that the dotted veil is its own. */
export function gap(layerId, shown) {
  const node = document.getElementById(`gap-${layerId}`);
  if (node) node.hidden = !shown;
}

function outOfScope(layers) {
  if (!layers.length) return null;
  return el('details', {class: 'legend-away'},
    el('summary', {text: t('layers.out_of_scope', {n: layers.length})}),
    el('ul', {}, layers.map((one) => el('li', {},
      el('b', {text: both(one.title)}), el('span', {text: `${both(one.reason)} · ${t('layers.ask')} ${both(one.ask)}`})))));
}
