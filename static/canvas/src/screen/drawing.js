// Drawing a link from an outlet, and moving an end of one. Let go over empty canvas, the menu asks what comes there.
import { BLOCK_WIDTH } from "../graph/fan.js";

const CLICK = 8; // pixels: less than this is a click on the outlet

const pointOf = (event) => {
  const one = event?.changedTouches?.[0] ?? event;
  return { x: one?.clientX ?? 0, y: one?.clientY ?? 0 };
};

export function useDrawing(vf, { pane, adding, editing, menu, readonly }) {
  let start = null;
  let done = false;
  let moving = false;

  return {
    onStart({ event, nodeId, handleId, handleType }) {
      const one = event?.touches?.[0] ?? event;
      start = { from: nodeId, outlet: handleId, type: handleType, x: one?.clientX ?? 0, y: one?.clientY ?? 0 };
      start.el = event?.target ?? null;
      done = false;
    },
    onConnect(connection) {
      done = true;
      adding.lead(connection.source, connection.sourceHandle, connection.target);
    },
    onEnd(event) {
      if (!start || done || moving || start.type !== "source") return;
      const at = pointOf(event);
      const { from, outlet } = start;
      if (Math.hypot(at.x - start.x, at.y - start.y) < CLICK) {
        const drawn = vf.findEdge(`${from}:${outlet}`);
        menu.open(start.el, drawn ? { link: drawn.id, from, outlet } : { from, outlet });
        return;
      }
      const under = document.elementFromPoint(at.x, at.y);
      if (!under || !pane.value.contains(under) || under.closest(".vue-flow__node, .cw-float")) return;
      const place = vf.screenToFlowCoordinate(at);
      menu.open(at, { from, outlet, at: { x: place.x - BLOCK_WIDTH / 2, y: place.y } });
    },
    // Only the link under the pointer carries the handles by which its ends are taken: two listeners and four elements
    // for each of 200 links would be felt when the Flow opens.
    onNear({ edge }) {
      if (!readonly.value) edge.updatable = true;
    },
    onAway({ edge }) {
      if (!moving) edge.updatable = false;
    },
    onMoveStart() {
      moving = true;
    },
    onMove({ edge, connection }) {
      done = true;
      editing.moveEnd(edge.id, { from: connection.source, outlet: connection.sourceHandle, to: connection.target });
    },
    onMoveEnd() {
      moving = false;
    },
  };
}
