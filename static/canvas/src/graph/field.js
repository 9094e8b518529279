// The Blocks as rectangles that can be asked for by place. 200 links that each look at all 200 Blocks were a tenth of
// the time in which a large Flow opens; here a link looks only at what stands near it. Pure, in flow pixels.

const CELL = 280; // about a card with its gaps

const reach = (from, to) => [Math.floor(from / CELL), Math.floor(to / CELL)];

/** `rects` are {left, top, right, bottom}. Returns (left, top, right, bottom) => those that lie in there. */
export function field(rects) {
  const columns = new Map(); // column -> row -> rectangles
  rects.forEach((rect) => {
    const [x1, x2] = reach(rect.left, rect.right);
    const [y1, y2] = reach(rect.top, rect.bottom);
    for (let x = x1; x <= x2; x += 1) {
      if (!columns.has(x)) columns.set(x, new Map());
      const rows = columns.get(x);
      for (let y = y1; y <= y2; y += 1) {
        if (rows.has(y)) rows.get(y).push(rect);
        else rows.set(y, [rect]);
      }
    }
  });

  return (left, top, right, bottom) => {
    const found = new Set();
    const [x1, x2] = reach(left, right);
    const [y1, y2] = reach(top, bottom);
    for (let x = x1; x <= x2; x += 1) {
      const rows = columns.get(x);
      if (!rows) continue;
      for (let y = y1; y <= y2; y += 1) {
        for (const rect of rows.get(y) ?? []) {
          if (rect.left < right && rect.right > left && rect.top < bottom && rect.bottom > top) found.add(rect);
        }
      }
    }
    return [...found];
  };
}
