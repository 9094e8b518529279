// Dragging cards with the mouse. Escape calls it off: they go back to where they were, and nothing has changed.
import { onBeforeUnmount } from "vue";
import { notesOf } from "../graph/model.js";

export function useDragging(vf, { doc, dropped }) {
  let calledOff = false;

  function putBack(nodes) {
    const flow = doc.value;
    const places = new Map([...flow.blocks, ...notesOf(flow)].map((one) => [one.id, one.position]));
    for (const node of nodes) if (places.has(node.id)) node.position = { ...places.get(node.id) };
  }

  /** The button is still down: the click that follows its release is not meant. */
  function forgetClick() {
    const stop = (event) => {
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener("click", stop, true);
    window.addEventListener("pointerup", () => setTimeout(() => window.removeEventListener("click", stop, true), 0), { once: true });
  }

  function onKey(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    calledOff = true;
    forgetClick();
    // Vue Flow knows no other end of a drag than this.
    window.dispatchEvent(new MouseEvent("mouseup", { view: window }));
  }
  const listen = () => window.addEventListener("keydown", onKey, true);
  const listenNoMore = () => window.removeEventListener("keydown", onKey, true);

  vf.onNodeDragStart(listen);
  vf.onNodeDragStop(({ nodes }) => {
    listenNoMore();
    if (calledOff) putBack(nodes);
    else dropped(nodes);
    calledOff = false;
  });
  onBeforeUnmount(listenNoMore);
}
