// How layers look. Colour never stands alone: every class has its own hatch and line, and its name in the legend.

export const GROUPS = [
  ['constraint', ['eco_redline', 'env_control_unit', 'element_zone', 'protected_area', 'scenic_area', 'world_heritage',
    'perm_farmland', 'urban_dev_boundary', 'forest_land', 'grassland', 'wetland', 'heritage', 'historic_town',
    'soil_risk_plot', 'geohazard_zone', 'karst_zone', 'steep_slope', 'slope', 'soil_loss_zone', 'eco_function_area',
    'quality_area']],
  ['water', ['drinking_water_zone', 'water_source_point', 'river_reach', 'river_shoreline', 'river_corridor',
    'river_mgmt_range', 'shoreline_zone', 'water_function_zone', 'aquatic_germplasm', 'fish_habitat', 'sand_ban', 'riparian_belt',
    'flood_storage', 'dam_protection', 'gw_zone', 'outfall', 'monitoring_section']],
  ['admin', ['admin_unit', 'township', 'built_up_area', 'industrial_park', 'livestock_ban_zone', 'fuel_ban_zone', 'noise_zone', 'air_zone',
    'receptor', 'risk_source', 'infra_strip']],
];

export const SHOWN_AT_START = ['admin_unit', 'env_control_unit', 'eco_redline', 'protected_area', 'river_reach'];

/** Bottom first; what is not named lies above these. */
export const ORDER = ['land_cover', 'admin_unit', 'env_control_unit', 'element_zone', 'river_corridor', 'eco_redline', 'scenic_area',
  'protected_area', 'livestock_ban_zone', 'industrial_park', 'drinking_water_zone', 'river_reach', 'river_shoreline'];

const s = (color, hatch = null, more = {}) => ({color, hatch, ...more});

const STYLES = {
  admin_unit: {
    '': s('#46525a', null, {fillOpacity: 0, weight: 1.6}),
    neighbour: s('#93a0a6', null, {fill: false, weight: 1, dashArray: '2 4'}),
  },
  env_control_unit: {
    1: s('#2f8f5b', null, {fillOpacity: 0.2, weight: 0.8}),
    2: s('#d08a3a', 'back', {fillOpacity: 0.14, weight: 0.8}),
    3: s('#b3a04a', 'dots', {fillOpacity: 0.1, weight: 0.8}),
  },
  eco_redline: {'': s('#c62828', 'diag', {fillOpacity: 0.03, weight: 1.4})},
  protected_area: {
    core: s('#6a2c91', 'cross', {fillOpacity: 0.12, weight: 1.6}),
    general: s('#8a5fb0', 'horiz', {fillOpacity: 0.1, weight: 1.4}),
    none: s('#8a5fb0', null, {fillOpacity: 0.1, weight: 1.4, dashArray: '4 3'}),
  },
  scenic_area: {
    core: s('#0b5f58', 'cross', {fillOpacity: 0.1, weight: 1.6}),
    level1: s('#0f766e', 'vert', {fillOpacity: 0.1, weight: 1.3}),
    level2: s('#0f766e', 'back', {fillOpacity: 0.07, weight: 1.2}),
    level3: s('#3f948d', 'dots', {fillOpacity: 0.06, weight: 1.1, dashArray: '4 3'}),
    '': s('#0f766e', 'vert', {fillOpacity: 0.08, weight: 1.2}),
  },
  drinking_water_zone: {
    1: s('#0b3c8c', 'cross', {fillOpacity: 0.28, weight: 1.6}),
    2: s('#2563b8', 'diag', {fillOpacity: 0.18, weight: 1.3}),
    quasi: s('#5b9bd5', 'dots', {fillOpacity: 0.14, weight: 1.1, dashArray: '4 3'}),
  },
  river_reach: {
    main: s('#1f5fa8', null, {fillOpacity: 0.45, weight: 3}),
    tributary: s('#2f6fb5', null, {fillOpacity: 0.45, weight: 1.6}),
    '': s('#2f6fb5', null, {fillOpacity: 0.45, weight: 1.6}),
  },
  river_shoreline: {
    main: s('#0e7490', 'horiz', {fillOpacity: 0.15, weight: 1.2}),
    tributary: s('#3aa0b5', 'horiz', {fillOpacity: 0.1, weight: 1, dashArray: '5 3'}),
  },
  river_corridor: {'': s('#4f9da6', 'dots', {fillOpacity: 0.1, weight: 1, dashArray: '3 3'})},
  industrial_park: {'': s('#6b5b95', 'vert', {fillOpacity: 0.14, weight: 1.3})},
  livestock_ban_zone: {
    ban: s('#8d4a2b', 'cross', {fillOpacity: 0.1, weight: 1.1}),
    limit: s('#b5794f', 'back', {fillOpacity: 0.08, weight: 1.1}),
  },
  steep_slope: {
    published: s('#9a3412', 'diag', {fillOpacity: 0.12, weight: 1.2}),
    dem: s('#b45309', 'dots', {fillOpacity: 0.12, weight: 0.8, dashArray: '4 3'}),
  },
  slope: {
    moderate: s('#c08a2c', 'dots', {fillOpacity: 0.12, weight: 0.6}),
    steep: s('#9a3412', 'diag', {fillOpacity: 0.2, weight: 0.8}),
  },
  land_cover: {
    forest: s('#2f7d3b', null, {fillOpacity: 0.22, weight: 0.5}),
    savanna: s('#8a9a3c', 'dots', {fillOpacity: 0.16, weight: 0.5}),
    grass: s('#a8b84a', 'vert', {fillOpacity: 0.16, weight: 0.5}),
    wetland: s('#3f8f8f', 'horiz', {fillOpacity: 0.2, weight: 0.5}),
    crop: s('#c9a227', 'back', {fillOpacity: 0.16, weight: 0.5}),
    built: s('#b0413e', 'cross', {fillOpacity: 0.22, weight: 0.5}),
    bare: s('#9a8f80', 'diag', {fillOpacity: 0.16, weight: 0.5}),
    water: s('#2563b8', 'horiz', {fillOpacity: 0.26, weight: 0.5}),
  },
};

/** Where a layer has no data: its silence there says nothing. */
export const GAP = {color: '#4b5563', hatch: 'dots', weight: 1, opacity: 0.7, dashArray: '1 5', fill: true, fillColor: '#6b7280', fillOpacity: 0.1, interactive: false};

const SPARE = ['#7c6a0a', '#9c3d6b', '#356b8c', '#5d7a2c', '#84502f', '#4b4e9e', '#2d7f7f', '#8a3b3b'];
const SPARE_HATCH = [null, 'diag', 'back', 'dots', 'horiz', 'vert', 'cross'];

/** The look of one class of a layer, as Leaflet path options with `hatch`. */
export function styleOf(layer, zoneClass) {
  const known = STYLES[layer.id];
  const key = zoneClass ?? '';
  const named = known?.[key] ?? known?.[''];
  if (named) return withDefaults(named, layer.style);
  const seat = layer.classes.findIndex((one) => one.zone_class === zoneClass);
  const at = [...layer.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return withDefaults(s(SPARE[(at + Math.max(seat, 0)) % SPARE.length], SPARE_HATCH[(seat + 1) % SPARE_HATCH.length]), layer.style);
}

function withDefaults(look, own = {}) {
  const color = /^#[0-9a-f]{6}$/i.test(own?.color ?? '') ? own.color : look.color;
  return {weight: 1.2, opacity: 0.95, fill: true, fillOpacity: 0.12, ...look, color, fillColor: color};
}
