// The facts that rules in reach ask for. A blank is unknown; what the activity implies is shown and can be changed.
import {el, fill} from './dom.js';
import {aside, both, joined, t, told} from './i18n.js';

const BLANK = '';
const UNKNOWN = '\u0000unknown';

/** Draw the questions; `declared` (Map of fact id → value) is changed by the controls, then `onChange()` is called. */
export function drawFacts(node, questions, declared, onChange) {
  const old = document.activeElement?.id;
  const asked = questions.filter((one) => one.id !== 'nature');
  const open = asked.filter((one) => one.rules.length || (one.origin === 'declared' && !one.assumed && !one.rules_not_held.length));
  const preset = asked.filter((one) => !open.includes(one) && one.assumed);
  const rest = asked.filter((one) => !open.includes(one) && !one.assumed);
  const eia = rest.filter((one) => one.for_eia);
  const beyond = rest.filter((one) => !one.for_eia);
  const kept = (name, list) => node.querySelector(name)?.open || list.some((one) => `fact-${one.id}` === old);
  const rows = (list) => list.map((one) => factRow(one, declared, onChange));
  fill(node,
    el('p', {class: 'quiet', text: open.length ? t('facts.hint') : t('facts.none')}), rows(open),
    preset.length > 0 && el('details', {class: 'preset', open: kept('.preset', preset)},
      el('summary', {}, t('facts.preset'), el('ul', {class: 'taken'}, preset.map((one) => el('li', {},
        `${told(both(one.title), shown(one, one.value))} `, el('span', {class: `chip chip-${one.origin}`, text: t(`facts.origin.${one.origin}`)}))))),
      rows(preset)),
    eia.length > 0 && el('details', {class: 'preset eia', open: kept('.eia', eia)},
      el('summary', {text: t('facts.eia', {n: eia.length})}), rows(eia)),
    beyond.length > 0 && el('details', {class: 'preset beyond', open: kept('.beyond', beyond)},
      el('summary', {text: t('facts.beyond', {n: beyond.length})}), rows(beyond)));
  if (old) document.getElementById(old)?.focus();
}

/** A fact's value in words. */
export function shown(question, value) {
  if (value === null || value === undefined) return t('facts.unknown');
  if (typeof value === 'boolean') return t(value ? 'facts.yes' : 'facts.no');
  const named = question.values?.find((one) => one.value === value);
  return named ? both(named.title) : `${value}${question.unit ? ` ${question.unit}` : ''}`;
}

function factRow(question, declared, onChange) {
  const id = `fact-${question.id}`;
  const control = question.type === 'bool' || question.type === 'enum'
    ? select(id, question, declared) : entry(id, question, declared);
  control.addEventListener('change', () => {
    if (control.value.trim() === BLANK) declared.delete(question.id);
    else declared.set(question.id, parse(question, control.value));
    onChange();
  });
  const rules = [...new Set([...question.rules, ...question.rules_not_held])];
  return el('div', {class: `fact fact-${question.origin}`},
    el('label', {for: id}, el('span', {text: both(question.question) + (question.unit ? ` (${question.unit})` : '')}),
      el('span', {class: `chip chip-${question.origin}`, text: t(`facts.origin.${question.origin}`)})),
    control,
    rules.length > 0 && el('small', {class: 'quiet', text: t('facts.asked_by', {rules: joined(rules.slice(0, 4)) + (rules.length > 4 ? ` … (${rules.length})` : '')})}));
}

function select(id, question, declared) {
  const {assumed} = question;
  const blank = assumed ? aside(shown(question, assumed.value), t(`facts.origin.${assumed.origin}`)) : t('facts.blank');
  const values = question.type === 'bool' ? [true, false] : question.values.map((one) => one.value);
  const options = [[BLANK, blank], ...values.map((value) => [String(value), shown(question, value)])];
  if (assumed) options.push([UNKNOWN, t('facts.unknown')]);
  const node = el('select', {id}, options.map(([value, text]) => el('option', {value, text})));
  if (declared.has(question.id)) node.value = declared.get(question.id) === null ? UNKNOWN : String(declared.get(question.id));
  return node;
}

function entry(id, question, declared) {
  const number = question.type === 'number';
  const {assumed} = question;
  const hint = assumed ? aside(shown(question, assumed.value), t(`facts.origin.${assumed.origin}`)) : t('facts.blank');
  const node = el('input', {id, type: number ? 'number' : 'text', min: number ? '0' : null, step: number ? 'any' : null, placeholder: hint});
  if (declared.has(question.id)) node.value = String(declared.get(question.id) ?? '');
  return node;
}


function parse(question, text) {
  if (text === UNKNOWN) return null;
  if (question.type === 'bool') return text === 'true';
  return question.type === 'number' ? Number(text) : text;
}
