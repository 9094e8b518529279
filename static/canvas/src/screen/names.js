// NiceGUI's Tailwind writes its stylesheet anew whenever a class name appears on the page for the first time, and the
// whole page is styled and laid out again: 200 ms with 200 Blocks, when they have just been drawn and once more in the
// middle of the first drag. So all names are shown to it once, before there is anything to lay out.
const NAMES = [
  "cw-block cw-canvas cw-cap cw-exit cw-fab cw-float cw-grow cw-icon-btn cw-ink cw-input cw-input-s cw-left cw-map cw-note",
  "cw-pal cw-pal-item cw-plus cw-sep cw-tab cw-tag cw-tile cw-tile-s cw-zoom cw-btn",
  "fc-arrow fc-block fc-carried fc-dots fc-empty fc-exit fc-exit-line fc-fab fc-ghost fc-groups fc-in fc-lines fc-list",
  "fc-loose fc-menu fc-none fc-note fc-note-text fc-of fc-out fc-pal fc-pluses fc-root fc-row fc-scrim fc-sheet fc-sr",
  "fc-stub fc-tag fc-two f-trigger f-timing f-split f-send f-action",
  "is-on is-path is-dim is-bad is-lost is-wanted is-carrying is-landing is-out is-sheet is-none is-left is-right",
  "is-first is-hidden is-hint is-moving alert nums wait end say kind head grip pc ms ms-s ms-l mini",
  "nodrag nopan nowheel source target right bottom selected selectable dragging draggable selection connecting valid",
  "connectable connectablestart connectableend connectionindicator updating animated inactive pannable zoomable",
  ...[
    "container edge edge-interaction edge-labels edge-link edge-path edges edgeupdater edgeupdater-source",
    "edgeupdater-target handle handle-bottom handle-connecting handle-in handle-next handle-no handle-top handle-valid",
    "handle-yes marker minimap minimap-mask minimap-node node node-block node-note nodes nodesselection",
    "nodesselection-rect pane panel selection transformationpane viewport connection connectionline connection-path",
  ]
    .join(" ")
    .split(" ")
    .map((name) => `vue-flow__${name}`),
].join(" ");

const PATIENCE_MS = 100;

/** Resolves when Tailwind has written its stylesheet; the component is mounted after that. */
export async function showNamesEarly() {
  if (!document.querySelector("style[type='text/tailwindcss']")) return;
  const shown = document.createElement("meta");
  shown.className = NAMES;
  let observer;
  const written = new Promise((resolve) => {
    observer = new MutationObserver((changes) => {
      if (changes.some((one) => one.target instanceof HTMLStyleElement)) resolve();
    });
    observer.observe(document.head, { childList: true, subtree: true });
  });
  document.head.append(shown);
  await Promise.race([written, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  observer.disconnect();
  shown.remove();
}
