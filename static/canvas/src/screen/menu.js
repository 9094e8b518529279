// The menu of a "+": where it opens, and where the focus goes when it closes.
import { nextTick, shallowRef } from "vue";

const WIDTH = 272;
const EDGE = 8;
const ENOUGH = 380; // high enough to show the list below the "+"

export function useMenu({ root, narrow, readonly, focusOn }) {
  const state = shallowRef(null);
  let opener = null;
  let count = 0;

  /** `anchor` is an element or a point on the screen; `where` as in adding.add. */
  function open(anchor, where) {
    if (readonly.value) return;
    opener = anchor instanceof Element ? anchor : null;
    const box = opener?.getBoundingClientRect() ?? { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
    const frame = root.value.getBoundingClientRect();
    const middle = (box.left + box.right) / 2 - frame.left;
    const x = Math.max(EDGE, Math.min(middle - WIDTH / 2, frame.width - WIDTH - EDGE));
    const below = frame.bottom - box.bottom - 2 * EDGE;
    const over = box.top - frame.top - 2 * EDGE;
    const above = below < ENOUGH && over > below;
    count += 1;
    state.value = {
      key: count,
      where,
      link: where.link ?? null,
      sheet: narrow.value,
      above,
      x,
      y: above ? frame.bottom - box.top + EDGE : box.bottom - frame.top + EDGE,
      room: Math.min(440, above ? over : below),
    };
  }

  function dismiss() {
    state.value = null;
  }

  /** Closes without a choice: the focus returns to the "+". False when no menu was open. */
  function close() {
    const was = state.value;
    if (!was) return false;
    dismiss();
    nextTick(() => {
      if (opener?.isConnected) opener.focus({ preventScroll: true });
      else focusOn(was.where.from ?? null);
    });
    return true;
  }

  return { state, open, close, dismiss };
}
