// The document that is open: the one place where it changes. A change is one step of undo, is drawn, kept as a draft
// in the browser and told to Python, in this order.
import { shallowRef } from "vue";
import { createDraft } from "../draft.js";
import { openFlow } from "../graph/model.js";
import { createHistory, openTrail } from "../history.js";

export function useDocument({ flow, trail, draftKey, version, emit, show }) {
  const before = trail ? openTrail(trail) : {};
  const now = shallowRef(before.now ?? openFlow(flow));
  const history = createHistory(undefined, before);
  const draft = createDraft(draftKey, version);
  let rev = 0;
  let told = "false,false";

  function tellHistory() {
    const state = { canUndo: history.canUndo, canRedo: history.canRedo };
    const text = `${state.canUndo},${state.canRedo}`;
    if (text !== told) emit("history", state);
    told = text;
  }

  function become(next, reason, how) {
    now.value = next;
    show(next, how);
    rev += 1;
    draft.keep(rev, next);
    emit("graph-change", { rev, reason, flow: next, depth: history.depth });
    tellHistory();
  }

  /** Makes a change. `key` merges quick changes of one thing (typing) into one step. False when nothing changed. */
  function change(next, reason, { key = null, how } = {}) {
    if (next === now.value) return false;
    history.push(now.value, key);
    become(next, reason, how);
    return true;
  }

  function travel(next, reason) {
    if (!next) return false;
    become(next, reason);
    return true;
  }

  return {
    now,
    change,
    undo: () => travel(history.undo(now.value), "undo"),
    redo: () => travel(history.redo(now.value), "redo"),
    /** Another document from Python: nothing to undo, nothing to tell. */
    load(next, stored) {
      now.value = openFlow(next);
      history.reset();
      if (stored !== undefined) draft.rebase(stored);
      show(now.value);
      tellHistory();
    },
    /** Another document from Python, stored already, in place of this one: nothing to tell, but it can be undone. */
    replace(next, stored) {
      history.push(now.value);
      now.value = openFlow(next);
      draft.rebase(stored);
      show(now.value);
      tellHistory();
    },
    ack: (acked, stored) => draft.ack(acked, stored),
    /** At the start: goes on with what the server had not stored. True when there was something. */
    restore() {
      tellHistory();
      const { flow: kept, conflict } = draft.found();
      if (conflict) emit("draft-conflict", {});
      return kept ? change(openFlow(kept), "restored") : false;
    },
    /** What Python may look at, and offer, after `draft-conflict`. */
    otherDraft: () => draft.other(),
    useDraft() {
      const kept = draft.takeOther();
      return kept ? change(openFlow(kept), "restored") : false;
    },
    dropDraft() {
      draft.takeOther();
    },
  };
}
