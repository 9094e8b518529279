// The way a link takes: square turns, around the Blocks in between if that can be had with one lane beside them. Pure,
// in flow pixels. `within` tells which Blocks, as rectangles, lie in an area: all but the two that are linked.

import { field } from "./field.js";

const RADIUS = 10;
const RUN_OUT = 20; // below the outlet and above the Block, where a link leaves its column
const BESIDE = 22; // between a lane and the Blocks beside it
const NEARLY = 6; // a kink smaller than this looks like a mistake: the line is drawn straight
export const ARROW_LENGTH = 6;

/** How many Blocks a line of corners runs behind. */
function hidden(points, within) {
  let count = 0;
  for (let i = 1; i < points.length; i += 1) {
    const [[x1, y1], [x2, y2]] = [points[i - 1], points[i]];
    count += within(Math.min(x1, x2) - 1, Math.min(y1, y2) - 1, Math.max(x1, x2) + 1, Math.max(y1, y2) + 1).length;
  }
  return count;
}

/** The nearest free column for a vertical line, going to one side from `x`. */
function freeColumn(x, side, top, bottom, within) {
  let at = x;
  for (let tries = 0; tries < 30; tries += 1) {
    const inWay = within(at - BESIDE + 1, top, at + BESIDE - 1, bottom);
    if (!inWay.length) return at;
    at = side > 0 ? Math.max(...inWay.map((r) => r.right)) + BESIDE : Math.min(...inWay.map((r) => r.left)) - BESIDE;
  }
  return at;
}

const lane = (sx, sy, tx, ty, x) => [
  [sx, sy],
  [sx, sy + RUN_OUT],
  [x, sy + RUN_OUT],
  [x, ty - RUN_OUT],
  [tx, ty - RUN_OUT],
  [tx, ty],
];
const turn = (sx, sy, tx, ty, y) => [
  [sx, sy],
  [sx, y],
  [tx, y],
  [tx, ty],
];

function corners(sx, sy, tx, ty, within, half) {
  if (ty > sy + 12) {
    const gap = ty - sy;
    const heights = [sy + gap / 2, ty - Math.min(RUN_OUT, gap / 2), sy + Math.min(RUN_OUT, gap / 2)];
    const turns = heights.map((y) => turn(sx, sy, tx, ty, y));
    const free = turns.find((points) => !hidden(points, within));
    if (free || gap < 3 * RUN_OUT) return free ?? turns[0];
  }
  const [top, bottom] = [Math.min(ty, sy) - RUN_OUT, Math.max(ty, sy) + RUN_OUT];
  const up = ty <= sy + 12;
  const starts = up
    ? [[(sx + tx) / 2, Math.sign(tx - sx) || 1], [Math.max(sx, tx) + half + BESIDE, 1], [Math.min(sx, tx) - half - BESIDE, -1]]
    : [[sx, 1], [sx, -1]];
  const ends = field([box(sx, sy, half, -1), box(tx, ty, half, 1)]);
  const inWay = up ? (...area) => [...within(...area), ...ends(...area)] : within;
  const lanes = starts.map(([x, side]) => lane(sx, sy, tx, ty, freeColumn(x, side, top, bottom, inWay)));
  const detour = (points) => Math.abs(points[2][0] - sx) + Math.abs(points[2][0] - tx);
  const cost = (points) => 1000 * hidden(points, within) + detour(points);
  return lanes.reduce((best, points) => (cost(points) < cost(best) ? points : best));
}

// The card a link leaves or enters, as far as the link can know it: it must not run through it either.
const box = (x, y, half, down) => ({
  left: x - half,
  right: x + half,
  top: down > 0 ? y + 1 : y - 60,
  bottom: down > 0 ? y + 60 : y - 1,
});

function rounded(points) {
  let d = `M${points[0][0]} ${points[0][1]}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [[ax, ay], [bx, by], [cx, cy]] = [points[i - 1], points[i], points[i + 1]];
    const before = Math.hypot(bx - ax, by - ay);
    const after = Math.hypot(cx - bx, cy - by);
    const r = Math.min(RADIUS, before / 2, after / 2);
    if (!r) continue;
    const from = [bx - ((bx - ax) / before) * r, by - ((by - ay) / before) * r];
    const to = [bx + ((cx - bx) / after) * r, by + ((cy - by) / after) * r];
    d += `L${from[0]} ${from[1]}Q${bx} ${by} ${to[0]} ${to[1]}`;
  }
  return `${d}L${points.at(-1)[0]} ${points.at(-1)[1]}`;
}

/** {d, x, y, endX}: the SVG path, the place of its "+", and where the arrow stands. `width` is that of a card. */
export function route(sx, sy, tx, ty, within = () => [], width = 236) {
  const end = ty - ARROW_LENGTH + 1;
  if (Math.abs(tx - sx) < NEARLY && ty > sy && !hidden([[sx, sy], [sx, end]], within)) {
    return { d: `M${sx} ${sy}L${sx} ${end}`, x: sx, y: (sy + ty) / 2, endX: sx };
  }
  const points = corners(sx, sy, tx, end, within, width / 2);
  const at = Math.floor(points.length / 2); // the middle one of three or five lines
  const [[ax, ay], [bx, by]] = [points[at - 1], points[at]];
  return { d: rounded(points), x: (ax + bx) / 2, y: (ay + by) / 2, endX: tx };
}
