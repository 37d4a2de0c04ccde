// Zones on the map: fetched for the view when switched on, simplified to less than a pixel, drawn on one canvas.
import {get} from './api.js';
import {Coverage} from './coverage.js';
import {el, settled} from './dom.js';
import {HatchCanvas} from './hatch.js';
import {both, data, t} from './i18n.js';
import {note} from './legend.js';
import {ORDER, styleOf} from './style.js';

const PAD = 0.25; // of the view, so that a small move needs no new fetch
const BESIDE = [[0, 0], [0, -0.5], [0, 0.5], [0, -1], [0, 1], [-0.5, 0], [0.5, 0], [-0.5, -1], [0.5, -1], [-0.5, 1], [0.5, 1], [-1, 0], [1, 0],
  [0, -2], [0, 2]]; // where a name may stand, in its own widths and heights from the middle of its district

export class Zones {
  constructor(map) {
    this.map = map;
    this.on = null;
    this.shown = new Map(); // layer id → {layer, group, box, zoom, abort}
    map.createPane('zones').style.zIndex = 350;
    Object.assign(map.createPane('labels').style, {zIndex: 620, pointerEvents: 'none'});
    this.renderer = new HatchCanvas({pane: 'zones', padding: 0.2});
    this.coverage = new Coverage(map, this.renderer);
    map.on('moveend', settled(() => this.refresh(), 120));
  }

  /** Show or hide a layer. */
  async toggle(layer, shown) {
    const old = this.shown.get(layer.id);
    if (shown && !old) {
      this.shown.set(layer.id, {layer, group: null, box: null, zoom: null, abort: null});
      await this.load(layer.id);
    } else if (!shown && old) {
      old.abort?.abort();
      old.group?.remove();
      this.shown.delete(layer.id);
      this.coverage.hide(layer.id);
      note(layer.id, '');
    }
  }

  refresh() {
    return Promise.all([...this.shown.keys()].map((id) => this.load(id)));
  }

  /** Fetch what the view needs of a layer, unless it is there. */
  async load(id) {
    const entry = this.shown.get(id);
    const view = this.map.getBounds();
    const zoom = this.map.getZoom();
    if (!entry || (entry.box?.contains(view) && entry.zoom === zoom)) return;
    entry.abort?.abort();
    if (!entry.layer.edition) { // nothing of it on the date that is looked at
      entry.group?.remove();
      entry.group = null;
      this.coverage.hide(id);
      note(id, t('state.no_edition'));
      return;
    }
    this.coverage.show(id, this.on);
    entry.abort = new AbortController();
    const box = view.pad(PAD);
    entry.box = box;
    entry.zoom = zoom;
    const bbox = [Math.max(box.getWest(), -180), Math.max(box.getSouth(), -85), Math.min(box.getEast(), 180),
      Math.min(box.getNorth(), 85)].map((value) => value.toFixed(5)).join(',');
    try {
      const found = await get(`/layers/${encodeURIComponent(id)}/zones`, {
        bbox, on: this.on, attributes: false, tolerance_m: this.tolerance(), generalised: entry.layer.restricted || undefined,
      }, entry.abort.signal);
      if (this.shown.get(id) === entry) this.draw(entry, found);
    } catch (error) {
      if (error.name === 'AbortError') return;
      entry.box = null;
      note(id, `${t('layers.failed_to_load')}：${error.message}`);
    }
  }

  /** Metres of half a pixel in the middle of the view. */
  tolerance() {
    const lat = this.map.getCenter().lat * (Math.PI / 180);
    return Math.round(78271.5 * Math.cos(lat) / 2 ** this.map.getZoom() * 10) / 10;
  }

  draw(entry, found) {
    const {layer} = entry;
    const isOwn = (id) => data.places.some((place) => place.id === id);
    const look = ({zone_id: id, zone_class: own}) => styleOf(layer, layer.id === 'admin_unit' && !isOwn(id) ? 'neighbour' : own);
    const group = L.geoJSON(found, {
      style: (feature) => ({
        renderer: this.renderer, ...look(feature.properties),
        ...(feature.geometry.type.endsWith('LineString') ? {fill: false} : {}),
      }),
      pointToLayer: (feature, place) => L.circleMarker(place, {renderer: this.renderer, radius: 5}),
      onEachFeature: (feature, shape) => shape.bindTooltip(() => tooltip(layer, feature), {sticky: true, opacity: 0.95}),
    });
    const names = layer.id === 'admin_unit' ? this.names(group, isOwn) : [];
    names.forEach((name) => group.addLayer(name));
    entry.group?.remove();
    entry.group = group.addTo(this.map);
    this.settle(names, group);
    this.stack();
    const {numberMatched: total, numberReturned: drawn} = found;
    note(layer.id, drawn < total ? t('layers.more', {shown: drawn, total}) : '');
  }

  /** Names of districts, our own first; of the neighbours only near by. */
  names(group, isOwn) {
    const named = group.getLayers().map((shape) => [isOwn(shape.feature.properties.zone_id), shape])
      .filter(([own, shape]) => shape.feature.properties.name && (own || this.map.getZoom() >= 9));
    return [...named.filter(([own]) => own), ...named.filter(([own]) => !own)].map(([own, shape]) => L.tooltip({
      permanent: true, direction: 'center', className: `place ${own ? 'place-own' : ''}`, pane: 'labels',
    }).setLatLng(shape.getBounds().getCenter()).setContent(el('span', {text: shape.feature.properties.name})));
  }

  /** Move names that would cover others a little; those of neighbours go where there is no room. */
  settle(names, group) {
    const taken = [];
    for (const name of names) {
      const node = name.getElement();
      const [wide, high] = [node.offsetWidth, node.offsetHeight];
      const middle = this.map.latLngToLayerPoint(name.getLatLng());
      const free = BESIDE.map(([x, y]) => middle.add([x * wide, y * high])).find((at) => taken.every((other) => (
        Math.abs(at.x - other.at.x) >= (wide + other.wide) / 2 || Math.abs(at.y - other.at.y) >= (high + other.high) / 2)));
      if (!free && !node.classList.contains('place-own')) {
        group.removeLayer(name);
        continue;
      }
      const at = free ?? middle;
      taken.push({at, wide, high});
      if (at !== middle) name.setLatLng(this.map.layerPointToLatLng(at));
    }
  }

  /** Keep the drawing order whatever was switched on last. */
  stack() {
    const rank = (id) => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length);
    [...this.shown.keys()].sort((a, b) => rank(a) - rank(b)).forEach((id) => this.shown.get(id).group?.eachLayer((shape) => shape instanceof L.Path && shape.bringToFront()));
    this.coverage.sink();
  }

  /** Look at another date: drop everything drawn and ask anew. */
  async setDate(on, layers) {
    if (this.on === on) return;
    this.on = on;
    for (const layer of layers) {
      const entry = this.shown.get(layer.id);
      if (!entry) continue;
      entry.layer = layer;
      entry.box = null;
    }
    await this.refresh();
  }
}

function tooltip(layer, {properties}) {
  const title = layer.classes.find((one) => one.zone_class === properties.zone_class && both(one.title) !== both(layer.title));
  return el('div', {class: 'tip'},
    el('b', {text: properties.name || properties.zone_id || t('state.restricted')}),
    el('span', {text: [both(layer.title), title && both(title.title)].filter(Boolean).join(' · ')}),
    (properties.provisional || properties.zone_derived) && el('span', {text: [properties.provisional && t('state.provisional'),
      properties.zone_derived && t('finding.derived')].filter(Boolean).join(' · ')}));
}
