// On a phone the panel is a sheet that lies over the lower part of the canvas.
import { onBeforeUnmount } from "vue";

const MOST = 0.8; // of the canvas: a sheet that is pulled up higher leaves nothing to look at

export function useSheet({ root, pane }) {
  let watched = null;
  let watching = null;
  const find = () => root.value?.closest(".cw-work")?.querySelector(":scope > .cw-panel");

  /** How much of the canvas it hides, in pixels from below. */
  function covered() {
    const sheet = find()?.getBoundingClientRect();
    const canvas = pane.value?.getBoundingClientRect();
    if (!sheet?.height || !canvas || sheet.left > canvas.left || sheet.right < canvas.right) return 0;
    const hidden = canvas.bottom - sheet.top;
    return hidden > 0 && hidden < MOST * canvas.height ? hidden : 0;
  }

  /** Calls `grown` whenever it hides more. Python makes it, so it is looked for again until it is there. */
  function watchIt(grown) {
    const sheet = find();
    if (!sheet || sheet === watched) return;
    watching?.disconnect();
    watched = sheet;
    let before = 0;
    watching = new ResizeObserver(() => {
      const now = covered();
      if (now > before) grown();
      before = now;
    });
    watching.observe(sheet);
  }

  onBeforeUnmount(() => watching?.disconnect());
  return { covered, watchIt };
}
