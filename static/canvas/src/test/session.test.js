import { describe, expect, it } from "vitest";
import { createDraft } from "../draft.js";
import { createHistory, openTrail } from "../history.js";
import { findEntries } from "../search.js";
import { speaker, WORDS } from "../words.js";
import { CATALOG } from "./shop.js";

describe("undo", () => {
  it("goes back and forth, and forgets what was undone when something new is done", () => {
    const history = createHistory();
    history.push("one");
    history.push("two");
    expect(history.undo("three")).toBe("two");
    expect(history.undo("two")).toBe("one");
    expect(history.canUndo).toBe(false);
    expect(history.redo("one")).toBe("two");
    history.push("two");
    expect(history.canRedo).toBe(false);
  });

  it("takes typing as one step, and a pause as two", () => {
    let now = 0;
    const history = createHistory(() => now);
    for (const text of ["", "H", "He"]) {
      history.push(text, "subject");
      now += 300;
    }
    now += 900;
    history.push("Hello", "subject");
    expect(history.undo("Hello!")).toBe("Hello");
    expect(history.undo("Hello")).toBe("");
    expect(history.canUndo).toBe(false);
  });

  it("does not mix typing in two places", () => {
    const history = createHistory(() => 0);
    history.push(1, "a");
    history.push(2, "b");
    expect(history.undo(3)).toBe(2);
  });

  it("has no limit", () => {
    const history = createHistory();
    for (let i = 0; i < 5000; i += 1) history.push(i);
    for (let i = 4999; i >= 0; i -= 1) expect(history.undo("x")).toBe(i);
  });
});

describe("what an earlier page left to undo", () => {
  const [wait, mail, link] = [{ id: "wait" }, { id: "mail" }, { from: "wait", outlet: "next", to: "mail" }];
  const trail = {
    parts: [{ format: 1, name: "Cart" }, wait, mail, link],
    states: [[0, [], [], []], [0, [1], [], []], [0, [1, 2], [], []], [0, [1, 2], [3], []]],
    at: 2,
  };

  it("is put together from its parts, which its states share", () => {
    const { past, now, future } = openTrail(trail);
    expect(now).toEqual({ format: 1, name: "Cart", blocks: [wait, mail], links: [], notes: [] });
    expect(now.blocks[0]).toBe(past[1].blocks[0]);
    expect(future[0].links).toEqual([link]);
  });

  it("is gone through back and forth", () => {
    const { past, now, future } = openTrail(trail);
    const history = createHistory(undefined, { past, future });
    expect(history.depth).toBe(2);
    const before = history.undo(now);
    expect(before.blocks).toEqual([wait]);
    expect(history.undo(before).blocks).toEqual([]);
    expect(history.canUndo).toBe(false);
    expect(history.redo({}).blocks).toEqual([wait]);
    expect(history.redo(before)).toBe(now);
    expect(history.redo(now).links).toEqual([link]);
    expect(history.canRedo).toBe(false);
  });
});

describe("draft in the browser", () => {
  const shelf = () => {
    const map = new Map();
    return {
      getItem: (key) => map.get(key) ?? null,
      setItem: (key, value) => map.set(key, value),
      removeItem: (key) => map.delete(key),
      map,
    };
  };

  it("is there after a restart until the server has said that it is stored", () => {
    const storage = shelf();
    const first = createDraft("cart", 4, storage);
    first.keep(1, { name: "a" });
    expect(createDraft("cart", 4, storage).found()).toEqual({ flow: { name: "a" } });
    first.keep(2, { name: "b" });
    first.ack(2, 5);
    expect(createDraft("cart", 5, storage).found()).toEqual({});
  });

  it("keeps a later change that was still on its way, on the version that is stored now", () => {
    const storage = shelf();
    const first = createDraft("cart", 4, storage);
    first.keep(1, { name: "a" });
    first.keep(2, { name: "b" });
    first.ack(1, 5);
    expect(createDraft("cart", 5, storage).found()).toEqual({ flow: { name: "b" } });
  });

  it("is not used on another version, but kept until someone decides", () => {
    const storage = shelf();
    createDraft("cart", 4, storage).keep(1, { name: "mine" });
    const later = createDraft("cart", 9, storage);
    expect(later.found()).toEqual({ conflict: true });
    later.keep(1, { name: "new work" });
    expect(later.other()).toEqual({ name: "mine" });
    expect(later.takeOther()).toEqual({ name: "mine" });
    expect(later.other()).toBeNull();
    expect(later.takeOther()).toBeNull();
  });

  it("leaves another tab's draft alone", () => {
    const storage = shelf();
    const mine = createDraft("cart", 4, storage);
    createDraft("cart", 4, storage).keep(1, { name: "theirs" });
    mine.ack(1, 5);
    expect(storage.map.size).toBe(1);
  });

  it("does without when the browser forbids it, and keeps nothing without a key", () => {
    const forbidden = { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("full"); } };
    const draft = createDraft("cart", 1, forbidden);
    draft.keep(1, {});
    draft.ack(1, 2);
    expect(draft.found()).toEqual({});
    const storage = shelf();
    createDraft("", 1, storage).keep(1, {});
    expect(storage.map.size).toBe(0);
  });
});

describe("finding a Block", () => {
  const find = (query) => findEntries(CATALOG.palette, query, (one) => [one.title, one.search]).map((one) => one.id);

  it("finds by title, by the names other tools use, and by several words in any order", () => {
    expect(find("wait")).toEqual(["wait"]);
    expect(find("time delay")).toEqual(["wait"]);
    expect(find("split conditional")).toEqual(["split"]);
    expect(find("BASKET")).toEqual(["cart"]);
    expect(find("rocket")).toEqual([]);
    expect(find("  ")).toHaveLength(4);
  });

  it("puts titles that begin with the word first", () => {
    const entries = [{ title: "Resend", search: "" }, { title: "Send e-mail", search: "" }, { title: "Tag", search: "send" }];
    expect(findEntries(entries, "send", (one) => [one.title, one.search]).map((one) => one.title)).toEqual([
      "Send e-mail",
      "Resend",
      "Tag",
    ]);
  });

  it("does not mind accents", () => {
    expect(findEntries([{ t: "Dépêche" }], "depeche", (one) => [one.t, ""])).toHaveLength(1);
  });
});

describe("words", () => {
  it("says the reader's words and fills in names", () => {
    const say = speaker(() => ({ saidDeleted: "{block} dihapus." }));
    expect(say("saidDeleted", { block: "Tunggu" })).toBe("Tunggu dihapus.");
    expect(say("addBetween", { from: "A", to: "$& {x}" })).toBe("Add a Block between A and $& {x}");
  });

  it("has an English word for every key that is used", async () => {
    const files = import.meta.glob(["../**/*.vue", "../**/*.js", "!../test/**", "!../words.js"], {
      query: "?raw",
      import: "default",
    });
    const text = (await Promise.all(Object.values(files).map((load) => load()))).join("\n");
    const said = [...text.matchAll(/\b(?:w|announce)\(["'](\w+)["']/g)].map((found) => found[1]);
    expect(said.filter((key) => !(key in WORDS))).toEqual([]);
    expect(Object.keys(WORDS).filter((key) => !text.includes(`"${key}"`) && !text.includes(`'${key}'`))).toEqual([]);
  });
});
