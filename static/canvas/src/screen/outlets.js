// The ways out of a card, as its tags and the "+" under them need them.
import { BLOCK_WIDTH, TAG_BOTTOM, fan } from "../graph/fan.js";

export function useOutlets({ faces, linked, w }) {
  /** The outlets of a Block that lead somewhere. */
  const usedOf = (id) => new Set(linked[id]?.split("\n") ?? []);

  /** All outlets: {id, label, lost, tagged, x, offset}. A single one has no tag and lies in the middle of the card. */
  function outletsOf(id, kind) {
    const { outlets: known } = faces.faceOf(id, kind);
    const used = usedOf(id);
    // A link whose outlet is gone (a branch was removed in the panel) stays in sight until a person decides.
    const lost = [...used].filter((one) => !known.some((outlet) => outlet.id === one));
    const all = [...known, ...lost.map((one) => ({ id: one, label: w("lostOutlet"), lost: true }))];
    const tagged = all.length > 1 || Boolean(all[0]?.lost);
    const offsets = tagged ? fan(all, used) : [0];
    return all.map((one, i) => ({ ...one, tagged, offset: offsets[i], x: BLOCK_WIDTH / 2 + offsets[i] }));
  }

  /** Those that lead nowhere; `below` is how far under the card the line to their "+" begins, `line` how long it is. */
  function looseOf(id, kind) {
    const used = usedOf(id);
    return outletsOf(id, kind)
      .filter((one) => !used.has(one.id))
      .map((one) => ({ ...one, below: one.tagged ? TAG_BOTTOM : 0, line: one.tagged ? 18 : 30 }));
  }

  return { usedOf, outletsOf, looseOf };
}
