// A file of sites: read by the service, listed, chosen from; each is then checked as one that was drawn.
import {post, send} from './api.js';
import {byId, el, fill} from './dom.js';
import {hectares, metres} from './format.js';
import {aside, both, joined, lang, sentences, t} from './i18n.js';

const NAMES = ['name', '地块名称', '项目名称', '名称'];

export class SiteFiles {
  /** `choose(site)` hears of a site that was chosen, `bodyOf(site)` gives the request for one. */
  constructor(node, {choose, bodyOf}) {
    this.node = node;
    this.choose = choose;
    this.bodyOf = bodyOf;
    this.file = null;
    this.reads = 0;
    this.terms = null;
    this.input = el('input', {type: 'file', id: 'site-file', class: 'unseen', 'aria-label': t('file.open'), on: {change: () => {
      [this.file] = this.input.files;
      this.layer = null;
      if (this.file) this.read([]);
      this.input.value = '';
    }}});
    this.list = el('div', {id: 'site-file-list', 'aria-live': 'polite'});
    fill(node, el('label', {class: 'tool', for: 'site-file', id: 'site-file-open', text: t('file.open')}), this.input,
      el('small', {class: 'quiet', text: t('file.kinds')}), this.list);
  }

  async read(remedies) {
    this.reads += 1;
    const [mine, file] = [this.reads, this.file];
    this.sites = [];
    fill(this.list, el('p', {class: 'quiet', text: t('file.reading', {name: file.name})}));
    const crs = byId('crs').value;
    try {
      const {sites, advice} = await send('/sites', file, {
        name: file.name, crs: crs === 'EPSG:4490' ? null : crs, remedies: remedies.length ? remedies.join(',') : null, layer: this.layer,
      });
      if (mine === this.reads) this.show(sites, advice, remedies);
    } catch (error) {
      if (mine !== this.reads) return;
      const problems = error.problem?.problems ?? [];
      fill(this.list, el('p', {class: 'fault', role: 'alert', text: sentences(problems.map((one) => aside(one.hint, one.given))) || error.message}),
        this.layers(problems), this.advised(error.problem?.advice ?? []));
    }
  }

  /** Of a file that holds several layers or data sets: a button for each. */
  layers(problems) {
    const [first] = problems;
    if (!first?.where.endsWith(': layer')) return null;
    return el('div', {class: 'tools'}, first.allowed.split(', ').map((name) => el('button', {type: 'button', class: 'tool', text: name, on: {click: () => {
      this.layer = name;
      this.read([]);
    }}})));
  }

  show(sites, advice, remedies) {
    this.sites = sites;
    const good = sites.filter((one) => one.status === 'ok');
    const told = t('file.rows', {name: this.file.name, n: sites.length, refused: sites.length - good.length});
    fill(this.list, el('p', {text: told}),
      remedies.length > 0 && el('p', {class: 'advice advice-applied'}, el('span', {text: t('advice.applied', {names: joined(remedies)})}),
        el('button', {type: 'button', class: 'tool', id: 'file-undo', text: t('advice.undo'), on: {click: () => this.read([])}})),
      this.advised([...advice, ...sites.flatMap((one) => one.advice)]),
      good.length > 1 && el('button', {type: 'button', class: 'tool', id: 'file-check-all', text: t('file.check_all'), on: {click: () => this.checkAll(good)}}),
      el('ol', {class: 'site-rows'}, sites.map((one) => this.row(one))));
    if (good.length === 1) this.pick(good[0]);
  }

  /** What the file's rows may have meant: each piece of advice once, with its button. */
  advised(advice) {
    const once = new Map(advice.map((one) => [one.remedies.join('-') || both(one.text), one]));
    return [...once.values()].map(({remedies, text}) => el('p', {class: 'advice'}, el('span', {text: both(text)}),
      remedies.length > 0 && el('button', {type: 'button', class: 'tool', id: `file-remedy-${remedies.join('-')}`,
        text: t('advice.apply', {names: joined(remedies)}), on: {click: () => this.read(remedies)}})));
  }

  row(one) {
    const name = [one.site_id, NAMES.map((key) => one.cells[key]).find((cell) => cell && cell !== one.site_id)].filter(Boolean).join(' · ');
    if (one.status === 'refused') {
      const why = sentences(one.problems.map((problem) => aside(both(problem.hint), problem.given)));
      return el('li', {class: 'fault'}, el('b', {text: name}), ` ${why}`);
    }
    const {geometry, area_m2: area, length_m: length, remarks} = one.site;
    const size = area ? hectares(area, lang) : length ? metres(length, lang) : '';
    return el('li', {id: `site-row-${one.row}`},
      el('button', {type: 'button', class: 'site-row', on: {click: () => this.pick(one)}},
        el('b', {text: name}), el('span', {text: [t(`site.${geometry.type}`), size].filter(Boolean).join(' ')})),
      el('span', {class: 'row-verdict'}),
      el('small', {class: 'quiet', text: sentences(remarks.map(both))}));
  }

  pick(one) {
    for (const item of this.list.querySelectorAll('li[aria-current]')) item.removeAttribute('aria-current');
    byId(`site-row-${one.row}`)?.setAttribute('aria-current', 'true');
    this.choose(one.site);
  }

  /** Check each site by itself with what the form says, and write its verdict beside it; another file ends it. */
  async checkAll(good) {
    const [button, mine] = [byId('file-check-all'), this.reads];
    button.disabled = true;
    this.forget();
    const terms = this.said();
    this.terms = terms;
    const asked = good.map((one) => [byId(`site-row-${one.row}`).querySelector('.row-verdict'), this.bodyOf(one.site)]);
    for (const [place, body] of asked) {
      let verdict = null;
      let told = '';
      try {
        ({verdict} = await post('/checks', body, {lang}));
        told = t(`verdict.${verdict}`);
      } catch (error) {
        told = error.message;
      }
      if (mine !== this.reads || this.terms !== terms) break;
      if (verdict) place.dataset.verdict = verdict;
      place.textContent = told;
    }
    button.disabled = false;
  }

  /** Verdicts of another activity, date or facts than the form's go: `changed()` hears of every change of it. */
  changed() {
    if (this.terms !== null && this.terms !== this.said()) this.forget();
  }

  /** What the form says beside the site. */
  said() {
    return JSON.stringify(this.bodyOf({geometry: null, crs: null}));
  }

  forget() {
    this.terms = null;
    for (const place of this.list.querySelectorAll('.row-verdict')) {
      delete place.dataset.verdict;
      place.textContent = '';
    }
  }
}
