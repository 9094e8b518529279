// Carrying a Block from the palette with mouse, pen or finger. Pointer events, because HTML's own drag and drop does
// not exist on touch screens.
import { reactive } from "vue";

const FAR_ENOUGH = 5; // pixels: less than this is a click

export function useCarry({ pane, canLand, drop }) {
  const carried = reactive({ entry: null, x: 0, y: 0, over: false, link: null, outlet: null });
  let justDropped = false;

  const isOver = (x, y) => {
    const box = pane.value.getBoundingClientRect();
    return x > box.left && x < box.right && y > box.top && y < box.bottom;
  };

  /** What the Block would be put onto: {link} a link, {from, outlet} a way out that leads nowhere, or null. */
  function spotAt(x, y) {
    for (const el of document.elementsFromPoint(x, y)) {
      if (!pane.value.contains(el)) continue;
      const plus = el.closest(".cw-plus");
      if (plus?.dataset.link) return { link: plus.dataset.link };
      if (plus?.dataset.outlet) return { from: plus.dataset.from, outlet: plus.dataset.outlet };
      const edge = el.closest(".vue-flow__edge");
      if (edge) return { link: edge.dataset.id };
      if (el.closest(".cw-block")) return null;
    }
    return null;
  }

  function grab(entry, event) {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    const el = event.currentTarget;
    const [x0, y0] = [event.clientX, event.clientY];
    const onMove = (e) => {
      if (!carried.entry && Math.hypot(e.clientX - x0, e.clientY - y0) < FAR_ENOUGH) return;
      const over = isOver(e.clientX, e.clientY);
      const spot = over ? spotAt(e.clientX, e.clientY) : null;
      const fits = spot && canLand(entry, spot);
      const link = (fits && spot.link) || null;
      const outlet = fits && spot.outlet ? { from: spot.from, outlet: spot.outlet } : null;
      Object.assign(carried, { entry, x: e.clientX, y: e.clientY, over, link, outlet });
    };
    const end = (e) => {
      for (const [name, handler] of listeners) el.removeEventListener(name, handler);
      window.removeEventListener("keydown", onKey, true);
      const landed = carried.entry && e?.type === "pointerup" && carried.over;
      const where = carried.link ? { link: carried.link } : carried.outlet;
      if (carried.entry) {
        justDropped = true; // the click that follows the release is not meant
        const forget = () => setTimeout(() => (justDropped = false), 0);
        if (e) forget();
        else window.addEventListener("pointerup", forget, { once: true });
      }
      Object.assign(carried, { entry: null, over: false, link: null, outlet: null });
      if (landed) drop(entry, { x: e.clientX, y: e.clientY }, where);
    };
    const onKey = (e) => {
      if (e.key !== "Escape" || !carried.entry) return;
      e.preventDefault();
      e.stopPropagation();
      end();
    };
    const listeners = [["pointermove", onMove], ["pointerup", end], ["pointercancel", end]];
    el.setPointerCapture?.(event.pointerId); // a quick hand leaves the item before the first move is told
    for (const [name, handler] of listeners) el.addEventListener(name, handler);
    window.addEventListener("keydown", onKey, true);
  }

  return { carried, grab, wasDropped: () => justDropped };
}
