// How a document comes onto the canvas, on a stand-in for Vue Flow that only keeps what it is given.
import { afterEach, describe, expect, it, vi } from "vitest";
import { useView } from "../screen/view.js";

function board() {
  const nodes = new Map();
  const edges = new Map();
  return {
    nodes,
    edges,
    findNode: (id) => nodes.get(id),
    findEdge: (id) => edges.get(id),
    addNodes: (fresh) => fresh.forEach((one) => nodes.set(one.id, one)),
    addEdges: (fresh) => fresh.forEach((one) => edges.set(one.id, one)),
    removeNodes: (ids) => ids.forEach((id) => nodes.delete(id)),
    removeEdges: (ids) => ids.forEach((id) => edges.delete(id)),
  };
}

/** A chain of waits, one below the other. */
function chain(count) {
  const blocks = Array.from({ length: count }, (_, i) => ({ id: `b${i}`, kind: "wait", settings: {}, position: { x: 0, y: 100 * i } }));
  const links = blocks.slice(1).map((block, i) => ({ from: `b${i}`, outlet: "next", to: block.id }));
  return { format: 1, blocks, links };
}
const ids = (flow) => flow.blocks.map((block) => block.id);

/** A browser whose idle moments come when told. */
function idle() {
  const waiting = [];
  vi.stubGlobal("requestIdleCallback", (work) => waiting.push(work));
  return { pass: () => waiting.shift()?.(), get open() { return waiting.length; } };
}
afterEach(() => vi.unstubAllGlobals());

describe("a large Flow", () => {
  it("is drawn in parts: what is in view at once, the rest in idle moments, with every link between what is there", () => {
    const moments = idle();
    const vf = board();
    const flow = chain(100);
    const view = useView(vf);
    view.open(flow, ids(flow).slice(0, 20), ids(flow).slice(20));
    expect(vf.nodes.size).toBe(20);
    expect(vf.edges.size).toBe(19);
    moments.pass();
    expect(vf.nodes.size).toBeGreaterThan(20);
    expect(vf.edges.size).toBe(vf.nodes.size - 1);
    while (moments.open) moments.pass();
    expect([...vf.nodes.keys()]).toEqual(ids(flow));
    expect(vf.edges.size).toBe(99);
  });

  it("knows from the start which outlets lead somewhere, so that no tag moves later", () => {
    idle();
    const flow = chain(100);
    const view = useView(board());
    view.open(flow, ["b0"], ids(flow).slice(1));
    expect(view.linked.b98).toBe("next");
  });

  it("is all there when somebody changes it, and what was left of the old one is not drawn over that", () => {
    const moments = idle();
    const vf = board();
    const flow = chain(100);
    const view = useView(vf);
    view.open(flow, ids(flow).slice(0, 20), ids(flow).slice(20));
    view.show({ ...flow, blocks: flow.blocks.slice(0, 90), links: flow.links.slice(0, 89) });
    while (moments.open) moments.pass();
    expect(vf.nodes.size).toBe(90);
    expect(vf.edges.size).toBe(89);
  });

  it("is all there at once when it is asked for", () => {
    idle();
    const vf = board();
    const flow = chain(100);
    const view = useView(vf);
    view.open(flow, ids(flow).slice(0, 20), ids(flow).slice(20));
    view.finish();
    expect(vf.nodes.size).toBe(100);
    expect(vf.edges.size).toBe(99);
  });
});
