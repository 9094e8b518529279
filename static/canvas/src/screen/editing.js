// What is done to Blocks that are there: delete, duplicate, copy and paste, move by keys, tidy, notes.
import { fromText, pickUp, putDown, toText } from "../graph/copy.js";
import { BLOCK_WIDTH } from "../graph/fan.js";
import {
  addNote,
  blockOf,
  clone,
  freshId,
  linkId,
  move,
  notesOf,
  relink,
  remove,
  canLink,
  setNote,
  setSettings,
  unlink,
} from "../graph/model.js";
import { GRID, freePlace, freeShift, snap } from "../graph/place.js";
import { tidy } from "../graph/tidy.js";
import { previousOf } from "../graph/walk.js";

const SHELF = "cartwheel.clipboard"; // where the system's clipboard cannot be reached

export function useEditing({ doc, faces, view, camera, selection, focus, announce, catalog }) {
  const { traits, nameOf } = faces;
  const originals = new Map(); // id of a copy -> id of what was copied

  function removeSelected() {
    const flow = doc.now.value;
    const blocks = selection.blocks();
    const notes = selection.notes();
    const ids = new Set(blocks);
    // A box around Blocks chooses their links as well. These heal; a link chosen for itself is cut.
    const links = selection
      .links()
      .filter((edge) => !ids.has(edge.source) && !ids.has(edge.target))
      .map((edge) => edge.id);
    if (!blocks.length && !notes.length && !links.length) return false;
    const next = remove(flow, { blocks, links, notes });
    const neighbour = blocks.flatMap((id) => previousOf(flow, id)).find((id) => blockOf(next, id));
    selection.none();
    doc.change(next, "delete");
    if (blocks.length === 1 && !notes.length) announce("saidDeleted", { block: nameOf(blockOf(flow, blocks[0])) });
    else if (blocks.length || notes.length) announce("saidDeletedMany", { count: blocks.length + notes.length });
    else announce("saidUnlinked");
    // The focused card is gone and focus would fall out of the canvas, Ctrl+Z with it.
    focus(neighbour ?? null);
    return true;
  }

  function removeLink(id) {
    if (doc.change(unlink(doc.now.value, [id]), "delete")) announce("saidUnlinked");
  }

  function moveEnd(id, next) {
    if (!canLink(doc.now.value, next, traits)) return announce("saidNoLink");
    if (!doc.change(relink(doc.now.value, id, next), "connect")) return undefined;
    const flow = doc.now.value;
    return announce("saidLinked", { from: nameOf(blockOf(flow, next.from)), to: nameOf(blockOf(flow, next.to)) });
  }

  function lay(piece, by, reason) {
    const free = freeShift(doc.now.value, piece, by, traits, view.height);
    const { flow, ids } = putDown(doc.now.value, piece, free);
    for (const [old, id] of ids) {
      originals.set(id, old);
      const face = faces.known(old) ?? piece.faces?.[old];
      if (face) faces.guess(id, face);
    }
    doc.change(flow, reason);
    selection.only(ids.values());
    camera.revealNode([...ids.values()][0]);
    return ids.size;
  }

  function duplicateSelected() {
    const piece = pickUp(doc.now.value, selection.all());
    if (!piece) return false;
    announce("saidDuplicated", { count: lay(piece, { x: 0, y: 0 }, "duplicate") });
    return true;
  }

  function copySelected() {
    const piece = pickUp(doc.now.value, selection.all());
    if (!piece) return null;
    const known = Object.fromEntries(piece.blocks.map((block) => [block.id, clone(faces.known(block.id) ?? null)]));
    const text = toText({ ...piece, faces: known });
    try {
      localStorage.setItem(SHELF, text);
    } catch {
      // full or forbidden: the system's clipboard has it
    }
    announce("saidCopied", { count: piece.blocks.length + piece.notes.length });
    return text;
  }

  function shelf() {
    try {
      return localStorage.getItem(SHELF) ?? "";
    } catch {
      return "";
    }
  }

  /** `text` from the clipboard; without any, what was copied in this browser. False when it holds no Blocks. */
  function paste(text) {
    const piece = fromText(text || shelf(), catalog.kinds);
    if (!piece) return false;
    const all = [...piece.blocks, ...piece.notes].map((one) => one.position);
    const corner = { x: Math.min(...all.map((at) => at.x)), y: Math.min(...all.map((at) => at.y)) };
    const middle = camera.middle();
    const here = camera.isInView(corner);
    const by = here ? { x: 0, y: 0 } : snap({ x: middle.x - corner.x - BLOCK_WIDTH / 2, y: middle.y - corner.y });
    announce("saidPasted", { count: lay(piece, by, "paste") });
    return true;
  }

  function cutSelected() {
    const text = copySelected();
    if (text) removeSelected();
    return text;
  }

  const DIRECTIONS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  function nudge(key) {
    const ids = new Set(selection.all());
    if (!ids.size) return;
    const [dx, dy] = DIRECTIONS[key].map((one) => one * GRID);
    const flow = doc.now.value;
    const places = [...flow.blocks, ...notesOf(flow)]
      .filter((one) => ids.has(one.id))
      .map((one) => [one.id, { x: one.position.x + dx, y: one.position.y + dy }]);
    if (doc.change(move(flow, new Map(places)), "move", { key: "nudge" })) announce("saidMoved");
  }

  /** After a drag: the document takes over where Vue Flow shows the nodes. */
  function dropped(nodes) {
    const places = new Map(nodes.map((node) => [node.id, snap(node.position)]));
    if (doc.change(move(doc.now.value, places), "move")) announce("saidMoved");
  }

  function tidyUp() {
    const next = tidy(doc.now.value, traits, view.height);
    doc.change(next, "tidy", { how: "glide" });
    camera.fit();
    announce("saidTidied");
  }

  function newNote() {
    const middle = camera.middle();
    const flow = doc.now.value;
    const id = freshId("n");
    const position = freePlace(flow, { x: middle.x - 95, y: middle.y }, view.height);
    doc.change(addNote(flow, { id, text: "", position }), "note");
    selection.only([id]);
    camera.revealNode(id);
    return id;
  }

  function travel(step, said) {
    const before = doc.now.value;
    if (!step()) return false;
    announce(said);
    reveal(before, doc.now.value);
    return true;
  }

  // What was undone far outside the view would look as if nothing had happened.
  function reveal(before, after) {
    const was = new Map(before.blocks.map((block) => [block.id, block]));
    const changed = after.blocks.filter((block) => was.get(block.id) !== block);
    if (changed.length && !changed.some((block) => camera.isInView(block.position))) camera.revealNode(changed[0].id);
  }

  return {
    removeSelected,
    removeLink,
    moveEnd,
    duplicateSelected,
    copySelected,
    cutSelected,
    paste,
    nudge,
    dropped,
    tidyUp,
    newNote,
    writeNote: (id, text) => doc.change(setNote(doc.now.value, id, text), "note", { key: `note:${id}` }),
    patchSettings: (id, settings, key) => doc.change(setSettings(doc.now.value, id, settings), "patch", { key: key ?? null }),
    patchFlow: (keys) => doc.change({ ...doc.now.value, ...clone(keys) }, "patch"),
    undo: () => travel(doc.undo, "saidUndone"),
    redo: () => travel(doc.redo, "saidRedone"),
    /** What a Block is a copy of. */
    originalOf: (id) => originals.get(id),
    linkOfOutlet: (from, outlet) => linkId({ from, outlet }),
  };
}
