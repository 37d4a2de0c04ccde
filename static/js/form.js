// The form: site, activity, nature, date, then the facts that rules near the site ask for.
import {get, post} from './api.js';
import {combobox} from './combobox.js';
import {byId, el, fill, settled} from './dom.js';
import {DraftChoice} from './drafts.js';
import {drawFacts, shown} from './facts.js';
import {aside, both, data, joined, lang, sentences, t} from './i18n.js';

export class Form {
  /** `onDate(on)` hears of another date, `onStale()` of any change, `onCheck(body)` of the button. */
  constructor(node, siteStep, {onDate, onStale, onCheck}) {
    this.siteStep = siteStep;
    this.onStale = onStale;
    this.site = null;
    this.activity = null;
    this.declared = new Map();
    this.drafts = new DraftChoice(() => this.onStale());
    this.asked = null;
    this.ask = settled(() => this.askNow(), 180);
    this.node = node;
    this.onDate = onDate;
    node.addEventListener('submit', (event) => {
      event.preventDefault();
      onCheck({...this.body(), drafts: this.drafts.chosen()});
    });
  }

  async draw() {
    const [{activities, groups}, {facts}] = await Promise.all([get('/activities'), get('/facts')]);
    this.facts = new Map(facts.map((fact) => [fact.id, fact]));
    fill(this.node, this.siteStep.node(), this.project(activities, groups),
      el('fieldset', {class: 'step'}, el('legend', {text: t('facts.title')}),
        el('div', {id: 'facts'}, el('p', {class: 'quiet', text: t('facts.wait')}))),
      el('div', {class: 'go'}, el('button', {type: 'submit', id: 'check', class: 'primary', disabled: true, text: t('form.check')}),
        el('small', {class: 'quiet', text: t('app.disclaimer')})));
  }

  project(activities, groups) {
    const named = new Map(groups.map((group) => [group.id, both(group.title)]));
    const choices = activities.map((one) => ({
      value: one.id,
      label: both(one.title),
      note: [one.id, joined(one.groups.map((id) => named.get(id)).filter(Boolean))].filter(Boolean).join(' · '),
      names: [one.id, one.title.zh, one.title.en, ...one.aliases].map((name) => name.toLowerCase()),
      search: [one.id, one.title.zh, one.title.en, ...one.aliases, ...one.gb4754, ...one.eia_items].join(' ').toLowerCase(),
    }));
    const pick = combobox({
      id: 'activity', label: t('project.activity'), hint: t('project.activity_hint'), none: t('project.no_match'), choices,
      find: (q) => get('/activities', {q}).then((found) => found.activities.map((one) => one.id)),
      onPick: (value) => {
        if (value === this.activity) return;
        this.activity = value;
        this.changed();
      },
    });
    const date = el('input', {type: 'date', id: 'on', value: data.today, min: data.history_from, on: {change: () => {
      if (!this.on()) return;
      this.onDate(this.on());
      this.changed();
    }}});
    return el('fieldset', {class: 'step'}, el('legend', {text: t('project.title')}), pick,
      el('div', {class: 'row'}, this.nature(),
        el('label', {class: 'field', for: 'on'}, el('span', {text: t('project.on')}), date)), this.drafts.node);
  }

  nature() {
    const fact = this.facts.get('nature');
    if (!fact) return null;
    const select = el('select', {id: 'fact-nature', on: {change: () => {
      if (select.value) this.declared.set('nature', select.value);
      else this.declared.delete('nature');
      this.changed();
    }}}, el('option', {value: '', text: t('facts.blank')}),
    fact.values.map((one) => el('option', {value: one.value, text: both(one.title)})));
    return el('label', {class: 'field', for: 'fact-nature'}, el('span', {text: both(fact.title)}), select);
  }

  on() {
    return byId('on').value;
  }

  setSite(site) {
    this.site = site;
    this.changed();
  }

  changed() {
    byId('check').disabled = !this.site;
    this.onStale();
    this.ask();
  }

  /** The request that the form stands for. */
  body() {
    return this.bodyOf(this.site);
  }

  /** The same for another site. */
  bodyOf({geometry, crs, accuracy_m: accuracy = null, remedies = [], told = [], remarks = told}) {
    const body = {site: geometry, crs, facts: Object.fromEntries(this.declared), on: this.on()};
    if (accuracy !== null) body.accuracy_m = accuracy;
    if (this.activity) body.activity = this.activity;
    if (remedies.length) body.remedies = remedies;
    if (remarks.length) body.remarks = remarks;
    return body;
  }

  async askNow() {
    this.asked?.abort();
    if (!this.site) return;
    this.asked = new AbortController();
    const node = byId('facts');
    try {
      const answer = await post('/questions', this.body(), {lang}, this.asked.signal);
      const [part] = answer.parts;
      this.siteStep.refuse('');
      this.siteStep.placed({...part.site});
      if (this.activity) drawFacts(node, part.facts, this.declared, () => this.changed());
      else fill(node, el('p', {class: 'quiet', text: t('facts.wait')}));
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.refused(error);
    }
  }

  /** Show a refusal beside the field it is about. */
  refused(error) {
    const problems = error.problem?.problems ?? [];
    const told = sentences(problems.map((one) => aside(one.hint, one.given))) || error.message;
    const about = problems[0]?.where ?? '';
    if (about.startsWith('facts')) fill(byId('facts'), el('p', {class: 'fault', role: 'alert', text: told}));
    else {
      this.siteStep.refuse(told);
      this.siteStep.advise(error.problem?.advice ?? []);
    }
  }

  /** A fact in words, for the report. */
  factText(used) {
    const fact = this.facts.get(used.id);
    return fact ? [both(fact.title), shown(fact, used.value)] : [used.id, String(used.value)];
  }
}
