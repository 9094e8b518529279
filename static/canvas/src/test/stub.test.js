// Where a "+" hangs that leads nowhere.
import { expect, it } from "vitest";
import { stub } from "../graph/stub.js";

it("hangs as usual where there is room, and never reaches under the next card", () => {
  expect(stub(30, Infinity)).toBe(30);
  expect(stub(30, 60)).toBe(30);
  expect(stub(30, 40)).toBe(27); // clear of the card below
  expect(stub(30, 14)).toBe(7); // in the middle between two cards
  expect(stub(30, -8)).toBe(-4); // one of them lies over the other
});
