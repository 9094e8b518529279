// The routes of all links, and what stands in the way of a "+" that leads nowhere. Each is asked for twice (its line, its "+") and depends on where the other Blocks are, but
// must not be worked out anew for all links in each frame of a drag: it is, when the document changes.
import { shallowRef } from "vue";
import { BLOCK_WIDTH } from "../graph/fan.js";
import { field } from "../graph/field.js";
import { route } from "../graph/route.js";

const PLUS = 12; // half of a "+"
const BELOW = 45; // from an outlet to what may touch its "+"
const ABOVE = 40; // a card that begins this little above the outlet lies over it

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

  /** Where the nearest card in the way of a "+" under `x`, `y` begins; Infinity where there is none. */
  function topBelow(id, x, y) {
    void round.value; // so that it is asked again when Blocks have moved
    const inWay = within(x - PLUS, y - ABOVE, x + PLUS, y + BELOW).filter((rect) => rect.id !== id && rect.top > y - ABOVE);
    return Math.min(...inWay.map((rect) => rect.top));
  }

  return { renew, routeOf, topBelow };
}
