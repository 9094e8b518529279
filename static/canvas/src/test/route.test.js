import { describe, expect, it } from "vitest";
import { field } from "../graph/field.js";
import { route } from "../graph/route.js";

const card = (x, y, height = 100) => ({ left: x, top: y, right: x + 236, bottom: y + height });

/** The points of a path, also those that steer its bends. */
const points = (d) => [...d.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

/** Does a path run behind a card? */
function behind(d, rect) {
  const all = points(d);
  for (let i = 1; i < all.length; i += 1) {
    for (let t = 0; t <= 1; t += 0.02) {
      const x = all[i - 1][0] + (all[i][0] - all[i - 1][0]) * t;
      const y = all[i - 1][1] + (all[i][1] - all[i - 1][1]) * t;
      if (x > rect.left && x < rect.right && y > rect.top && y < rect.bottom) return true;
    }
  }
  return false;
}

describe("the way a link takes", () => {
  it("is straight to a Block below, with the + in its middle", () => {
    expect(route(118, 100, 118, 140)).toEqual({ d: "M118 100L118 135", x: 118, y: 120, endX: 118 });
    expect(route(118, 100, 121, 140).d).toBe("M118 100L118 135");
  });

  it("turns halfway to a Block aside", () => {
    const way = route(118, 100, 400, 200);
    expect(way.x).toBe(259);
    expect(way.y).toBeCloseTo(147.5);
    expect(points(way.d)[0]).toEqual([118, 100]);
    expect(points(way.d).at(-1)).toEqual([400, 195]);
  });

  it("turns later or earlier when a Block is in the way", () => {
    const between = card(300, 240);
    const way = route(118, 100, 440, 480, field([between]));
    expect(behind(way.d, between)).toBe(false);
  });

  it("runs beside Blocks that stand in both columns", () => {
    const between = card(70, 240);
    const way = route(118, 100, 258, 480, field([between]));
    expect(behind(way.d, between)).toBe(false);
    expect(points(way.d).at(-1)).toEqual([258, 475]);
  });

  it("also straight down", () => {
    const between = card(0, 240);
    expect(behind(route(118, 100, 118, 480, field([between])).d, between)).toBe(false);
  });

  it("leads back up beside the Blocks it passes", () => {
    const column = [card(0, 140), card(0, 280), card(0, 420)];
    const way = route(118, 660, 118, 0, field(column));
    for (const rect of [...column, card(0, 0), card(0, 560)]) expect(behind(way.d, rect)).toBe(false);
    expect(Math.abs(way.x - 118)).toBeGreaterThan(118);
  });

  it("runs between two Blocks side by side to the one beside", () => {
    const way = route(-22, 640, 258, 540);
    expect(behind(way.d, card(-140, 540))).toBe(false);
    expect(behind(way.d, card(140, 540))).toBe(false);
    expect(way.x).toBe(118);
  });
});

describe("the Blocks in an area", () => {
  it("are those that a look at every one of them would find", () => {
    const cards = Array.from({ length: 200 }, (_, i) => card(((i * 173) % 3000) - 900, ((i * 337) % 2500) - 700, 56 + (i % 3) * 40));
    const within = field(cards);
    for (let i = 0; i < 200; i += 1) {
      const [left, top] = [((i * 97) % 3000) - 900, ((i * 211) % 2500) - 700];
      const [right, bottom] = [left + ((i * 31) % 700), top + ((i * 61) % 900)];
      const met = cards.filter((one) => one.left < right && one.right > left && one.top < bottom && one.bottom > top);
      expect(new Set(within(left, top, right, bottom))).toEqual(new Set(met));
    }
  });
});
