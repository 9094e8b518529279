// The order in which people read a Flow, and where an arrow key leads. Pure.
import { blockOf } from "./model.js";

const linkFrom = (flow, from, outlet) => flow.links.find((one) => one.from === from && one.outlet === outlet);

/** Ids of the Blocks where a Block's outlets lead, in the order of its outlets. */
export function nextOf(flow, id, traits) {
  const block = blockOf(flow, id);
  if (!block) return [];
  return traits(block)
    .outlets.map((one) => linkFrom(flow, id, one.id)?.to)
    .filter((to) => to && blockOf(flow, to));
}

export function previousOf(flow, id) {
  return flow.links.filter((one) => one.to === id && one.from !== id).map((one) => one.from);
}

/** Who takes the place of a Block that is gone: what led to it, what it led to, else what stands nearest. */
export function heirOf(before, after, id) {
  const gone = blockOf(before, id);
  if (!gone) return null;
  const onward = before.links.filter((one) => one.from === id).map((one) => one.to);
  const kin = [...previousOf(before, id), ...onward].find((one) => blockOf(after, one));
  if (kin) return kin;
  const far = ({ position }) => Math.hypot(position.x - gone.position.x, position.y - gone.position.y);
  return after.blocks.reduce((a, b) => (a && far(a) <= far(b) ? a : b), null)?.id ?? null;
}

/** All Blocks in flow order: from each trigger down, first outlet first; what nothing leads to comes after. */
export function flowOrder(flow, traits) {
  const byId = new Map(flow.blocks.map((block) => [block.id, block]));
  const ways = new Map();
  for (const one of flow.links) {
    if (byId.has(one.to)) ways.set(one.from, [...(ways.get(one.from) ?? []), one]);
  }
  const entered = new Set(flow.links.map((one) => one.to));
  const seen = new Set();
  const visit = (start) => {
    const stack = [start];
    while (stack.length) {
      const id = stack.pop();
      if (seen.has(id)) continue;
      seen.add(id);
      const rank = new Map(traits(byId.get(id)).outlets.map((one, i) => [one.id, i]));
      const onward = [...(ways.get(id) ?? [])].sort((a, b) => (rank.get(a.outlet) ?? 99) - (rank.get(b.outlet) ?? 99));
      for (const one of onward.reverse()) stack.push(one.to);
    }
  };
  const triggers = flow.blocks.filter((block) => !traits(block).hasInput);
  const orphans = flow.blocks.filter((block) => !entered.has(block.id));
  for (const block of [...triggers, ...orphans, ...flow.blocks]) visit(block.id);
  return [...seen];
}

/** Where an arrow key leads from a Block: down and up along links, left and right among what one Block leads to. */
export function stepFrom(flow, id, key, traits) {
  if (key === "ArrowDown") return nextOf(flow, id, traits)[0] ?? null;
  if (key === "ArrowUp") return previousOf(flow, id)[0] ?? null;
  const side = key === "ArrowLeft" ? -1 : 1;
  for (const parent of previousOf(flow, id)) {
    const siblings = [...new Set(nextOf(flow, parent, traits))];
    const found = siblings[siblings.indexOf(id) + side];
    if (found) return found;
  }
  return nearestAside(flow, id, side);
}

// With no sibling on that side, the nearest Block there: more sideways than up or down.
function nearestAside(flow, id, side) {
  const here = blockOf(flow, id).position;
  let best = null;
  let bestCost = Infinity;
  for (const block of flow.blocks) {
    const dx = (block.position.x - here.x) * side;
    const dy = Math.abs(block.position.y - here.y);
    if (dx < 100 || dy > dx) continue;
    const cost = dx + 2 * dy;
    if (cost < bestCost) [best, bestCost] = [block.id, cost];
  }
  return best;
}
