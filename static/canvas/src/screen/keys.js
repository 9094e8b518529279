// The keyboard. Tab walks in flow order, arrows follow links, and what a person chooses by key is what keys act on.
import { nextTick, onBeforeUnmount, onMounted } from "vue";
import { blockOf, linkOf, notesOf } from "../graph/model.js";
import { flowOrder, heirOf, stepFrom } from "../graph/walk.js";
import { WALK_EXITS, walkBlock, walkNote, walkOutlet } from "./context.js";

const isTyping = (el) => /^(INPUT|TEXTAREA|SELECT)$/.test(el?.tagName ?? "") || el?.isContentEditable;

// With several canvases on a page, Ctrl+Z outside all of them belongs to the one that was used last.
let lastUsed = null;

export function useKeys({ root, pane, doc, faces, selection, camera, editing, exitBlock, readonly, close }) {
  const { traits } = faces;
  const find = (key) => pane.value?.querySelector(`[data-walk="${CSS.escape(key)}"]`);

  /** Everything Tab stops at, in flow order. */
  function stops() {
    const flow = doc.now.value;
    const keys = [];
    for (const id of flowOrder(flow, traits)) {
      keys.push(walkBlock(id));
      if (id === exitBlock.value) keys.push(WALK_EXITS);
      for (const one of traits(blockOf(flow, id)).outlets) keys.push(walkOutlet(id, one.id));
    }
    return [...keys, ...notesOf(flow).map((note) => walkNote(note.id))];
  }

  function land(el) {
    el.focus({ preventScroll: true });
    const box = el.getBoundingClientRect();
    const frame = pane.value.getBoundingClientRect();
    const [kind, id] = el.dataset.walk.split(/:(.*)/s);
    if (kind === "block" || kind === "note") camera.revealNode(id);
    else if (box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom) {
      camera.revealNode(id?.split(":")[0] ?? exitBlock.value);
    }
  }

  /** Focus moves to a Block, and the choice with it. */
  function goTo(id, extend = false) {
    const el = find(walkBlock(id));
    if (!el) return;
    if (extend) selection.also(id);
    else selection.only([id]);
    land(el);
  }

  /** Focuses a card as soon as it can be: a new one is measured before it is visible. Without an id the pane. */
  function focus(id, tries = 12) {
    const el = id ? (find(walkBlock(id)) ?? find(walkNote(id))) : pane.value;
    el?.focus({ preventScroll: true });
    if (id && document.activeElement !== el && tries > 0) requestAnimationFrame(() => focus(id, tries - 1));
  }

  function tab(event) {
    const here = event.target.closest?.("[data-walk]")?.dataset.walk ?? null;
    if (!here && event.target !== pane.value) return;
    const keys = stops();
    const step = event.shiftKey ? -1 : 1;
    if (!here && step < 0) return;
    for (let i = (here ? keys.indexOf(here) : -1) + step; i >= 0 && i < keys.length; i += step) {
      const el = find(keys[i]);
      if (!el) continue;
      event.preventDefault();
      if (keys[i].startsWith("block:")) goTo(keys[i].slice(6));
      else land(el);
      return;
    }
    if (step < 0 && here) {
      event.preventDefault();
      focus(null);
    }
  }

  function arrow(event) {
    const walk = event.target.closest?.("[data-walk]")?.dataset.walk;
    const flow = doc.now.value;
    if (event.altKey) {
      if (readonly.value) return;
      event.preventDefault();
      editing.nudge(event.key);
    } else if (walk?.startsWith("block:")) {
      event.preventDefault();
      const to = stepFrom(flow, walk.slice(6), event.key, traits);
      if (to) goTo(to, event.shiftKey);
    } else if (walk?.startsWith("plus:")) {
      event.preventDefault();
      const one = linkOf(flow, walk.slice(5));
      if (event.key === "ArrowUp") goTo(walk.slice(5).split(":")[0]);
      else if (event.key === "ArrowDown" && one) goTo(one.to);
    } else if (event.target === pane.value) {
      const [first] = selection.blocks().length ? selection.blocks() : flowOrder(flow, traits);
      if (first) {
        event.preventDefault();
        goTo(first);
      }
    }
  }

  function erase(event) {
    if (readonly.value) return;
    event.preventDefault();
    const walk = event.target.closest?.("[data-walk]")?.dataset.walk;
    if (walk?.startsWith("plus:") && linkOf(doc.now.value, walk.slice(5))) {
      editing.removeLink(walk.slice(5));
      focus(walk.slice(5).split(":")[0]);
    } else editing.removeSelected();
  }

  /** What was focused may be gone after a `step`; the focus must not fall out of the canvas, and the keys with it. */
  function keepFocus(step) {
    const before = doc.now.value;
    const el = pane.value.contains(document.activeElement) ? document.activeElement : null;
    const here = el?.closest("[data-walk]")?.dataset.walk;
    step();
    if (!here) return;
    nextTick(() => {
      if (pane.value?.contains(document.activeElement)) return;
      const id = here.split(":")[1];
      const again = find(here);
      if (again) again.focus({ preventScroll: true });
      else if (blockOf(doc.now.value, id)) goTo(id);
      else {
        const heir = [editing.originalOf(id), heirOf(before, doc.now.value, id)].find((one) => find(walkBlock(one)));
        if (heir) goTo(heir);
        else focus(null);
      }
    });
  }

  function travel(event) {
    const key = event.key.toLowerCase();
    if (readonly.value || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (key !== "z" && key !== "y") return;
    keepFocus(key === "y" || event.shiftKey ? editing.redo : editing.undo);
    event.preventDefault();
  }

  function onKeydown(event) {
    if (event.defaultPrevented) return;
    if (event.key === "Escape") {
      if (close()) event.stopPropagation();
      else if (!isTyping(event.target) && pane.value?.contains(event.target)) {
        selection.none();
        if (event.target !== pane.value) focus(null);
      }
      return;
    }
    if (isTyping(event.target) || !pane.value?.contains(event.target)) return;
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Tab") tab(event);
    else if (event.key.startsWith("Arrow")) arrow(event);
    else if (event.key === "Delete" || event.key === "Backspace") erase(event);
    else if (command && event.key.toLowerCase() === "a") {
      event.preventDefault();
      selection.everything();
    } else if (command && event.key.toLowerCase() === "d") {
      event.preventDefault();
      if (!readonly.value && editing.duplicateSelected()) focus(selection.blocks()[0]);
    }
  }

  // The search of Blocks is emptied when one was added, and keeps the focus for the next one.
  const isSpent = (el) => el?.value === "" && root.value.contains(el) && el.closest(".fc-pal");

  // Undo works wherever the focus is, except where text is typed: a button of the bar above must not take it away.
  function onWindowKeydown(event) {
    const el = event.target;
    const free = !event.defaultPrevented && (!isTyping(el) || isSpent(el)) && !el?.closest?.("[role=dialog]:not(.fc-menu)");
    if (free && lastUsed === root.value) travel(event);
  }

  const use = () => {
    lastUsed = root.value;
  };
  onMounted(() => {
    use();
    window.addEventListener("keydown", onWindowKeydown);
  });
  onBeforeUnmount(() => {
    window.removeEventListener("keydown", onWindowKeydown);
    if (lastUsed === root.value) lastUsed = null;
  });

  return { onKeydown, use, focus, goTo, isTyping };
}
