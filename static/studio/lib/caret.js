// Where the cursor is: beside which chip, and at which place of the whole text.
import { GUARD, isChip } from "./writing.js";

const CHIP = "\uFFFC"; // one letter for a chip, when places are counted

const ofGuards = (text) => [...text].every((letter) => letter === GUARD);

// The chip that the cursor touches on one side (-1 before it, 1 after it), or null.
export function chipBeside(side) {
  const selection = getSelection();
  if (!selection.isCollapsed || !selection.anchorNode) return null;
  const { anchorNode: node, anchorOffset: at } = selection;
  if (node.nodeType === 1) return isChip(node.childNodes[side < 0 ? at - 1 : at]) ? node.childNodes[side < 0 ? at - 1 : at] : null;
  const between = side < 0 ? node.data.slice(0, at) : node.data.slice(at);
  if (!ofGuards(between)) return null;
  const next = side < 0 ? node.previousSibling : node.nextSibling;
  return isChip(next) ? next : null;
}

export function putBeside(chip, side) {
  const range = document.createRange();
  if (side < 0) range.setStartBefore(chip);
  else range.setStartAfter(chip);
  const next = side < 0 ? chip.previousSibling : chip.nextSibling;
  if (next?.nodeType === 3) range.setStart(next, side < 0 ? next.data.length : next.data[0] === GUARD ? 1 : 0);
  select(range);
}

export function select(range) {
  range.collapse(true);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

export function putAtEnd(root) {
  const range = document.createRange();
  range.selectNodeContents(root.lastElementChild && !isChip(root.lastElementChild) ? root.lastElementChild : root);
  range.collapse(false);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

// The text with one letter a chip, to compare what was there before and after.
export function counted(root) {
  return leaves(root)
    .map((leaf) => (isChip(leaf) ? CHIP : leaf.nodeName === "BR" ? "\n" : leaf.data))
    .join("");
}

// Put the cursor where `before` and what is there now begin to differ, seen from the end.
export function followChange(root, before) {
  const now = counted(root);
  let same = 0;
  while (same < Math.min(now.length, before.length) && now.at(-1 - same) === before.at(-1 - same)) same += 1;
  let left = now.length - same;
  for (const leaf of leaves(root)) {
    const length = leaf.nodeType === 3 ? leaf.data.length : 1;
    if (left <= length) {
      if (isChip(leaf)) return putBeside(leaf, left ? 1 : -1);
      const range = document.createRange();
      if (leaf.nodeType === 3) range.setStart(leaf, left);
      else range.setStartBefore(leaf);
      return select(range);
    }
    left -= length;
  }
  return putAtEnd(root);
}

function leaves(root) {
  const found = [];
  const walk = (node) => {
    if (node.nodeType === 3 || isChip(node) || node.nodeName === "BR") found.push(node);
    else node.childNodes.forEach(walk);
  };
  root.childNodes.forEach(walk);
  return found;
}
