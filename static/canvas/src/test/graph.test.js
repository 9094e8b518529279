import { describe, expect, it } from "vitest";
import { fromText, pickUp, putDown, toText } from "../graph/copy.js";
import { fan } from "../graph/fan.js";
import * as M from "../graph/model.js";
import { freePlace, freeShift, hangingFrom, makeRoomBelow, onLink, spreadSiblings, under } from "../graph/place.js";
import { tidy } from "../graph/tidy.js";
import { flowOrder, heirOf, stepFrom } from "../graph/walk.js";
import { CATALOG, cartFlow, traits } from "./shop.js";

const ways = (flow) => flow.links.map((one) => `${one.from}.${one.outlet}>${one.to}`).sort();
const wait = (id, at = { x: 0, y: 0 }) => ({ id, kind: "wait", settings: {}, position: at });
const height = () => 100;

describe("links", () => {
  it("lets one link leave an outlet and several enter a Block", () => {
    const flow = M.link(cartFlow(), { from: "split", outlet: "yes", to: "mailB" });
    expect(ways(flow)).toContain("split.yes>mailB");
    expect(ways(flow)).not.toContain("split.yes>mailA");
    expect(flow.links.filter((one) => one.to === "mailB")).toHaveLength(2);
  });

  it("allows a loop, but no link into a trigger or back into the same Block", () => {
    const flow = cartFlow();
    expect(M.canLink(flow, { from: "mailA", outlet: "next", to: "wait" }, traits)).toBe(true);
    expect(M.canLink(flow, { from: "mailA", outlet: "next", to: "cart" }, traits)).toBe(false);
    expect(M.canLink(flow, { from: "mailA", outlet: "next", to: "mailA" }, traits)).toBe(false);
    expect(M.canLink(flow, { from: "mailA", outlet: "maybe", to: "wait" }, traits)).toBe(false);
  });

  it("moves either end of a link", () => {
    const other = M.relink(cartFlow(), "split:yes", { from: "split", outlet: "yes", to: "wait" });
    expect(ways(other)).toContain("split.yes>wait");
    const source = M.relink(cartFlow(), "split:yes", { from: "wait", outlet: "next", to: "mailA" });
    expect(ways(source)).toContain("wait.next>mailA");
    expect(ways(source)).not.toContain("split.yes>mailA");
    expect(ways(source)).not.toContain("wait.next>mail");
  });
});

describe("adding and removing", () => {
  it("puts a Block between two others", () => {
    const flow = M.insertOnLink(cartFlow(), "cart:next", wait("pause"), traits);
    expect(ways(flow)).toContain("cart.next>pause");
    expect(ways(flow)).toContain("pause.next>wait");
  });

  it("leads on from the first outlet of a split put between", () => {
    const flow = M.insertOnLink(cartFlow(), "cart:next", { ...wait("fork"), kind: "split" }, traits);
    expect(ways(flow)).toContain("fork.yes>wait");
  });

  it("does not put a trigger between two Blocks", () => {
    const before = cartFlow();
    expect(M.insertOnLink(before, "cart:next", { ...wait("x"), kind: "trigger" }, traits)).toBe(before);
  });

  it("heals the link when a Block is taken out, from every way that led in", () => {
    const twice = M.link(cartFlow(), { from: "mailA", outlet: "next", to: "mail" });
    const flow = M.remove(twice, { blocks: ["mail"] });
    expect(ways(flow)).toContain("wait.next>split");
    expect(ways(flow)).toContain("mailA.next>split");
  });

  it("heals over several Blocks in a row", () => {
    expect(ways(M.remove(cartFlow(), { blocks: ["wait", "mail"] }))).toContain("cart.next>split");
  });

  it("leaves loose what a split with two ways led to", () => {
    const flow = M.remove(cartFlow(), { blocks: ["split"] });
    expect(flow.links.some((one) => one.from === "mail" || one.to === "mailA")).toBe(false);
  });

  it("never heals into a Block's own outlet", () => {
    const loop = M.link(cartFlow(), { from: "mailA", outlet: "next", to: "wait" });
    const flow = M.remove(M.link(loop, { from: "wait", outlet: "next", to: "mailA" }), { blocks: ["mailA"] });
    expect(flow.links.some((one) => one.from === one.to)).toBe(false);
  });

  it("keeps keys it does not know and shares what did not change", () => {
    const before = { ...cartFlow(), entry: { again: "never" }, from_the_future: 7 };
    const after = M.move(before, new Map([["wait", { x: 5, y: 5 }]]));
    expect(after.entry).toBe(before.entry);
    expect(after.from_the_future).toBe(7);
    expect(after.blocks[0]).toBe(before.blocks[0]);
    expect(before.blocks[1].position).toEqual({ x: 0, y: 140 });
  });

  it("says so when nothing changed", () => {
    const flow = cartFlow();
    expect(M.move(flow, new Map([["wait", { x: 0, y: 140 }]]))).toBe(flow);
    expect(M.link(flow, { from: "cart", outlet: "next", to: "wait" })).toBe(flow);
    expect(M.unlink(flow, ["nobody:next"])).toBe(flow);
  });

  it("finds outlets that lead nowhere, in flow order", () => {
    const loose = M.looseOutlets(cartFlow(), flowOrder(cartFlow(), traits), traits);
    expect(loose).toEqual([
      { from: "mailA", outlet: "next" },
      { from: "mailB", outlet: "next" },
    ]);
  });

  it("makes ids that do not come back", () => {
    const ids = new Set(Array.from({ length: 500 }, () => M.freshId()));
    expect(ids.size).toBe(500);
    expect([...ids][0]).toMatch(/^b[a-z0-9]{8}$/);
  });
});

describe("copy and paste", () => {
  it("gives new ids, keeps the links among the copies and lets go of the others", () => {
    const flow = cartFlow();
    const { flow: next, ids } = putDown(flow, pickUp(flow, ["split", "mailA"]), { x: 40, y: 40 });
    expect(next.blocks).toHaveLength(flow.blocks.length + 2);
    expect(ways(next)).toContain(`${ids.get("split")}.yes>${ids.get("mailA")}`);
    expect(next.links.filter((one) => one.from === ids.get("split"))).toHaveLength(1);
    expect(M.blockOf(next, ids.get("mailA")).position).toEqual({ x: -100, y: 520 });
  });

  it("lets a copied split ask about the copied e-mail", () => {
    const flow = M.setSettings(cartFlow(), "split", { rule: [{ opened: "mail" }, { tag: "mail me" }] });
    const both = putDown(flow, pickUp(flow, ["mail", "split"]), { x: 0, y: 0 });
    expect(M.blockOf(both.flow, both.ids.get("split")).settings.rule).toEqual([
      { opened: both.ids.get("mail") },
      { tag: "mail me" },
    ]);
    const alone = putDown(flow, pickUp(flow, ["split"]), { x: 0, y: 0 });
    expect(M.blockOf(alone.flow, alone.ids.get("split")).settings.rule[0]).toEqual({ opened: "mail" });
  });

  it("reaches another Flow as text and refuses any other text", () => {
    const piece = fromText(toText(pickUp(cartFlow(), ["mail"])), CATALOG.kinds);
    expect(piece.blocks[0].kind).toBe("send_email");
    for (const text of ["", "hello", "{}", "[1]", "null", '{"cartwheel/blocks":1,"blocks":[{"id":"x","kind":"rocket"}]}']) {
      expect(fromText(text, CATALOG.kinds)).toBeNull();
    }
  });
});

describe("walking", () => {
  it("goes down first outlet first, whatever the order in the document", () => {
    const flow = cartFlow();
    const upside = { ...flow, blocks: [...flow.blocks].reverse(), links: [...flow.links].reverse() };
    for (const one of [flow, upside]) {
      expect(flowOrder(one, traits)).toEqual(["cart", "wait", "mail", "split", "mailA", "mailB"]);
    }
  });

  it("comes to an end in a loop and reaches what nothing leads to", () => {
    const loop = M.link(cartFlow(), { from: "mailA", outlet: "next", to: "wait" });
    const lost = M.addBlock(loop, wait("lost", { x: 900, y: 0 }));
    expect(flowOrder(lost, traits).at(-1)).toBe("lost");
    expect(flowOrder(lost, traits)).toHaveLength(7);
  });

  it("follows links with the arrow keys", () => {
    const flow = cartFlow();
    expect(stepFrom(flow, "mail", "ArrowDown", traits)).toBe("split");
    expect(stepFrom(flow, "split", "ArrowDown", traits)).toBe("mailA");
    expect(stepFrom(flow, "mailA", "ArrowRight", traits)).toBe("mailB");
    expect(stepFrom(flow, "mailB", "ArrowLeft", traits)).toBe("mailA");
    expect(stepFrom(flow, "mailA", "ArrowUp", traits)).toBe("split");
    expect(stepFrom(flow, "cart", "ArrowUp", traits)).toBeNull();
  });
});

describe("the place of a Block that is gone", () => {
  const without = (flow, id) => M.removeBlocks(flow, [id]);

  it("is taken by what led to it, else by what it led to", () => {
    const flow = cartFlow();
    expect(heirOf(flow, without(flow, "mail"), "mail")).toBe("wait");
    expect(heirOf(flow, without(flow, "cart"), "cart")).toBe("wait");
  });

  it("is taken by what stands nearest where nothing led to it", () => {
    const flow = M.addBlock(cartFlow(), wait("alone", { x: 400, y: 500 }));
    expect(heirOf(flow, cartFlow(), "alone")).toBe("mailB");
    expect(heirOf(flow, { blocks: [], links: [] }, "alone")).toBe(null);
    expect(heirOf(flow, cartFlow(), "nobody")).toBe(null);
  });
});

describe("places", () => {
  const put = (flow, ids, by = { x: 0, y: 0 }) => freeShift(flow, pickUp(flow, ids), by, traits, height);

  it("puts a copy beside what was copied, where nothing is covered", () => {
    const flow = cartFlow();
    expect(put(flow, ["mail"])).toEqual({ x: 280, y: 0 });
    // A second one goes to the other side, and one piece keeps its shape.
    const next = putDown(flow, pickUp(flow, ["mail"]), { x: 280, y: 0 }).flow;
    expect(put(next, ["mail"])).toEqual({ x: -280, y: 0 });
    expect(put(next, ["wait", "mail", "split"])).toEqual({ x: 560, y: 0 });
  });

  it("puts back in its place what was cut out", () => {
    const flow = M.removeBlocks(cartFlow(), ["mailA"]);
    expect(freeShift(flow, pickUp(cartFlow(), ["mailA"]), { x: 0, y: 0 }, traits, height)).toEqual({ x: 0, y: 0 });
  });

  it("puts a copy at the end where no place near is free", () => {
    const blocks = Array.from({ length: 20 }, (_, column) =>
      Array.from({ length: 20 }, (__, row) => wait(`${column}-${row}`, { x: 280 * column, y: 110 * row })),
    ).flat();
    expect(put({ blocks, links: [] }, ["10-0"])).toEqual({ x: 280 * 10, y: 0 });
  });

  it("covers no note with a copy", () => {
    const flow = M.addNote(cartFlow(), { id: "n", text: "", position: { x: 290, y: 250 } });
    expect(put(flow, ["mail"])).not.toEqual({ x: 280, y: 0 });
  });

  it("hangs a single way on straight under the card and two ways a column apart", () => {
    const yesNo = [{ id: "yes", label: "Yes" }, { id: "no", label: "No" }];
    expect(fan(yesNo, new Set(["no"]))[1]).toBe(0);
    expect(fan(yesNo, new Set(["yes", "no"]))).toEqual([-140, 140]);
    const three = [{ id: "a", label: "A" }, { id: "b", label: "B" }, { id: "c", label: "C" }];
    expect(fan(three, new Set(["a", "b", "c"]))).toEqual([-280, 0, 280]);
    expect(fan(three, new Set())).toEqual([-96, 0, 96]);
  });

  it("keeps long labels of loose outlets apart", () => {
    const [left, right] = fan([{ id: "a", label: "Pelanggan setia" }, { id: "b", label: "Pelanggan baru sekali" }], new Set());
    expect(right - left).toBeGreaterThan(125);
  });

  it("makes room below a Block put on a link, and moves nothing else", () => {
    const flow = cartFlow();
    const at = onLink(flow, "wait:next", traits, height);
    const put = M.insertOnLink(flow, "wait:next", wait("pause", at), traits);
    const roomy = makeRoomBelow(put, "pause", traits, height);
    const y = (id) => M.blockOf(roomy, id).position.y;
    expect(y("mail")).toBeGreaterThanOrEqual(at.y + 140);
    expect(y("split") - y("mail")).toBe(M.blockOf(flow, "split").position.y - M.blockOf(flow, "mail").position.y);
    expect(M.blockOf(roomy, "cart")).toBe(M.blockOf(put, "cart"));
  });

  it("finds what hangs from a Block also in a loop", () => {
    const loop = M.link(cartFlow(), { from: "mailA", outlet: "next", to: "wait" });
    expect([...hangingFrom(loop, "split")].sort()).toEqual(["mailA", "mailB", "split"]);
  });

  it("moves the only child of a split aside when a second one comes", () => {
    const alone = M.remove(cartFlow(), { blocks: ["mailB"] });
    const centred = M.move(alone, new Map([["mailA", { x: 0, y: 480 }]]));
    const at = under(centred, "split", "no", traits, height);
    const both = M.link(M.addBlock(centred, wait("later", at)), { from: "split", outlet: "no", to: "later" });
    const spread = spreadSiblings(centred, both, "split", traits);
    expect(M.blockOf(spread, "mailA").position.x).toBe(-140);
    expect(M.blockOf(spread, "later").position.x).toBe(140);
  });

  it("covers no Block", () => {
    const at = freePlace(cartFlow(), { x: 10, y: 150 }, height);
    expect(Math.abs(at.x)).toBeGreaterThan(236);
  });

  it("leaves room for the numbers that a card gets when its Flow is published", () => {
    const alone = { blocks: [{ id: "hello", kind: "send_email", settings: {}, position: { x: 0, y: 0 } }], links: [] };
    const [withoutNumbers, withNumbers, oneRow] = [74, 100, 56].map((own) => under(alone, "hello", "next", traits, () => own).y);
    expect(withoutNumbers).toBe(withNumbers);
    expect(oneRow).toBeLessThan(withNumbers);
  });

  it("below a split leaves room for its tags, also when its card gets numbers and a strip", () => {
    const flow = cartFlow();
    const [full, tags] = [100 + 26, 38];
    expect(under(flow, "split", "yes", traits, () => 74).y - M.blockOf(flow, "split").position.y).toBeGreaterThan(full + tags);
    const tidied = tidy(flow, traits, () => 74);
    const top = (id) => M.blockOf(tidied, id).position.y;
    expect(top("mailA") - top("split")).toBeGreaterThan(full + tags);
  });
});

describe("tidy", () => {
  it("lays out top down with Yes left of No, whatever the order in the document", () => {
    const flow = cartFlow();
    const mixed = { ...flow, blocks: [...flow.blocks].reverse(), links: [...flow.links].reverse() };
    for (const one of [flow, mixed]) {
      const done = tidy(one, traits, height);
      const at = Object.fromEntries(done.blocks.map((block) => [block.id, block.position]));
      expect(at.mailA.x).toBeLessThan(at.mailB.x);
      expect(at.mailB.x - at.mailA.x).toBe(280);
      expect(at.mailA.y).toBe(at.mailB.y);
      expect([at.cart.x, at.wait.x, at.mail.x, at.split.x]).toEqual([0, 0, 0, 0]);
      expect(at.cart).toEqual({ x: 0, y: 0 });
      expect(at.wait.y).toBe(140);
    }
  });

  it("keeps a Block close to the split it comes from when the ways meet again", () => {
    let flow = M.addBlock(M.addBlock(cartFlow(), wait("long")), wait("end"));
    for (const [from, to] of [["mailA", "long"], ["long", "end"], ["mailB", "end"]]) {
      flow = M.link(flow, { from, outlet: "next", to });
    }
    const at = Object.fromEntries(tidy(flow, traits, height).blocks.map((block) => [block.id, block.position]));
    expect(at.mailA.y).toBe(at.mailB.y);
    expect(at.end.y).toBeGreaterThan(at.long.y);
  });

  it("is not bent by a link that leads back up", () => {
    const straight = tidy(cartFlow(), traits, height);
    const loop = M.link(cartFlow(), { from: "mailB", outlet: "next", to: "wait" });
    expect(tidy(loop, traits, height).blocks).toEqual(straight.blocks);
  });

  it("keeps two triggers in the order they were added", () => {
    const second = { id: "list", kind: "trigger", settings: {}, position: { x: 500, y: 0 } };
    const flow = M.link(M.addBlock(cartFlow(), second), { from: "list", outlet: "next", to: "wait" });
    const at = Object.fromEntries(tidy(flow, traits, height).blocks.map((block) => [block.id, block.position]));
    expect(at.list.y).toBe(at.cart.y);
    expect(at.list.x).toBeGreaterThan(at.cart.x);
  });

  it("covers no Block with another in a wide Flow with a loop", () => {
    let flow = M.link(cartFlow(), { from: "mailA", outlet: "next", to: "wait" });
    for (let i = 0; i < 40; i += 1) flow = M.addBlock(flow, wait(`w${i}`));
    for (let i = 1; i < 40; i += 1) flow = M.link(flow, { from: `w${i >> 1}`, outlet: "next", to: `w${i}` });
    const done = tidy(flow, traits, height).blocks;
    for (const a of done) {
      for (const b of done) {
        if (a === b) continue;
        const apart = Math.abs(a.position.x - b.position.x) >= 236 || Math.abs(a.position.y - b.position.y) >= 100;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
    }
  });
});
