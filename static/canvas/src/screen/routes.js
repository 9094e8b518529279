// The routes of all links. Each is asked for twice (its line, its "+") and depends on where the other Blocks are, but
// must not be worked out anew for all links in each frame of a drag: it is, when the document changes.
import { shallowRef } from "vue";
import { BLOCK_WIDTH } from "../graph/fan.js";
import { field } from "../graph/field.js";
import { route } from "../graph/route.js";

export function useRoutes({ doc, height }) {
  const round = shallowRef(0);
  const known = new Map(); // link id -> {key, result}
  let within = field([]);

  function renew() {
    within = field(
      doc.value.blocks.map(({ id, position: { x, y } }) => ({
        id,
        left: x,
        top: y,
        right: x + BLOCK_WIDTH,
        bottom: y + height(id),
      })),
    );
    if (known.size > 2 * doc.value.links.length + 50) known.clear();
    round.value += 1;
  }

  function routeOf(id, source, target, sx, sy, tx, ty) {
    const key = `${round.value} ${target} ${sx} ${sy} ${tx} ${ty}`;
    const last = known.get(id);
    if (last?.key === key) return last.result;
    const others = (...area) => within(...area).filter((rect) => rect.id !== source && rect.id !== target);
    const result = route(sx, sy, tx, ty, others, BLOCK_WIDTH);
    known.set(id, { key, result });
    return result;
  }

  return { renew, routeOf };
}
