// Draws the document with Vue Flow. Only what differs from what is shown is touched: replacing 200 nodes would take
// 250 ms and lose selection, focus and measured sizes.
import { shallowReactive } from "vue";
import { linkId, notesOf } from "../graph/model.js";
import { USUAL_HEIGHT } from "../graph/place.js";

const GLIDE_MS = 320;
const GLIDE_MOST = 80; // more Blocks than this cannot be moved smoothly: they jump
const ease = (t) => 1 - (1 - t) ** 3;
export const calm = () => globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;

const PART = 60; // Blocks that are drawn in one go where a Flow is drawn in parts

const EMPTY = { blocks: [], links: [], notes: [] };
// Vue Flow's own descriptions are English and name a role that the inner elements already have.
const SILENT = { "aria-roledescription": undefined };

const whenIdle = (work) =>
  globalThis.requestIdleCallback ? requestIdleCallback(work, { timeout: 200 }) : setTimeout(work, 20);

const blockNode = (block) => ({
  id: block.id,
  type: "block",
  position: { ...block.position },
  data: { kind: block.kind },
  domAttributes: SILENT,
});
const noteNode = (note) => ({
  id: note.id,
  type: "note",
  position: { ...note.position },
  data: { text: note.text },
  domAttributes: SILENT,
});
const linkEdge = (one) => ({
  id: linkId(one),
  type: "link",
  source: one.from,
  target: one.to,
  sourceHandle: one.outlet,
  targetHandle: "in",
  ariaLabel: null,
  domAttributes: { ...SILENT, role: "presentation" },
});

export function useView(vf) {
  let shown = EMPTY;
  let whole = null; // while a Flow is drawn in parts: all of it
  let gliding = 0;
  const linked = shallowReactive({}); // block id -> its outlets that lead somewhere, one a line

  const place = (node, at) => {
    if (node && (node.position.x !== at.x || node.position.y !== at.y)) node.position = { ...at };
  };

  function showLinked(flow) {
    const next = {};
    for (const one of flow.links) (next[one.from] ??= []).push(one.outlet);
    for (const id of Object.keys(linked)) if (!(id in next)) delete linked[id];
    for (const [id, outlets] of Object.entries(next)) {
      const text = outlets.sort().join("\n");
      if (linked[id] !== text) linked[id] = text;
    }
  }

  function showNodes(before, after, make, update, moving) {
    const old = new Map(before.map((one) => [one.id, one]));
    const fresh = [];
    for (const one of after) {
      const was = old.get(one.id);
      old.delete(one.id);
      const node = was && vf.findNode(one.id);
      if (!node) fresh.push(make(one));
      else if (was !== one) {
        update(node, one, was);
        if (moving && (node.position.x !== one.position.x || node.position.y !== one.position.y)) moving.push([node, one.position]);
        else place(node, one.position);
      }
    }
    if (old.size) vf.removeNodes([...old.keys()], false);
    if (fresh.length) vf.addNodes(fresh);
  }

  function showLinks(before, after, ids) {
    const old = new Map(before.map((one) => [linkId(one), one]));
    const gone = [];
    const fresh = [];
    for (const one of after) {
      const id = linkId(one);
      const was = old.get(id);
      old.delete(id);
      const drawn = vf.findEdge(id);
      if (drawn && was?.to === one.to && ids.has(one.to)) continue;
      if (drawn) gone.push(id);
      if (ids.has(one.from) && ids.has(one.to)) fresh.push(linkEdge(one));
    }
    gone.push(...[...old.keys()].filter((id) => vf.findEdge(id)));
    if (gone.length) vf.removeEdges(gone);
    if (fresh.length) vf.addEdges(fresh);
  }

  function glide(moves) {
    const started = performance.now();
    const from = moves.map(([node]) => ({ ...node.position }));
    const frame = (at) => {
      const t = Math.min(1, (at - started) / GLIDE_MS);
      const done = ease(Math.max(0, t));
      moves.forEach(([node, to], i) => {
        node.position = {
          x: from[i].x + (to.x - from[i].x) * done,
          y: from[i].y + (to.y - from[i].y) * done,
        };
      });
      gliding = t < 1 ? requestAnimationFrame(frame) : 0;
    };
    gliding = requestAnimationFrame(frame);
  }

  function settle() {
    if (!gliding) return;
    cancelAnimationFrame(gliding);
    gliding = 0;
    for (const one of [...shown.blocks, ...notesOf(shown)]) place(vf.findNode(one.id), one.position);
  }

  /** `how` "glide" moves Blocks to their new places instead of putting them there. */
  function show(flow, how) {
    whole = null;
    settle();
    showLinked(flow);
    draw(flow, how);
  }

  /**
   * Draws the Blocks `first` and the links between them at once, and then the `rest` part by part while the browser has
   * nothing else to do. A change of the document draws all that is left.
   */
  function open(flow, first, rest) {
    const drawn = new Set();
    const part = (ids) => {
      for (const id of ids) drawn.add(id);
      draw({
        ...flow,
        blocks: flow.blocks.filter((block) => drawn.has(block.id)),
        links: flow.links.filter((one) => drawn.has(one.from) && drawn.has(one.to)),
      });
    };
    const go = (at) => {
      if (whole !== flow) return;
      if (at + PART >= rest.length) show(flow);
      else {
        part(rest.slice(at, at + PART));
        whenIdle(() => go(at + PART));
      }
    };
    whole = flow;
    showLinked(flow);
    part(first);
    whenIdle(() => go(0));
  }

  /** Draws what is left of a Flow that is being drawn in parts. */
  function finish() {
    if (whole) show(whole);
  }

  function draw(flow, how) {
    const moving = how === "glide" && !calm() && flow.blocks.length <= GLIDE_MOST ? [] : null;
    const before = shown;
    shown = flow;
    const ids = new Set(flow.blocks.map((block) => block.id));
    const kept = before.links.filter((one) => ids.has(one.from) && ids.has(one.to));
    const lost = before.links.filter((one) => !kept.includes(one)).map(linkId);
    if (lost.length) vf.removeEdges(lost.filter((id) => vf.findEdge(id)));
    showNodes(before.blocks, flow.blocks, blockNode, (node, one, was) => {
      if (one.kind !== was.kind) node.data = { kind: one.kind };
    }, moving);
    showNodes(notesOf(before), notesOf(flow), noteNode, (node, one) => {
      if (node.data.text !== one.text) node.data = { text: one.text };
    });
    showLinks(kept, flow.links, ids);
    if (moving?.length) glide(moving);
  }

  return {
    show,
    open,
    finish,
    linked,
    /** Measured height of a card, in flow pixels. */
    height: (id) => vf.findNode(id)?.dimensions.height || USUAL_HEIGHT,
    stop() {
      whole = null;
      cancelAnimationFrame(gliding);
    },
  };
}
