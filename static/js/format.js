// Figures as people read them. Pure: tested in node against geo/words/human.py and pyproj.

const MU_PER_HECTARE = 15;

/** An area (m²) in 公顷 (4) and 亩 (2); a very small one in m² instead of 0. */
export function hectares(areaM2, lang) {
  const unit = lang === 'zh' ? '公顷' : ' ha';
  const value = areaM2 / 10000;
  if (value > 0 && value < 0.0001) return `<0.0001${unit} (${plain(areaM2, 2)} m²)`;
  const mu = (value * MU_PER_HECTARE).toFixed(2);
  return lang === 'zh' ? `${value.toFixed(4)}公顷（${mu}亩）` : `${value.toFixed(4)} ha (${mu} mu)`;
}

/** A length: metres below 10 km, kilometres above. */
export function metres(valueM, lang) {
  if (Math.abs(valueM) < 10000) return `${valueM.toFixed(1)} ${lang === 'zh' ? '米' : 'm'}`;
  return `${(valueM / 1000).toFixed(2)} ${lang === 'zh' ? '千米' : 'km'}`;
}

/** Chainage as roads are staked (桩号): K12+345.6. */
export function station(valueM) {
  const tenths = Math.floor(valueM * 10 + 0.5);
  return `K${Math.floor(tenths / 10000)}+${((tenths % 10000) / 10).toFixed(1).padStart(5, '0')}`;
}

/** Stretches of a line by their chainage; those of a further part of it name the part. */
export function stations(crossings, lang) {
  const part = (one) => (one.part > 1 ? (lang === 'zh' ? `第${one.part}段 ` : `part ${one.part} `) : '');
  const ends = (one) => [...new Set([station(one.from_m), station(one.to_m)])].join('–');
  return crossings.map((one) => part(one) + ends(one)).join(lang === 'zh' ? '、' : ', ');
}

/** A share (0–1) in per cent: never 0 for something, never 100 for less than all. */
export function percent(share) {
  const value = share * 100;
  if (value > 0 && value < 0.01) return '<0.01 %';
  if (value > 99.99 && value < 100) return '>99.99 %';
  return `${value.toFixed(2)} %`;
}

/** Degrees, minutes, seconds to 0.01″ with the hemisphere; `axis` is lon or lat. */
export function dms(degrees, axis) {
  const side = axis === 'lon' ? (degrees >= 0 ? 'E' : 'W') : degrees >= 0 ? 'N' : 'S';
  const hundredths = Math.round(Math.abs(degrees) * 360000);
  const whole = Math.floor(hundredths / 360000);
  const minutes = Math.floor((hundredths % 360000) / 6000);
  const seconds = ((hundredths % 6000) / 100).toFixed(2).padStart(5, '0');
  return `${whole}°${String(minutes).padStart(2, '0')}′${seconds}″${side}`;
}

export const decimal = (lon, lat) => `${lon.toFixed(6)}, ${lat.toFixed(6)}`;

// CGCS2000 ellipsoid; Krüger's series to the fourth order in n: below a millimetre in a 3° zone.
const A = 6378137;
const F = 1 / 298.257222101;
const N = F / (2 - F);
const RADIUS = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
  (49561 / 161280) * N ** 4,
];

/** 3° Gauss–Krüger: X north, Y east with the zone's number before it, metres, and the central meridian. */
export function gaussKrueger(lon, lat) {
  const zone = Math.floor((lon + 1.5) / 3);
  const radians = Math.PI / 180;
  const phi = lat * radians;
  const lambda = (lon - zone * 3) * radians;
  const e = Math.sqrt(F * (2 - F));
  const conformal = Math.sinh(Math.atanh(Math.sin(phi)) - e * Math.atanh(e * Math.sin(phi)));
  const xi = Math.atan2(conformal, Math.cos(lambda));
  const eta = Math.asinh(Math.sin(lambda) / Math.hypot(conformal, Math.cos(lambda)));
  let north = xi;
  let east = eta;
  ALPHA.forEach((alpha, i) => {
    const k = 2 * (i + 1);
    north += alpha * Math.sin(k * xi) * Math.cosh(k * eta);
    east += alpha * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  return {zone, meridian: zone * 3, north: RADIUS * north, east: zone * 1e6 + 500000 + RADIUS * east};
}

/** A number without needless zeros. */
export function plain(value, digits = 3) {
  return String(Number(value.toPrecision(digits)));
}

/** A coordinate as typed: decimal degrees, or degrees minutes seconds (105°50′33.00″E); NaN where it is neither. */
export function readAngle(text) {
  const tidy = text.trim().replace(/，/g, ',').replace(/[’']/g, '′').replace(/[”"]/g, '″').toUpperCase();
  if (/^[+-]?\d+(\.\d+)?$/.test(tidy)) return Number(tidy);
  const parts = /^(\d+)[°度]\s*(?:(\d+)[′分]\s*)?(?:(\d+(?:\.\d+)?)[″秒]?\s*)?([NSEW])?$/.exec(tidy);
  if (!parts) return NaN;
  const [, d, m = '0', s = '0', side = 'N'] = parts;
  if (Number(m) >= 60 || Number(s) >= 60) return NaN;
  return (Number(d) + Number(m) / 60 + Number(s) / 3600) * ('SW'.includes(side) ? -1 : 1);
}
