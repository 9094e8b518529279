// What part of the Flow is in view.
import { BLOCK_WIDTH } from "../graph/fan.js";
import { notesOf } from "../graph/model.js";
import { NOTE, USUAL_HEIGHT } from "../graph/place.js";
import { calm } from "./view.js";

const MARGIN = 32;
const READABLE = 0.7; // below this the sentences on the cards cannot be read

export function useCamera(vf, { doc, height, exitRect, covered }) {
  const moving = (ms) => ({ duration: calm() ? 0 : ms });
  let untouched = true; // until a person or Python moves the view, it follows the size of the page

  /** The rectangle of all Blocks, with what stands beside them or without. */
  function extent(withRest = true) {
    const rects = doc.value.blocks.map((block) => ({ ...block.position, width: BLOCK_WIDTH, height: height(block.id) }));
    if (withRest) for (const note of notesOf(doc.value)) rects.push({ ...note.position, ...NOTE });
    if (withRest && exitRect()) rects.push(exitRect());
    if (!rects.length) return null;
    const left = Math.min(...rects.map((r) => r.x));
    const top = Math.min(...rects.map((r) => r.y));
    const right = Math.max(...rects.map((r) => r.x + r.width));
    const bottom = Math.max(...rects.map((r) => r.y + r.height));
    return { left, top, width: right - left, height: bottom - top };
  }

  /** What can be seen of the canvas. */
  function room() {
    const { width, height: tall } = vf.dimensions.value;
    return { width, height: tall - covered() };
  }

  function zoomFor(box) {
    const { width, height: tall } = room();
    return Math.max(0.1, Math.min(1, (width - 2 * MARGIN) / box.width, (tall - 2 * MARGIN) / box.height));
  }

  /** The whole Flow, never larger than life. */
  function fit() {
    const box = extent();
    untouched = false;
    if (!box || !room().width) return;
    const zoom = zoomFor(box);
    const x = room().width / 2 - (box.left + box.width / 2) * zoom;
    const y = Math.max(MARGIN * zoom, room().height / 2 - (box.height / 2) * zoom) - box.top * zoom;
    vf.setViewport({ x, y, zoom }, moving(200));
  }

  /** At the start: the whole Flow if it can be read so, else its first Block at the top. */
  function start(first) {
    const box = extent();
    const { width } = room();
    const blocks = extent(false);
    if (!blocks || !width) return vf.setViewport({ x: width / 2, y: MARGIN, zoom: 1 });
    const fits = zoomFor(box);
    const zoom = fits < READABLE ? 0.9 : fits;
    const anchor = fits < READABLE && first ? { left: first.position.x, top: first.position.y, width: BLOCK_WIDTH } : blocks;
    let x = width / 2 - (anchor.left + anchor.width / 2) * zoom;
    const right = x + (box.left + box.width) * zoom - (width - MARGIN);
    const left = MARGIN - x - box.left * zoom;
    if (fits >= READABLE) x += right > 0 ? -right : Math.max(0, left);
    return vf.setViewport({ x, y: MARGIN - anchor.top * zoom, zoom });
  }

  /** How far a place is from what is in view, in flow pixels; 0 for what is in it. */
  function distance({ x, y }) {
    const view = vf.viewport.value;
    const [left, top] = [-view.x / view.zoom, -view.y / view.zoom];
    const [right, bottom] = [left + room().width / view.zoom, top + room().height / view.zoom];
    return Math.hypot(Math.max(0, left - x - BLOCK_WIDTH, x - right), Math.max(0, top - y - USUAL_HEIGHT, y - bottom));
  }

  /** Pans as little as needed so that a rectangle can be seen. */
  function reveal(rect, ms = 200) {
    untouched = false;
    const { x, y, zoom } = vf.viewport.value;
    const { width, height: tall } = room();
    if (!width) return;
    const edge = Math.min(24, width / 10);
    const shift = (from, size, space) => {
      if (size > space - 2 * edge) return edge - from;
      if (from < edge) return edge - from;
      return Math.min(0, space - edge - (from + size));
    };
    const dx = shift(rect.x * zoom + x, rect.width * zoom, width);
    const dy = shift(rect.y * zoom + y, rect.height * zoom, tall);
    if (dx || dy) vf.setViewport({ x: x + dx, y: y + dy, zoom }, moving(ms));
  }

  function revealNode(id) {
    const node = vf.findNode(id);
    if (!node) return;
    // The document knows the place first; a node may still be on its way there.
    const at = [...doc.value.blocks, ...notesOf(doc.value)].find((one) => one.id === id)?.position ?? node.position;
    reveal({ ...at, width: node.dimensions.width || BLOCK_WIDTH, height: (node.dimensions.height || 100) + 44 });
  }

  /** The middle of the view, in flow coordinates. */
  function middle() {
    const { x, y, zoom } = vf.viewport.value;
    return { x: (room().width / 2 - x) / zoom, y: (room().height / 3 - y) / zoom };
  }

  function isInView(at) {
    const { x, y, zoom } = vf.viewport.value;
    const [sx, sy] = [at.x * zoom + x, at.y * zoom + y];
    return sx > -50 && sy > -20 && sx < room().width - 60 && sy < room().height - 40;
  }

  return {
    fit,
    start,
    distance,
    isUntouched: () => untouched,
    touch() {
      untouched = false;
    },
    reset() {
      untouched = true;
    },
    revealNode,
    middle,
    isInView,
    zoomIn: () => vf.zoomIn(moving(120)),
    zoomOut: () => vf.zoomOut(moving(120)),
  };
}
