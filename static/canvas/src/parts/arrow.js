import { ARROW_LENGTH } from "../graph/route.js";

/** The head of a link; its tip is at 0,0. */
export const ARROW = `M-4 -${ARROW_LENGTH}h8l-4 ${ARROW_LENGTH}z`;
