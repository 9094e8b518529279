// The component as NiceGUI mounts it. happy-dom has no layout, so this is about what is told and kept, not about
// where things stand.
import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import FlowCanvas from "../FlowCanvas.vue";
import { CATALOG, cartFlow } from "./shop.js";

globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
document.elementsFromPoint ??= () => [];

let open = [];
async function canvas(props = {}) {
  const wrapper = mount(FlowCanvas, {
    props: { flow: cartFlow(), catalog: CATALOG, ...props },
    attachTo: document.body,
  });
  open.push(wrapper);
  await nextTick();
  await nextTick();
  return wrapper;
}
const changes = (w) => (w.emitted("graph-change") ?? []).map(([one]) => one);
const last = (w) => changes(w).at(-1);
const ids = (flow) => flow.blocks.map((block) => block.id);
const key = (w, init) => w.find(".cw-canvas").element.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));

beforeEach(() => localStorage.clear());
afterEach(() => {
  for (const wrapper of open) wrapper.unmount();
  open = [];
  vi.useRealTimers();
});

describe("what Python is told", () => {
  it("is told nothing when a Flow is only opened", async () => {
    const w = await canvas();
    expect(w.emitted("graph-change")).toBeUndefined();
    expect(w.emitted("history")).toBeUndefined();
    expect(w.vm.getFlow()).toEqual(cartFlow());
  });

  it("gets the whole Flow after each change, with keys it alone knows, and can go back", async () => {
    const w = await canvas({ flow: { ...cartFlow(), entry: { again: "never" }, later: 1 } });
    const id = w.vm.addFromPalette("mail");
    expect(last(w)).toMatchObject({ rev: 1, reason: "add" });
    expect(last(w).flow.entry).toEqual({ again: "never" });
    expect(last(w).flow.later).toBe(1);
    expect(last(w).flow.blocks.at(-1)).toMatchObject({ id, kind: "send_email", settings: { subject: "" } });
    expect(w.emitted("history").at(-1)).toEqual([{ canUndo: true, canRedo: false }]);
    w.vm.undo();
    expect(last(w)).toMatchObject({ rev: 2, reason: "undo" });
    expect(ids(last(w).flow)).not.toContain(id);
    expect(w.emitted("history").at(-1)).toEqual([{ canUndo: false, canRedo: true }]);
    w.vm.redo();
    expect(ids(last(w).flow)).toContain(id);
    expect(last(w).reason).toBe("redo");
  });

  it("adds to the last loose outlet, or after the chosen Block, from the palette by click", async () => {
    const w = await canvas();
    await w.find("[data-palette=wait]").trigger("click");
    const first = last(w).flow.blocks.at(-1).id;
    expect(last(w).flow.links).toContainEqual({ from: "mailB", outlet: "next", to: first });
    await w.find("[data-palette=mail]").trigger("click");
    const second = last(w).flow.blocks.at(-1).id;
    expect(last(w).flow.links).toContainEqual({ from: first, outlet: "next", to: second });
    w.vm.select("cart");
    await w.find("[data-palette=wait]").trigger("click");
    const between = last(w).flow.blocks.at(-1).id;
    expect(last(w).flow.links).toContainEqual({ from: "cart", outlet: "next", to: between });
    expect(last(w).flow.links).toContainEqual({ from: between, outlet: "next", to: "wait" });
  });

  it("puts the first trigger above what has none", async () => {
    const flow = cartFlow();
    flow.blocks.shift();
    flow.links.shift();
    const w = await canvas({ flow });
    const id = w.vm.addFromPalette("cart");
    expect(last(w).flow.links).toContainEqual({ from: id, outlet: "next", to: "wait" });
    expect(last(w).flow.blocks.at(-1).position.y).toBeLessThan(140);
  });

  it("hears which Blocks are chosen, and which one is opened", async () => {
    const w = await canvas();
    w.vm.select("mail");
    await nextTick();
    expect(w.emitted("block-select").at(-1)).toEqual([{ ids: ["mail"] }]);
    expect(w.vm.select("nobody")).toBe(false);
    key(w, { key: "Escape" });
    await nextTick();
    expect(w.emitted("block-select").at(-1)).toEqual([{ ids: [] }]);
    w.vm.select("wait");
    await nextTick();
    w.vm.select("");
    await nextTick();
    expect(w.emitted("block-select").at(-1)).toEqual([{ ids: [] }]);
    w.find("[data-block=wait]").element.dispatchEvent(new MouseEvent("click", { detail: 1, bubbles: true }));
    w.find("[data-block=mail]").element.dispatchEvent(new MouseEvent("click", { detail: 0, bubbles: true }));
    expect(w.emitted("block-open")).toEqual([[{ id: "wait", keyboard: false }], [{ id: "mail", keyboard: true }]]);
  });
});

describe("editing", () => {
  it("deletes what is chosen, heals the link, and brings it back with Ctrl+Z", async () => {
    const w = await canvas();
    w.vm.select("mail");
    key(w, { key: "Delete" });
    expect(last(w).reason).toBe("delete");
    expect(last(w).flow.links).toContainEqual({ from: "wait", outlet: "next", to: "split" });
    key(w, { key: "z", ctrlKey: true });
    expect(last(w).reason).toBe("undo");
    expect(last(w).flow).toEqual(cartFlow());
    key(w, { key: "y", ctrlKey: true });
    expect(ids(last(w).flow)).not.toContain("mail");
    key(w, { key: "z", ctrlKey: true });
    key(w, { key: "Z", ctrlKey: true, shiftKey: true });
    expect(ids(last(w).flow)).not.toContain("mail");
  });

  it("deletes nothing when nothing is chosen", async () => {
    const w = await canvas();
    key(w, { key: "Delete" });
    expect(changes(w)).toHaveLength(0);
  });

  it("merges settings that are typed, and keeps other edits apart", async () => {
    const w = await canvas();
    expect(w.vm.patchSettings("mail", { subject: "H" }, "subject")).toBe(true);
    w.vm.patchSettings("mail", { subject: "Hi" }, "subject");
    w.vm.patchSettings("wait", { hours: 2 }, "hours");
    expect(changes(w).map((one) => one.reason)).toEqual(["patch", "patch", "patch"]);
    w.vm.undo();
    expect(last(w).flow.blocks.find((one) => one.id === "mail").settings).toEqual({ subject: "Hi" });
    w.vm.undo();
    expect(last(w).flow).toEqual(cartFlow());
    expect(w.vm.patchSettings("nobody", {})).toBe(false);
  });

  it("changes the Flow's own keys with undo", async () => {
    const w = await canvas();
    w.vm.patchFlow({ exits: [{ on: "order" }], name: "Cart" });
    expect(last(w).flow).toMatchObject({ exits: [{ on: "order" }], name: "Cart" });
    w.vm.undo();
    expect(last(w).flow.name).toBe("Abandoned cart");
  });

  it("duplicates with new ids and chooses the copies", async () => {
    const w = await canvas();
    key(w, { key: "a", ctrlKey: true });
    key(w, { key: "d", ctrlKey: true });
    await nextTick();
    expect(last(w).reason).toBe("duplicate");
    expect(new Set(ids(last(w).flow)).size).toBe(12);
    expect(last(w).flow.links).toHaveLength(10);
    expect(w.emitted("block-select").at(-1)[0].ids).toHaveLength(6);
  });

  it("copies to another Flow through the clipboard", async () => {
    const from = await canvas();
    from.vm.select("mail");
    const data = new Map();
    const event = (type) => Object.assign(new Event(type, { bubbles: true, cancelable: true }), {
      clipboardData: { setData: (_, text) => data.set("text", text), getData: () => data.get("text") ?? "" },
    });
    from.find(".cw-canvas").element.dispatchEvent(event("copy"));
    expect(data.get("text")).toContain("send_email");
    const to = await canvas({ flow: { format: 1, blocks: [], links: [] } });
    to.find(".cw-canvas").element.dispatchEvent(event("paste"));
    expect(last(to).reason).toBe("paste");
    expect(last(to).flow.blocks).toHaveLength(1);
    expect(last(to).flow.blocks[0].id).not.toBe("mail");
  });

  it("tidies, and goes back to how it was", async () => {
    const w = await canvas();
    w.vm.tidy();
    expect(last(w).reason).toBe("tidy");
    w.vm.undo();
    expect(last(w).flow).toEqual(cartFlow());
  });

  it("keeps notes with the Flow", async () => {
    const w = await canvas();
    w.vm.addNote();
    expect(last(w).reason).toBe("note");
    expect(last(w).flow.notes).toHaveLength(1);
    expect(last(w).flow.blocks).toHaveLength(6);
  });

  it("changes nothing when it is only for reading", async () => {
    const w = await canvas({ readonly: true });
    expect(w.find(".cw-pal").exists()).toBe(false);
    expect(w.vm.addFromPalette("mail")).toBeNull();
    w.vm.select("mail");
    key(w, { key: "Delete" });
    key(w, { key: "d", ctrlKey: true });
    key(w, { key: "ArrowDown", altKey: true });
    expect(changes(w)).toHaveLength(0);
  });
});

describe("what Python pushes", () => {
  const card = (w, id) => w.find(`[data-block=${id}]`);
  it("sentences, problems and numbers reach the cards and are not part of the Flow", async () => {
    const w = await canvas({ faces: { mail: { kind: "Send e-mail", say: "“Your tea”", problems: [] } } });
    expect(card(w, "mail").text()).toContain("“Your tea”");
    w.vm.setFaces({ mail: { kind: "Send e-mail", say: "“Your coffee”", problems: [{ level: "bad", text: "Choose an e-mail" }] } });
    w.vm.setCounts({ mail: [{ value: "1,241", label: "sent" }] });
    await nextTick();
    expect(card(w, "mail").text()).toMatch(/“Your coffee”.*Problem: *Choose an e-mail.*1,241 *sent/s);
    expect(card(w, "mail").find(".alert").classes()).toContain("is-bad");
    w.vm.setCounts({ mail: null });
    await nextTick();
    expect(card(w, "mail").find(".nums").exists()).toBe(false);
    expect(changes(w)).toHaveLength(0);
    expect(w.vm.getFlow()).toEqual(cartFlow());
  });

  it("shows text as text", async () => {
    const w = await canvas({ faces: { mail: { kind: "<b>x</b>", say: "<img src=x onerror=alert(1)>" } } });
    expect(card(w, "mail").find("img").exists()).toBe(false);
    expect(card(w, "mail").text()).toContain("<img src=x onerror=alert(1)>");
  });

  it("a new Block says what the palette says until Python answers", async () => {
    const w = await canvas();
    const id = w.vm.addFromPalette("mail");
    await nextTick();
    expect(card(w, id).text()).toContain("Choose an e-mail");
    w.vm.setFaces({ [id]: { kind: "Send e-mail", say: "“Hello”" } });
    await nextTick();
    expect(card(w, id).text()).toContain("“Hello”");
  });

  it("a link whose outlet is gone stays in sight", async () => {
    const w = await canvas();
    w.vm.setFaces({ split: { kind: "Split", say: "If", outlets: [{ id: "yes", label: "Yes" }] } });
    await nextTick();
    expect(w.text()).toContain("No longer used");
    expect(w.vm.getFlow().links).toHaveLength(5);
  });

  it("exit rules stand beside the first trigger", async () => {
    const w = await canvas({ exits: [{ say: "Leaves when they order" }] });
    expect(w.find(".cw-exit").text()).toContain("Leaves when they order");
    w.vm.setExits([{ say: "One" }, { say: "Two" }]);
    await nextTick();
    expect(w.find(".cw-exit").text()).toMatch(/Exit rules.*One.*Two/s);
    await w.find(".cw-exit").trigger("click");
    expect(w.emitted("exit-select")).toHaveLength(1);
  });

  it("a second trigger leaves room for the exit rules, and one that stands too near sends them to the other side", async () => {
    const exits = { x: 274, width: 196 }; // from the left edge of the first trigger
    const w = await canvas({ exits: [{ say: "Leaves when they order" }] });
    w.vm.addFromPalette("cart");
    expect(last(w).flow.blocks.at(-1).position.x).toBeGreaterThanOrEqual(exits.x + exits.width + 12);
    expect(w.find(".fc-exit").classes()).toContain("is-right");
    const flow = cartFlow();
    flow.blocks.push({ ...flow.blocks[0], id: "near", position: { x: exits.x + exits.width, y: 0 } });
    const near = await canvas({ flow, exits: [{ say: "Leaves when they order" }] });
    expect(near.find(".fc-exit").classes()).toContain("is-left");
  });

  it("a rehearsed way is drawn over the rest", async () => {
    const w = await canvas({ readonly: true });
    w.vm.setPath({ blocks: ["cart", "wait"], links: ["cart:next"] });
    await nextTick();
    expect(card(w, "cart").classes()).toContain("is-path");
    expect(card(w, "mailB").classes()).toContain("is-dim");
    w.vm.setPath(null);
    await nextTick();
    expect(card(w, "mailB").classes()).not.toContain("is-dim");
  });
});

describe("draft", () => {
  it("comes back after a restart, with one step to undo", async () => {
    const w = await canvas({ draftKey: "cart", version: 3 });
    w.vm.patchFlow({ name: "Before the cut" });
    w.unmount();
    open.pop();
    const again = await canvas({ draftKey: "cart", version: 3 });
    expect(last(again)).toMatchObject({ reason: "restored", flow: { name: "Before the cut" } });
    again.vm.undo();
    expect(last(again).flow.name).toBe("Abandoned cart");
    again.vm.ack(last(again).rev, 4);
    again.unmount();
    open.pop();
    expect(changes(await canvas({ draftKey: "cart", version: 4 }))).toHaveLength(0);
  });

  it("of another version is told and not used, until Python asks", async () => {
    const w = await canvas({ draftKey: "cart", version: 3 });
    w.vm.patchFlow({ name: "Mine" });
    w.unmount();
    open.pop();
    const again = await canvas({ draftKey: "cart", version: 8 });
    expect(again.emitted("draft-conflict")).toHaveLength(1);
    expect(changes(again)).toHaveLength(0);
    expect(again.vm.useDraft()).toBe(true);
    expect(last(again).flow.name).toBe("Mine");
  });
});

describe("loading", () => {
  it("another Flow starts with nothing to undo and tells nothing", async () => {
    const w = await canvas();
    w.vm.patchFlow({ name: "x" });
    w.vm.loadFlow({ format: 1, name: "Welcome", blocks: [], links: [] });
    expect(w.vm.getFlow().name).toBe("Welcome");
    expect(changes(w)).toHaveLength(1);
    expect(w.emitted("history").at(-1)).toEqual([{ canUndo: false, canRedo: false }]);
    await nextTick();
    expect(w.text()).toContain("Start with a trigger");
  });

  it("what is stored in place of the Flow tells nothing and can be undone", async () => {
    const w = await canvas();
    w.vm.replaceFlow({ format: 1, name: "As it was", blocks: [], links: [] }, 7);
    expect(w.vm.getFlow().name).toBe("As it was");
    expect(w.emitted("graph-change")).toBeUndefined();
    w.vm.undo();
    expect(last(w)).toMatchObject({ reason: "undo", depth: 0, flow: cartFlow() });
    w.vm.redo();
    expect(last(w).flow.name).toBe("As it was");
  });

  it("says the reader's words", async () => {
    const w = await canvas({ words: { findBlock: "Cari Blok" } });
    expect(w.find(".cw-pal input").attributes("placeholder")).toBe("Cari Blok");
    expect(w.find(".cw-canvas").attributes("aria-label")).toBe("Flow: Abandoned cart");
  });
});
