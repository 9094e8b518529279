// Undo and redo, without limit while the page is open. Documents are never changed in place and share what is the
// same, so a step costs little more than what it changed.
const MERGE_MS = 800;

export function createHistory(now = () => Date.now()) {
  let past = [];
  let future = [];
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
    get canUndo() {
      return past.length > 0;
    },
    get canRedo() {
      return future.length > 0;
    },
  };
}
