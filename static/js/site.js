// Where: a click, typed coordinates, or a drawn shape. The site is GeoJSON in the CRS it was given in.
import {byId, el, fill} from './dom.js';
import {decimal, dms, gaussKrueger, hectares, metres, readAngle} from './format.js';
import {both, joined, lang, t} from './i18n.js';

const CRS = [['EPSG:4490', 'CGCS2000'], ['EPSG:4326', 'WGS84'], ['GCJ-02', 'GCJ-02'], ['BD-09', 'BD-09'],
  ['西安80', 'site.crs.xian80'], ['北京54', 'site.crs.beijing54'], ['unknown', 'site.crs.unknown']];
const OLD = new Set(['西安80', '北京54']); // no public parameters: taken at 100 m, as their option says
const OLD_ACCURACY_M = 100;
const WORST_ACCURACY_M = 100000;
const DRAWN = {color: '#111827', weight: 2.4, fillColor: '#ffd54a', fillOpacity: 0.28, interactive: false};

export class SiteStep {
  constructor(map, onChange) {
    this.map = map;
    this.onChange = onChange;
    this.site = null;
    this.edited = false; // the fields hold another place than the site's
    map.createPane('site').style.zIndex = 640;
    this.group = L.featureGroup().addTo(map);
    map.on('click', (event) => {
      if (!map.pm.globalDrawModeEnabled()) this.choosePoint(event.latlng.lng, event.latlng.lat);
    });
    map.on('pm:create', ({layer}) => this.drawn(layer));
    map.on('pm:drawend', () => this.showDrawing(null));
  }

  /** The step's part of the form. */
  node() {
    const field = (id, label) => el('label', {class: 'field', for: id}, el('span', {text: t(label)}),
      el('input', {id, type: 'text', inputmode: 'decimal', spellcheck: 'false', 'aria-describedby': 'site-error'}));
    const press = (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      if (event.target.id === 'accuracy' && this.site && !this.edited) this.declare();
      else this.typed();
    };
    const accuracy = field('accuracy', 'site.accuracy_m');
    accuracy.lastChild.placeholder = t('site.accuracy_blank');
    accuracy.lastChild.addEventListener('change', () => this.site && !this.edited && this.declare());
    const edit = (event) => { this.edited ||= event.target.id !== 'accuracy'; };
    const typed = el('div', {class: 'typed', on: {keydown: press, input: edit}}, field('lon', 'site.lon'), field('lat', 'site.lat'),
      el('label', {class: 'field', for: 'crs'}, el('span', {text: t('site.crs')}),
        el('select', {id: 'crs'}, CRS.map(([value, name]) => el('option', {value, text: name.startsWith('site.') ? t(name) : name})))),
      accuracy, el('button', {type: 'button', id: 'site-go', text: t('site.go'), on: {click: () => this.typed()}}));
    const tool = (id, key, act) => el('button', {type: 'button', class: 'tool', id, text: t(key), on: {click: act}});
    return el('fieldset', {class: 'step'}, el('legend', {text: t('site.title')}),
      el('p', {class: 'quiet', text: t('site.hint')}), typed,
      el('p', {class: 'fault', id: 'site-error', role: 'alert'}),
      el('div', {id: 'site-advice', role: 'status'}),
      el('div', {class: 'tools'}, tool('draw-polygon', 'site.draw_polygon', () => this.draw('Polygon')),
        tool('draw-line', 'site.draw_line', () => this.draw('Line')), tool('site-clear', 'site.clear', () => this.clear())),
      el('div', {id: 'site-files', class: 'files'}),
      el('div', {id: 'drawing', class: 'drawing', hidden: true}),
      el('div', {id: 'site-summary', class: 'summary', 'aria-live': 'polite'}, el('p', {class: 'quiet', text: t('site.none')})));
  }

  typed() {
    const text = byId('lon').value;
    const pair = /^\s*([^,，;；\s]+)\s*[,，;；\s]\s*([^,，;；\s]+)\s*$/.exec(text); // "lon, lat" pasted into one field
    if (pair) [byId('lon').value, byId('lat').value] = [pair[1], pair[2]];
    const halves = [byId('lon').value.trim(), byId('lat').value.trim()];
    const wrong = !/\d/.test(halves[0]) ? 'lon' : halves[1] && !/\d/.test(halves[1]) ? 'lat' : this.accuracy() === undefined ? 'accuracy' : null;
    this.refuse(wrong ? t(`site.bad_${wrong}`) : '');
    if (wrong) byId(wrong).focus();
    else this.chooseTyped(halves, byId('crs').value, pair !== null);
  }

  /** Metres in the field of accuracy; null where it is blank, undefined where it holds no such number. */
  accuracy() {
    const text = byId('accuracy').value.normalize('NFKC').trim();
    if (text === '') return null;
    const metres = Number(text);
    return metres >= 0 && metres <= WORST_ACCURACY_M ? metres : undefined;
  }

  /** Another accuracy for the site that there is, however it came. */
  declare() {
    const accuracy = this.accuracy();
    this.refuse(accuracy === undefined ? t('site.bad_accuracy') : '');
    if (accuracy === undefined || accuracy === this.site.declared) return;
    this.site = {...this.site, declared: accuracy, accuracy_m: accuracy ?? leastOf(this.site.crs)};
    this.onChange(this.site);
  }

  /** Degrees in their own fields are a point; any other spelling, and the order of a pasted pair, the service reads. */
  chooseTyped(halves, crs, pasted) {
    const [lon, lat] = halves.map(readAngle);
    const declared = this.accuracy();
    const sure = {declared, accuracy_m: declared ?? leastOf(crs)};
    const degrees = Math.abs(lon) <= 360 && Math.abs(lat) <= 360 && !(pasted && Math.abs(lat) > 90);
    if (degrees) this.set({type: 'Point', coordinates: [lon, lat]}, crs, true, sure);
    else this.set(halves.filter(Boolean).join('; '), crs === 'EPSG:4490' ? 'CGCS2000' : crs, true, sure);
  }

  refuse(text) {
    byId('site-error').textContent = text;
  }

  /** A place clicked on the map. */
  choosePoint(lon, lat) {
    const [x, y] = [Number(lon.toFixed(6)), Number(lat.toFixed(6))];
    [byId('lon').value, byId('lat').value, byId('crs').value] = [String(x), String(y), 'EPSG:4490'];
    this.set({type: 'Point', coordinates: [x, y]}, 'EPSG:4490', false);
  }

  draw(shape) {
    this.map.pm.enableDraw(shape, {
      snappable: false, tooltips: false, finishOn: null, templineStyle: {color: '#111827'}, hintlineStyle: {color: '#111827', dashArray: [5, 5]},
      pathOptions: DRAWN,
    });
    this.showDrawing(shape);
  }

  showDrawing(shape) {
    const node = byId('drawing');
    node.hidden = shape === null;
    if (shape === null) return;
    fill(node, el('p', {text: t('site.drawing')}),
      el('button', {type: 'button', class: 'tool', id: 'draw-finish', text: t('site.finish'), on: {click: () => this.map.pm.Draw[shape]._finishShape()}}),
      el('button', {type: 'button', class: 'tool', text: t('site.cancel'), on: {click: () => this.map.pm.disableDraw()}}));
  }

  drawn(layer) {
    const {geometry} = layer.toGeoJSON(7);
    layer.remove();
    this.map.pm.disableDraw();
    this.refuse('');
    this.set(geometry, 'EPSG:4490', false);
  }

  clear() {
    this.map.pm.disableDraw();
    this.group.clearLayers();
    this.site = null;
    this.refuse('');
    this.advise([]);
    byId('accuracy').value = '';
    fill(byId('site-summary'), el('p', {class: 'quiet', text: t('site.none')}));
    this.onChange(null);
  }

  /** A site of a file, where the service put it. */
  chosen({geometry, crs, accuracy_m: accuracy, remarks}) {
    this.refuse('');
    this.set(geometry, crs, true, {declared: accuracy, accuracy_m: accuracy, told: remarks});
  }

  set(geometry, crs, look, read = {}) {
    this.site = {geometry, crs, look, declared: null, accuracy_m: null, told: [], ...read, remedies: []};
    byId('accuracy').value = this.site.declared ?? '';
    this.edited = false;
    this.advise([]);
    if (geometry.type && (crs === 'EPSG:4490' || crs === 'EPSG:4326')) this.show({geometry});
    this.onChange(this.site);
  }

  /** What the coordinates may have meant, each with its button; and what was asked for so far, with the way back. */
  advise(advice, applied = []) {
    fill(byId('site-advice'),
      applied.length > 0 && el('p', {class: 'advice advice-applied'}, el('span', {text: t('advice.applied', {names: joined(applied)})}),
        el('button', {type: 'button', class: 'tool', id: 'remedy-undo', text: t('advice.undo'), on: {click: () => this.treat([])}})),
      advice.map(({remedies, text}) => el('p', {class: 'advice'}, el('span', {text: both(text)}),
        remedies.length > 0 && el('button', {type: 'button', class: 'tool', id: `remedy-${remedies.join('-')}`,
          text: t('advice.apply', {names: joined(remedies)}), on: {click: () => this.treat(remedies)}}))));
  }

  /** Have the service read the site by these remedies, or as it was given. */
  treat(remedies) {
    this.site = {...this.site, remedies, look: remedies.length > 0};
    this.refuse('');
    this.advise([]);
    this.onChange(this.site);
  }

  /** Draw and describe the site where the service says it came to lie. */
  placed(placed) {
    this.show(placed);
    this.advise(placed.advice, placed.remedies);
    if (this.site?.look) {
      this.site.look = false;
      this.lookAt();
    }
  }

  lookAt() {
    const bounds = this.group.getBounds();
    if (bounds.isValid()) this.map.fitBounds(bounds, {maxZoom: Math.max(this.map.getZoom(), 13), padding: [60, 60]});
  }

  show({geometry, area_m2: area, length_m: length, accuracy_m: accuracy, remarks}) {
    this.group.clearLayers();
    L.geoJSON(geometry, {
      pane: 'site', style: DRAWN, interactive: false,
      pointToLayer: (_, place) => L.circleMarker(place, {...DRAWN, pane: 'site', radius: 7, fillOpacity: 0.95}),
    }).addTo(this.group);
    const sure = accuracy === undefined ? '' : ` · ${t('site.accuracy', {metres: accuracy})}`;
    const rows = [[t(`site.${geometry.type}`), this.measure(geometry, area, length) + sure]];
    if (geometry.type === 'Point') rows.push(...notations(...geometry.coordinates));
    fill(byId('site-summary'), el('dl', {class: 'pairs'}, rows.map(([name, value]) => [el('dt', {text: name}), el('dd', {text: value})])),
      [...new Set([...(this.site?.told ?? []), ...(remarks ?? [])].map(both))].map((text) => el('p', {class: 'quiet', text})));
  }

  measure(geometry, area, length) {
    if (geometry.type === 'Point') return decimal(...geometry.coordinates);
    const told = area ? hectares(area, lang) : length ? metres(length, lang) : '';
    const count = geometry.coordinates.flat(Infinity).length / 2 - (geometry.type === 'Polygon' ? geometry.coordinates.length : 0);
    return [told, t('site.vertices', {n: count})].filter(Boolean).join(' · ');
  }
}

/** Metres that a reference system is taken at where none are given; null where the service has a number of its own. */
function leastOf(crs) {
  return OLD.has(crs) ? OLD_ACCURACY_M : null;
}

/** A place in the other notations that staff use. */
function notations(lon, lat) {
  const {north, east, meridian, zone} = gaussKrueger(lon, lat);
  const known = zone >= 25 && zone <= 45; // the 3° zones of China
  return [[t('site.dms'), `${dms(lon, 'lon')} ${dms(lat, 'lat')}`],
    ...(known ? [[t('site.gauss'), `X ${north.toFixed(2)} · Y ${east.toFixed(2)} · ${t('site.meridian', {meridian})}`]] : [])];
}
