// The page's start: map, legend, form and result put together.
import {get, post} from './api.js';
import {byId, el, fill} from './dom.js';
import {draftSection} from './drafts.js';
import {exportButtons} from './exports.js';
import {SiteFiles} from './files.js';
import {Form} from './form.js';
import {aside, both, data, lang, t, told} from './i18n.js';
import {drawLegend, startShown} from './legend.js';
import {drawResult} from './result.js';
import {SiteStep} from './site.js';
import {Zones} from './zones.js';

const map = window[data.map];
const HIT = {color: '#111827', weight: 1.8, fill: false, interactive: false};
const HALO = {...HIT, color: '#ffffff', weight: 5, opacity: 0.85};
const state = {layers: [], activities: new Map(), answer: null};

const zones = new Zones(map);
const hits = L.featureGroup().addTo(map);
const siteStep = new SiteStep(map, (site) => form.setSite(site));
const form = new Form(byId('form'), siteStep, {onDate: drawLayers, onStale: changed, onCheck: check});
let [files, changes] = [null, 0];

function home() {
  const [west, south, east, north] = data.bounds;
  map.fitBounds([[south, west], [north, east]], {padding: [28, 28]});
}

function dressMap() {
  map.pm.setLang(lang);
  L.control.zoom({position: 'topright', zoomInTitle: t('map.zoom_in'), zoomOutTitle: t('map.zoom_out')}).addTo(map);
  L.control.scale({position: 'bottomleft', imperial: false, maxWidth: 140}).addTo(map);
  map.createPane('hits').style.zIndex = 630;
  home();
  const select = byId('places');
  if (!data.places.length) return;
  select.append(el('option', {value: '', text: `${t('map.place')}…`}), el('option', {value: 'home', text: t('map.home')}),
    ...data.places.map((place, i) => el('option', {value: i, text: place.name})));
  select.parentElement.hidden = false;
  select.addEventListener('change', () => {
    if (select.value === 'home') home();
    else if (select.value) {
      const [west, south, east, north] = data.places[select.value].bounds;
      map.fitBounds([[south, west], [north, east]], {padding: [10, 10]});
    }
    select.value = '';
  });
}

async function drawLayers(on) {
  const answer = await get('/layers', {on});
  const first = state.layers.length === 0;
  state.layers = answer.layers;
  form.drafts.draw(answer.layers);
  const shown = first ? startShown(answer) : new Set(zones.shown.keys());
  drawLegend(byId('legend'), answer, shown, (layer, is) => zones.toggle(layer, is));
  if (first) {
    zones.on = on;
    await Promise.all(answer.layers.filter((layer) => shown.has(layer.id)).map((layer) => zones.toggle(layer, true)));
  } else await zones.setDate(on, answer.layers);
}

const titles = {
  layer: (id) => both(state.layers.find((one) => one.id === id)?.title) || id,
  zoneClass: (id, zoneClass) => {
    const layer = state.layers.find((one) => one.id === id);
    const title = both(layer?.classes.find((one) => one.zone_class === zoneClass)?.title) || zoneClass || '';
    return title === both(layer?.title) ? '' : title;
  },
  activity: (id) => (id ? both(state.activities.get(id)?.title) || id : ''),
  fact: (id) => both(form.facts.get(id)?.title) || id,
  usedFact: (used) => form.factText(used),
};

function changed() {
  changes += 1;
  files?.changed();
  markStale();
}

function markStale() {
  hits.clearLayers();
  if (byId('result').hidden) return;
  byId('result').classList.add('stale');
  fill(byId('status'), el('p', {class: 'notice', text: t('result.stale')}));
}

async function check(body) {
  const [button, status, before] = [byId('check'), byId('status'), changes];
  button.disabled = true;
  fill(status, el('p', {class: 'quiet', text: t('form.checking')}));
  try {
    state.answer = await post('/checks', body, {lang});
    byId('result').classList.remove('stale');
    drawResult(byId('result'), state.answer, titles, showZone);
    byId('verdict').after(draftSection(state.answer, titles));
    byId('result').querySelector('.evidence').before(exportButtons(body, state.answer, problems));
    fill(status, el('p', {class: 'unseen', text: told(t('result.title'), t(`verdict.${state.answer.verdict}`))}));
    showResult();
    if (changes === before) await drawHits(state.answer, before);
    else markStale(); // the form went on while the answer was on its way
  } catch (error) {
    fill(status, problems(error));
  } finally {
    button.disabled = !form.site;
  }
}

/** Bring the verdict to the top of the panel, or of the page where the panel is part of it (phones). */
function showResult() {
  const [panel, verdict] = [byId('panel'), byId('verdict')];
  if (panel.scrollHeight > panel.clientHeight + 1) panel.scrollTo({top: verdict.offsetTop - panel.offsetTop - 12, behavior: 'smooth'});
  else verdict.scrollIntoView({behavior: 'smooth', block: 'start'});
}

function problems(error) {
  const listed = error.problem?.problems ?? [];
  return el('div', {class: 'fault', role: 'alert'}, el('p', {text: error.problem?.title ?? error.message}),
    el('ul', {}, listed.map((one) => el('li', {text: told(one.where, aside(one.hint, one.given))}))),
    !listed.length && el('p', {text: error.message}),
    error.problem?.status >= 500 && error.problem.request_id && el('p', {class: 'quiet', text: t('error.id', {id: error.problem.request_id})}));
}

/** Outline on the map the zones that the findings rest on. */
async function drawHits(answer, before) {
  hits.clearLayers();
  const met = new Map();
  for (const part of answer.parts) {
    for (const finding of [...part.findings, ...part.duties]) {
      for (const hit of finding.hits) if (hit.layer !== 'admin_unit') met.set(`${hit.layer} ${hit.zone_id}`, hit);
    }
  }
  const byLayer = new Map();
  for (const hit of met.values()) byLayer.set(hit.layer, [...(byLayer.get(hit.layer) ?? []), hit.zone_id]);
  await Promise.all([...byLayer].map(([layer, ids]) => addHits(layer, ids, before)));
}

async function addHits(layerId, ids, before) {
  const layer = state.layers.find((one) => one.id === layerId);
  if (!layer || layer.restricted) return; // coarse shapes of restricted layers carry no ids to outline
  const found = await get(`/layers/${encodeURIComponent(layerId)}/zones`, {
    zone_id: ids.join(','), on: form.on(), attributes: false, tolerance_m: zones.tolerance(),
  });
  if (changes !== before) return;
  L.geoJSON(found, {pane: 'hits', style: HALO, pointToLayer: (_, place) => L.circleMarker(place, {...HALO, pane: 'hits', radius: 9})})
    .eachLayer((shape) => hits.addLayer(shape));
  L.geoJSON(found, {
    pane: 'hits', style: HIT,
    pointToLayer: (_, place) => L.circleMarker(place, {...HIT, pane: 'hits', radius: 9}),
    onEachFeature: (feature, shape) => { shape.zoneKey = `${layerId} ${feature.properties.zone_id}`; },
  }).eachLayer((shape) => hits.addLayer(shape));
}

function showZone(hit) {
  const shape = hits.getLayers().find((one) => one.zoneKey === `${hit.layer} ${hit.zone_id}`);
  if (!shape) return;
  map.fitBounds(shape.getBounds ? shape.getBounds() : shape.getLatLng().toBounds(500), {padding: [40, 40], maxZoom: 15});
  hits.eachLayer((one) => one.zoneKey && one.setStyle({color: one === shape ? '#d9480f' : HIT.color, weight: one === shape ? 3 : HIT.weight}));
}

async function start() {
  dressMap();
  await form.draw();
  files = new SiteFiles(byId('site-files'), {choose: (site) => siteStep.chosen(site), bodyOf: (site) => form.bodyOf(site)});
  const [{activities}] = await Promise.all([get('/activities'), drawLayers(data.today)]);
  state.activities = new Map(activities.map((one) => [one.id, one]));
  document.body.dataset.ready = 'true';
}

/** On paper nothing is folded away. */
addEventListener('beforeprint', () => document.querySelectorAll('#result details:not([open])').forEach((one) => {
  one.dataset.folded = '';
  one.open = true;
}));
addEventListener('afterprint', () => document.querySelectorAll('#result details[data-folded]').forEach((one) => {
  delete one.dataset.folded;
  one.open = false;
}));

start().catch((error) => fill(byId('status'), problems(error)));
