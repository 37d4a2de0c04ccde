// Where a layer says nothing in the bundle's own districts: a dotted veil under the zones, and its word in the legend.
import {get} from './api.js';
import {gap} from './legend.js';
import {GAP} from './style.js';

const TOLERANCE_M = 100; // a veil needs no fine edge

export class Coverage {
  constructor(map, renderer) {
    this.map = map;
    this.renderer = renderer;
    this.veils = new Map(); // layer id → {on, group}
  }

  /** Draw the veil of a layer on a date, once. */
  async show(layerId, on) {
    if (this.veils.get(layerId)?.on === on) return;
    this.hide(layerId);
    const veil = {on, group: null};
    this.veils.set(layerId, veil);
    const found = await get(`/layers/${encodeURIComponent(layerId)}/coverage`, {on, role: 'not_covered', tolerance_m: TOLERANCE_M})
      .catch(() => null); // the zones themselves say what failed
    if (this.veils.get(layerId) !== veil) return;
    if (found === null) this.veils.delete(layerId);
    else if (found.features.length) {
      veil.group = L.geoJSON(found, {style: {...GAP, renderer: this.renderer}}).addTo(this.map);
      gap(layerId, true);
      this.sink();
    }
  }

  hide(layerId) {
    this.veils.get(layerId)?.group?.remove();
    this.veils.delete(layerId);
    gap(layerId, false);
  }

  /** Below all zones, whatever was drawn last. */
  sink() {
    for (const {group} of this.veils.values()) group?.bringToBack();
  }
}
