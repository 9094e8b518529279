// Where the outcome tags of a Block with several outlets hang below it. Pure, in flow pixels.

export const BLOCK_WIDTH = 236;
export const GAP_X = 44; // between two Blocks side by side: with the width a multiple of the grid, so that links drop straight
export const COLUMN = BLOCK_WIDTH + GAP_X;
export const TAG_TOP = 18; // from the lower edge of the card to the tag
export const TAG_BOTTOM = 38; // the link starts here

const MANY = 140; // four and more ways hang closer than a column
const TAG_MOST = 132; // a longer label is cut
const roomFor = (label) => Math.max(96, Math.min(TAG_MOST, 16 + 7 * (label ?? "").length) + 12);

/**
 * Distance of each outlet's tag from the middle of the card. `outlets` is [{id, label}], `linked` the ids of those that
 * lead somewhere: they hang a column apart, so that tidied links drop straight into the Blocks below; a single one
 * hangs straight under the card. Loose ones stand close.
 */
export function fan(outlets, linked) {
  const used = outlets.filter((one) => linked.has(one.id));
  const apart = used.length <= 3 ? COLUMN : MANY;
  const widths = outlets.map((one) => (used.length > 1 && linked.has(one.id) ? apart : roomFor(one.label)));
  let x = 0;
  const at = outlets.map((_, i) => {
    x += i ? (widths[i - 1] + widths[i]) / 2 : 0;
    return x;
  });
  const fixed = used.length ? at.filter((_, i) => linked.has(outlets[i].id)) : at;
  const middle = (fixed[0] + fixed.at(-1)) / 2;
  return at.map((one) => Math.round(one - middle));
}

/** The line from the card's lower edge to a tag, as an SVG path that starts at 0,0. */
export function fanPath(offset) {
  if (offset === 0) return `M0 0V${TAG_TOP}`;
  const bend = 9;
  const turn = Math.min(bend, Math.abs(offset) / 2);
  const side = Math.sign(offset);
  return `M0 0Q0 ${bend} ${side * turn} ${bend}H${offset - side * turn}Q${offset} ${bend} ${offset} ${TAG_TOP}`;
}
