// Undo and redo, without limit while the page is open, and on from where an earlier page of the session was (`trail`).
// Documents are never changed in place and share what is the same, so a step costs little more than what it changed.
const MERGE_MS = 800;

/** What Python kept of an earlier page: every block, link and note once, and of each state which ones are in it. */
export function openTrail({ parts, states, at }) {
  const pick = (places) => places.map((place) => parts[place]);
  const flows = states.map(([rest, blocks, links, notes]) => ({
    ...parts[rest],
    blocks: pick(blocks),
    links: pick(links),
    notes: pick(notes),
  }));
  return { past: flows.slice(0, at), now: flows[at], future: flows.slice(at + 1).reverse() };
}

export function createHistory(now = () => Date.now(), before = {}) {
  let past = before.past ?? [];
  let future = before.future ?? [];
  let lastKey = null;
  let lastAt = 0;
  return {
    /** Before a change. Changes with the same key in quick succession (typing) are one step. */
    push(before, key = null) {
      const at = now();
      const merged = key !== null && key === lastKey && at - lastAt < MERGE_MS && past.length > 0;
      if (!merged) past.push(before);
      future = [];
      lastKey = key;
      lastAt = at;
    },
    undo(current) {
      if (!past.length) return null;
      future.push(current);
      lastKey = null;
      return past.pop();
    },
    redo(current) {
      if (!future.length) return null;
      past.push(current);
      lastKey = null;
      return future.pop();
    },
    reset() {
      past = [];
      future = [];
      lastKey = null;
    },
    /** How many steps lie before the present state. */
    get depth() {
      return past.length;
    },
    get canUndo() {
      return past.length > 0;
    },
    get canRedo() {
      return future.length > 0;
    },
  };
}
