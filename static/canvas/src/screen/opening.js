// What is in view when a Flow is opened, and what stays in view when the page changes around it.
import { nextTick, onBeforeUnmount, watch } from "vue";
import { blockOf } from "../graph/model.js";
import { flowOrder } from "../graph/walk.js";

const SETTLED_MS = 120;
const AT_ONCE = 40; // Blocks: a Flow this small is drawn in one go
const MARGIN = 60; // around the view: what is just outside is in it as soon as somebody moves it a little

export function useOpening(vf, { doc, traits, camera, view, selection, sheet, onMeasured }) {
  let measured = false;
  let resized = 0;

  function begin() {
    if (camera.isUntouched()) camera.start(blockOf(doc.value, flowOrder(doc.value, traits)[0]));
  }

  function keepInSight() {
    clearTimeout(resized);
    resized = setTimeout(() => {
      if (!camera.isUntouched() && selection.blocks().length === 1) camera.revealNode(selection.blocks()[0]);
    }, SETTLED_MS);
  }

  vf.onNodesInitialized(() => {
    onMeasured();
    if (!measured) begin();
    measured = true;
  });

  // The page may still be laid out when the cards have been measured: until somebody moves the view, it is set again.
  // Later, the panel opens beside the canvas and makes it narrower: what it is about must stay in sight.
  watch(
    () => `${vf.dimensions.value.width} ${vf.dimensions.value.height}`,
    () => {
      if (measured || !doc.value.blocks.length) begin();
      keepInSight();
    },
  );
  // On a phone it comes over the canvas instead.
  watch(
    () => selection.blocks().join(),
    () => {
      sheet.watchIt(keepInSight);
      if (sheet.covered()) keepInSight();
    },
    { flush: "post" },
  );
  onBeforeUnmount(() => clearTimeout(resized));

  return {
    /** Draws the Flow. Of a large one first what is in view and what that is linked to, then the rest from near to far. */
    draw() {
      const { blocks, links } = doc.value;
      if (blocks.length <= AT_ONCE || !vf.dimensions.value.width) return view.show(doc.value);
      begin();
      const far = new Map(blocks.map((block) => [block.id, camera.distance(block.position)]));
      const near = new Set(blocks.map((block) => block.id).filter((id) => far.get(id) <= MARGIN));
      const ends = links.filter((one) => near.has(one.from) || near.has(one.to)).flatMap((one) => [one.from, one.to]);
      const first = new Set([...near, ...ends]);
      const rest = [...far.keys()].filter((id) => !first.has(id)).sort((a, b) => far.get(a) - far.get(b));
      return view.open(doc.value, first, rest);
    },
    /** Another Flow was loaded: its cards have to be measured first, unless they were there already. */
    again() {
      camera.reset();
      measured = false;
      nextTick(() => {
        if (!vf.nodes.value.every((node) => node.dimensions.width)) return;
        measured = true;
        begin();
      });
    },
  };
}
