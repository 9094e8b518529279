// Where the exit rules stand: beside the first trigger, on the side where no Block is.
import { computed } from "vue";
import { BLOCK_WIDTH } from "../graph/fan.js";
import { blockOf } from "../graph/model.js";
import { GRID, USUAL_HEIGHT } from "../graph/place.js";

const OFFSET = 274; // from the left edge of the trigger
const WIDTH = 196;

export function useExits({ doc, traits }) {
  const exitBlock = computed(() => doc.value.blocks.find((block) => !traits(block).hasInput)?.id ?? null);
  const at = computed(() => exitBlock.value && blockOf(doc.value, exitBlock.value).position);
  const leftOf = (side) => at.value.x + (side === "left" ? BLOCK_WIDTH - OFFSET - WIDTH : OFFSET);

  const isCovered = (side) =>
    doc.value.blocks.some(
      ({ id, position: { x, y } }) =>
        id !== exitBlock.value &&
        x < leftOf(side) + WIDTH + GRID &&
        x + BLOCK_WIDTH > leftOf(side) - GRID &&
        Math.abs(y - at.value.y) < USUAL_HEIGHT - 10,
    );
  const exitSide = computed(() => (at.value && isCovered("right") && !isCovered("left") ? "left" : "right"));

  /** The rectangle they take, in flow pixels, or null without a trigger. */
  const exitRect = () =>
    at.value && { x: leftOf(exitSide.value), y: at.value.y, width: WIDTH, height: USUAL_HEIGHT - 20 };

  return { exitBlock, exitSide, exitRect };
}
