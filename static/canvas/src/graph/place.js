// Where a Block goes that was added without being dragged there, and what has to make room for it. Pure.
import { COLUMN, BLOCK_WIDTH, GAP_X, TAG_BOTTOM, fan } from "./fan.js";
import { blockOf, linkOf, move } from "./model.js";

export const GRID = 10;
export const GAP_Y = 40; // between a Block and the next one: room for the "+" and the arrow
export const USUAL_HEIGHT = 100; // until a card has been measured
export const NOTE = { width: 190, height: 80 };
const ONE_ROW = 60; // a card no taller than this has its numbers in its row and does not grow

const onGrid = (value) => Math.round(value / GRID) * GRID;
export const snap = (at) => ({ x: onGrid(at.x), y: onGrid(at.y) });

const offsetsOf = (flow, block, traits, also) => {
  const { outlets } = traits(block);
  const ids = outlets.map((one) => one.id);
  const linked = new Set(flow.links.filter((one) => one.from === block.id).map((one) => one.outlet));
  if (also) linked.add(also);
  return { ids, offsets: ids.length > 1 ? fan(outlets, linked) : [0], linked };
};

/**
 * Height of a card with its outcome tags. A card is taken as tall as it is with numbers: those come when the Flow is
 * published, and a strip of one line at any time, without hiding the "+" or the tags between it and the Block below.
 */
export function tall(block, traits, height) {
  const own = height(block.id);
  const grown = own > ONE_ROW ? Math.max(own, USUAL_HEIGHT) : own;
  return traits(block).outlets.length > 1 ? Math.max(own, USUAL_HEIGHT) + TAG_BOTTOM : grown;
}

/** From the top of a Block to the top of the Block below it. */
export const stride = (block, traits, height) => Math.ceil((tall(block, traits, height) + GAP_Y) / GRID) * GRID;

/** The place under an outlet of a Block. */
export function under(flow, from, outlet, traits, height) {
  const block = blockOf(flow, from);
  const { ids, offsets } = offsetsOf(flow, block, traits, outlet);
  return {
    x: block.position.x + (offsets[ids.indexOf(outlet)] ?? 0),
    y: block.position.y + stride(block, traits, height),
  };
}

/** Everything that can be reached from a Block and lies at its height or below: what hangs from it. */
export function hangingFrom(flow, id, except) {
  const top = blockOf(flow, id)?.position.y ?? 0;
  const found = new Set();
  const stack = [id];
  while (stack.length) {
    const here = stack.pop();
    const block = blockOf(flow, here);
    if (!block || found.has(here) || here === except || block.position.y < top) continue;
    found.add(here);
    for (const one of flow.links) if (one.from === here) stack.push(one.to);
  }
  return found;
}

const shift = (flow, ids, dx, dy) =>
  move(
    flow,
    new Map([...ids].map((id) => [id, blockOf(flow, id).position]).map(([id, at]) => [id, { x: at.x + dx, y: at.y + dy }])),
  );

/** After a Block was put on a link: what comes after it moves down if it would be covered. `flow` has the Block. */
export function makeRoomBelow(flow, id, traits, height) {
  const block = blockOf(flow, id);
  const [onward] = flow.links.filter((one) => one.from === id);
  const next = onward && blockOf(flow, onward.to);
  if (!next || next.position.y < block.position.y) return flow;
  const need = block.position.y + stride(block, traits, height) - next.position.y;
  return need > 0 ? shift(flow, hangingFrom(flow, next.id, id), 0, need) : flow;
}

/** A place between the ends of a link. */
export function onLink(flow, id, traits, height) {
  const one = linkOf(flow, id);
  const source = blockOf(flow, one.from);
  const target = blockOf(flow, one.to);
  const at = under(flow, one.from, one.outlet, traits, height);
  const upward = target.position.y <= source.position.y;
  return upward ? at : { x: target.position.x, y: Math.min(at.y, target.position.y) };
}

/**
 * A split's tags spread when one more of its outlets leads somewhere. Blocks that stood right under their tag move
 * with it, with all that hangs from them, so that the new Block finds room beside them.
 */
export function spreadSiblings(before, after, from, traits) {
  const old = offsetsOf(before, blockOf(before, from), traits);
  const now = offsetsOf(after, blockOf(after, from), traits);
  const parent = blockOf(after, from);
  let next = after;
  for (const [i, outlet] of now.ids.entries()) {
    const one = before.links.find((l) => l.from === from && l.outlet === outlet);
    const child = one && blockOf(next, one.to);
    if (!child || now.offsets[i] === old.offsets[i] || child.position.y <= parent.position.y) continue;
    if (Math.abs(child.position.x - (parent.position.x + old.offsets[i])) > 2 * GRID) continue;
    if (before.links.filter((l) => l.to === child.id).length > 1) continue;
    next = shift(next, hangingFrom(next, child.id, from), now.offsets[i] - old.offsets[i], 0);
  }
  return next;
}

/** The nearest place at or beside `at` where no Block is covered. */
export function freePlace(flow, at, height, own = USUAL_HEIGHT) {
  const covered = (x, y) =>
    flow.blocks.some(
      (block) =>
        Math.abs(block.position.x - x) < BLOCK_WIDTH + GRID &&
        y < block.position.y + height(block.id) + GRID &&
        block.position.y < y + own + GRID,
    );
  for (let ring = 0; ring < 40; ring += 1) {
    for (const x of ring ? [at.x + ring * COLUMN, at.x - ring * COLUMN] : [at.x]) {
      if (!covered(x, at.y)) return snap({ x, y: at.y });
    }
  }
  return snap(at);
}

// Where a copy may lie, seen from what was copied: beside it rather than below, to the right rather than to the left.
const ASIDE = Array.from({ length: 17 }, (_, i) => (i - 8) * COLUMN);
const BELOW = Array.from({ length: 100 }, (_, i) => i * 2 * GRID);
const cost = ({ x, y }) => Math.abs(x) + 5 * y + (x < 0 ? COLUMN / 2 : 0);
const SHIFTS = ASIDE.flatMap((x) => BELOW.map((y) => ({ x, y }))).sort((a, b) => cost(a) - cost(b));

/** How far a piece is moved, from `by` on, so that nothing of it covers what is there. */
export function freeShift(flow, piece, by, traits, height) {
  const ofBlock = (block) => {
    const tags = traits(block).outlets.length > 1 ? TAG_BOTTOM : 0;
    return { ...block.position, width: BLOCK_WIDTH, height: height(block.id) + tags };
  };
  const rects = ({ blocks, notes }) => [...blocks.map(ofBlock), ...(notes ?? []).map((note) => ({ ...note.position, ...NOTE }))];
  const there = rects(flow);
  const own = rects(piece);
  const meet = (from, size, other, otherSize, gap) => from < other + otherSize + gap && other < from + size + gap;
  const covers = ({ x, y }, gap) =>
    own.some((a) =>
      there.some((b) => meet(a.x + x, a.width, b.x, b.width, GRID) && meet(a.y + y, a.height, b.y, b.height, gap)),
    );
  if (!covers(by, 0)) return by; // what was cut out goes back as near to the others as it was
  for (const one of SHIFTS) {
    const to = { x: by.x + one.x, y: by.y + one.y };
    if (!covers(to, GAP_Y)) return to;
  }
  const right = Math.max(...there.map((one) => one.x + one.width));
  return snap({ x: right + GAP_X - Math.min(...own.map((one) => one.x)), y: by.y });
}
