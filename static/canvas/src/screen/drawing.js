// Drawing a link from an outlet, and moving an end of one. Let go over empty canvas, the menu asks what comes there.
import { BLOCK_WIDTH } from "../graph/fan.js";

const CLICK = 8; // pixels: less than this is a click on the outlet
const BESIDE = 10; // in flow pixels: who lets go this near to a card means the card

const pointOf = (event) => {
  const one = event?.changedTouches?.[0] ?? event;
  return { x: one?.clientX ?? 0, y: one?.clientY ?? 0 };
};

export function useDrawing(vf, { pane, adding, editing, menu, readonly, tell }) {
  let start = null;
  let done = false;
  let moving = false;

  /** Is there another Block, and one that the outlet cannot lead to? */
  const isRefused = (place) =>
    vf.nodes.value.some(
      ({ id, type, position, dimensions }) =>
        type === "block" &&
        id !== start.from &&
        Math.abs(place.x - position.x - dimensions.width / 2) < dimensions.width / 2 + BESIDE &&
        Math.abs(place.y - position.y - dimensions.height / 2) < dimensions.height / 2 + BESIDE &&
        !adding.mayLead(start.from, start.outlet, id),
    );

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
      if (!start || done || start.type !== "source") return;
      const at = pointOf(event);
      const { from, outlet } = start;
      const isClick = Math.hypot(at.x - start.x, at.y - start.y) < CLICK;
      const place = vf.screenToFlowCoordinate(at);
      if (!isClick && isRefused(place)) return tell("saidNoLink");
      if (moving) return;
      if (isClick) {
        const drawn = vf.findEdge(`${from}:${outlet}`);
        menu.open(start.el, drawn ? { link: drawn.id, from, outlet } : { from, outlet });
        return;
      }
      const under = document.elementFromPoint(at.x, at.y);
      if (!under || !pane.value.contains(under) || under.closest(".vue-flow__node, .cw-float")) return;
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
