// A canvas renderer that fills with lines and dots, so that colour alone does not carry a class.

const SIZE = 9;
const HALF = SIZE / 2;
const STROKES = {
  diag: [[[0, SIZE], [SIZE, 0]], [[-2, 2], [2, -2]], [[SIZE - 2, SIZE + 2], [SIZE + 2, SIZE - 2]]],
  back: [[[0, 0], [SIZE, SIZE]], [[-2, SIZE - 2], [2, SIZE + 2]], [[SIZE - 2, -2], [SIZE + 2, 2]]],
  horiz: [[[0, HALF], [SIZE, HALF]]],
  vert: [[[HALF, 0], [HALF, SIZE]]],
};
STROKES.cross = [...STROKES.diag, ...STROKES.back];

const tiles = new Map();

/** A small canvas that repeats to the hatch. */
export function hatchTile(hatch, color) {
  const key = `${hatch} ${color}`;
  if (!tiles.has(key)) {
    const tile = document.createElement('canvas');
    tile.width = SIZE;
    tile.height = SIZE;
    const ctx = tile.getContext('2d');
    ctx.strokeStyle = color;
    ctx.fillStyle = color;
    ctx.lineWidth = 0.8;
    if (hatch === 'dots') {
      ctx.beginPath();
      ctx.arc(HALF, HALF, 0.9, 0, Math.PI * 2);
      ctx.fill();
    }
    for (const [from, to] of STROKES[hatch] ?? []) {
      ctx.beginPath();
      ctx.moveTo(...from);
      ctx.lineTo(...to);
      ctx.stroke();
    }
    tiles.set(key, tile);
  }
  return tiles.get(key);
}

export const HatchCanvas = L.Canvas.extend({
  _fillStroke(ctx, layer) {
    const {fill, hatch, color, fillRule} = layer.options;
    if (fill && hatch) {
      ctx.globalAlpha = 0.8;
      ctx.fillStyle = ctx.createPattern(hatchTile(hatch, color), 'repeat');
      ctx.fill(fillRule || 'evenodd');
    }
    L.Canvas.prototype._fillStroke.call(this, ctx, layer);
  },
});

/** The legend's swatch of a look: an area, or a line for layers of lines. */
export function swatch(look, line) {
  const canvas = document.createElement('canvas');
  const [width, height] = [28, 16];
  const scale = Math.min(window.devicePixelRatio || 1, 3);
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.className = 'swatch';
  canvas.setAttribute('aria-hidden', 'true');
  const ctx = canvas.getContext('2d');
  ctx.scale(scale, scale);
  ctx.beginPath();
  if (line) {
    ctx.moveTo(1, height / 2);
    ctx.lineTo(width - 1, height / 2);
  } else ctx.rect(1.5, 1.5, width - 3, height - 3);
  if (!line && look.fill) {
    ctx.globalAlpha = look.fillOpacity;
    ctx.fillStyle = look.fillColor;
    ctx.fill();
    if (look.hatch) {
      ctx.globalAlpha = 0.75;
      ctx.fillStyle = ctx.createPattern(hatchTile(look.hatch, look.color), 'repeat');
      ctx.fill();
    }
  }
  ctx.globalAlpha = look.opacity;
  ctx.strokeStyle = look.color;
  ctx.lineWidth = line ? look.weight + 0.6 : look.weight;
  if (look.dashArray) ctx.setLineDash(look.dashArray.split(' ').map(Number));
  ctx.stroke();
  return canvas;
}
