// How far below its outlet a "+" hangs that leads nowhere. Pure, in flow pixels.

const CLEAR = 13; // from the middle of a "+" to what it does not touch

/** `usual` where there is room; `free` is how far below the outlet the next card begins. Between cards that stand too close
 *  for a "+" it lies in the middle, over the edges of both. */
export const stub = (usual, free) => Math.min(usual, Math.max(free / 2, free - CLEAR));
