// Tidy up: a top-down layout by dagre. The first outlet of a split stays left of the second.
import dagre from "@dagrejs/dagre";
import { BLOCK_WIDTH, GAP_X, fan } from "./fan.js";
import { move } from "./model.js";
import { GAP_Y, GRID, snap, tall } from "./place.js";
import { flowOrder, nextOf } from "./walk.js";

const TAG_ROOM = 64; // a tag hangs over the edge of the column it belongs to
const up = (value) => Math.ceil(value / (2 * GRID)) * 2 * GRID;

/** Where each Block leads, without the links that lead back up: those run beside the Blocks and must not bend them. */
function waysDown(order, next) {
  const ways = new Map();
  const above = new Set();
  const done = new Set();
  for (const start of order) {
    const stack = done.has(start) ? [] : [[start, 0]];
    if (stack.length) above.add(start);
    while (stack.length) {
      const top = stack.at(-1);
      const [id] = top;
      const to = next(id)[top[1]];
      top[1] += 1;
      if (to === undefined) {
        stack.pop();
        above.delete(id);
        done.add(id);
        continue;
      }
      if (above.has(to)) continue;
      ways.set(id, [...(ways.get(id) ?? []), to]);
      if (done.has(to)) continue;
      above.add(to);
      stack.push([to, 0]);
    }
  }
  return ways;
}

/** The same flow with its Blocks laid out; the first one keeps its place. `height(id)` in pixels. */
export function tidy(flow, traits, height) {
  if (!flow.blocks.length) return flow;
  const byId = new Map(flow.blocks.map((block) => [block.id, block]));
  const order = flowOrder(flow, traits);
  const ways = waysDown(order, (id) => nextOf(flow, id, traits));
  const enteredBy = new Map();
  for (const to of [...ways.values()].flat()) enteredBy.set(to, (enteredBy.get(to) ?? 0) + 1);

  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", nodesep: GAP_X, ranksep: GAP_Y, edgesep: GAP_X });
  graph.setDefaultEdgeLabel(() => ({}));
  const wide = (id) => {
    const { outlets } = traits(byId.get(id));
    if (outlets.length < 2) return BLOCK_WIDTH;
    const linked = new Set(flow.links.filter((one) => one.from === id).map((one) => one.outlet));
    const reach = Math.max(...fan(outlets, linked).map(Math.abs));
    return Math.max(BLOCK_WIDTH, up(2 * reach + TAG_ROOM));
  };
  const room = (id) => up(tall(byId.get(id), traits, height));
  for (const id of order) graph.setNode(id, { width: wide(id), height: room(id) });
  const constraints = [];
  const keepOrder = (ids) => {
    for (let i = 1; i < ids.length; i += 1) if (ids[i - 1] !== ids[i]) constraints.push({ left: ids[i - 1], right: ids[i] });
  };
  keepOrder(order.filter((id) => !traits(byId.get(id)).hasInput));
  for (const [id, onward] of ways) {
    // A Block stays close to the one it comes from; where several ways meet, the gap may be longer.
    for (const to of onward) graph.setEdge(id, to, { weight: enteredBy.get(to) > 1 ? 1 : 3 });
    keepOrder(onward); // dagre turns ties round (No came left of Yes)
  }
  dagre.layout(graph, { constraints });

  const top = (id) => ({ x: graph.node(id).x - BLOCK_WIDTH / 2, y: graph.node(id).y - room(id) / 2 });
  const rowTop = new Map(); // dagre centres the cards of a row; they look calmer with their upper edges in line
  for (const id of order) {
    const { rank } = graph.node(id);
    rowTop.set(rank, Math.min(rowTop.get(rank) ?? Infinity, top(id).y));
  }
  // The first Block keeps its place, so that the Flow does not jump away from under the eyes.
  const anchor = byId.get(order[0]).position;
  const origin = { x: top(order[0]).x, y: rowTop.get(graph.node(order[0]).rank) };
  const placeOf = (id) => ({
    x: anchor.x + top(id).x - origin.x,
    y: anchor.y + rowTop.get(graph.node(id).rank) - origin.y,
  });
  return move(flow, new Map(order.map((id) => [id, snap(placeOf(id))])));
}
