// Editions that are not in force yet: which of them to answer by too, and what the answer would then be.
import {el, fill} from './dom.js';
import {both, t, told as named} from './i18n.js';

/** A choice of drafts, one a layer; hidden where there are none. `onChange()` hears of every change. */
export class DraftChoice {
  constructor(onChange) {
    this.named = new Map();
    this.onChange = onChange;
    this.node = el('details', {class: 'drafts', id: 'drafts', hidden: true});
  }

  /** The layers as `/layers` has them. */
  draw(layers) {
    const held = layers.map((layer) => [layer, layer.editions.filter((one) => one.status !== 'in_force')]).filter(([, list]) => list.length);
    this.node.hidden = held.length === 0;
    for (const [id, edition] of this.named) {
      if (!held.some(([layer, list]) => layer.id === id && list.some((one) => one.edition === edition))) this.named.delete(id);
    }
    fill(this.node, el('summary', {text: t('drafts.title')}), el('p', {class: 'quiet', text: t('drafts.hint')}),
      held.map(([layer, list]) => this.field(layer, list)));
  }

  field(layer, list) {
    const id = `draft-${layer.id}`;
    const select = el('select', {id, on: {change: () => {
      if (select.value) this.named.set(layer.id, select.value);
      else this.named.delete(layer.id);
      this.onChange();
    }}}, el('option', {value: '', text: t('drafts.none')}),
    list.map((one) => el('option', {value: one.edition, selected: this.named.get(layer.id) === one.edition, text: words(one)})));
    return el('label', {class: 'field', for: id}, el('span', {text: both(layer.title)}), select);
  }

  /** What is named, for a request; nothing where nothing is. */
  chosen() {
    return this.named.size ? Object.fromEntries(this.named) : undefined;
  }
}

const words = (edition) => t('drafts.edition', {
  edition: edition.edition, status: t(`drafts.status.${edition.status}`), day: edition.valid_from,
});

const applying = (answer) => new Map(answer.parts.flatMap((part) => [...part.findings, ...part.duties])
  .filter((one) => one.outcome === 'applies').map((one) => [one.rule, one]));

/** The answer with drafts in force, beside the one that there is; nothing where none was asked for. */
export function draftSection(answer, titles) {
  const drafted = answer.with_drafts;
  if (!drafted) return '';
  const [now, then] = [applying(answer), applying(drafted)];
  const gained = [...then.values()].filter((one) => !now.has(one.rule));
  const lost = [...now.values()].filter((one) => !then.has(one.rule));
  const [told] = both(drafted.headline).split(/；|; /);
  return el('section', {class: `verdict verdict-${drafted.verdict} drafted`, id: 'drafted', data: {verdict: drafted.verdict}},
    el('h4', {text: t('drafts.result')}),
    el('p', {class: 'badge'}, el('span', {class: 'badge-mark', 'aria-hidden': 'true'}), el('strong', {text: told})),
    el('ul', {class: 'plain quiet'}, drafted.drafts.map((one) => el('li', {text: named(titles.layer(one.layer), words(one))}))),
    rules('drafts.gained', gained), rules('drafts.lost', lost),
    !gained.length && !lost.length && el('p', {class: 'quiet', text: t('drafts.same')}),
    el('p', {class: 'quiet', text: t('drafts.note')}));
}

const rules = (key, list) => list.length > 0 && [el('h5', {text: t(key)}),
  el('ul', {class: 'plain'}, list.map((one) => el('li', {data: {rule: one.rule}, text: `${one.rule} ${both(one.title)}`})))];
