// Copy, paste and duplicate. What is copied is plain text on the clipboard, so that it reaches another Flow as well.
import { clone, freshId, notesOf } from "./model.js";

const MARK = "cartwheel/blocks";

/** The chosen Blocks and notes with the links among them; null when nothing is chosen. */
export function pickUp(flow, ids) {
  const chosen = new Set(ids);
  const blocks = flow.blocks.filter((block) => chosen.has(block.id));
  const notes = notesOf(flow).filter((note) => chosen.has(note.id));
  if (!blocks.length && !notes.length) return null;
  const links = flow.links.filter((one) => chosen.has(one.from) && chosen.has(one.to));
  return clone({ blocks, links, notes });
}

// A split that asks "did they open that e-mail" names the Block that sends it. Copied together, the copy must ask
// about the copied e-mail: an id that stands alone in the settings follows its Block.
function renamed(value, ids) {
  if (typeof value === "string") return ids.get(value) ?? value;
  if (Array.isArray(value)) return value.map((one) => renamed(one, ids));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamed(one, ids)]));
  }
  return value;
}

/** Puts a piece down with new ids, moved by `by`. Returns {flow, ids}: old id -> new id. */
export function putDown(flow, piece, by, makeId = freshId) {
  const ids = new Map();
  for (const block of piece.blocks) ids.set(block.id, makeId("b"));
  for (const note of piece.notes) ids.set(note.id, makeId("n"));
  const shifted = (one) => ({
    ...clone(one),
    id: ids.get(one.id),
    position: { x: one.position.x + by.x, y: one.position.y + by.y },
  });
  const blocks = piece.blocks.map((block) => ({ ...shifted(block), settings: renamed(block.settings, ids) }));
  const links = piece.links.map((one) => ({ ...one, from: ids.get(one.from), to: ids.get(one.to) }));
  const next = { ...flow, blocks: [...flow.blocks, ...blocks], links: [...flow.links, ...links] };
  if (piece.notes.length) next.notes = [...notesOf(flow), ...piece.notes.map(shifted)];
  return { flow: next, ids };
}

export function toText(piece) {
  return JSON.stringify({ [MARK]: 1, ...piece });
}

const isPlace = (at) => Number.isFinite(at?.x) && Number.isFinite(at?.y);
const isText = (value) => typeof value === "string" && value.length > 0 && value.length < 200;

/** What `toText` wrote, or null: the clipboard may hold anything. Only kinds in `kinds` are let in. */
export function fromText(text, kinds) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (found?.[MARK] !== 1) return null;
  const list = (value) => (Array.isArray(value) ? value : []);
  const blocks = list(found.blocks).filter((one) => isText(one?.id) && one.kind in kinds && isPlace(one.position));
  const here = new Set(blocks.map((block) => block.id));
  const links = list(found.links).filter((one) => here.has(one?.from) && here.has(one.to) && isText(one.outlet));
  const notes = list(found.notes).filter((one) => isText(one?.id) && isPlace(one.position));
  return blocks.length || notes.length ? { blocks, links, notes, faces: found.faces ?? {} } : null;
}
