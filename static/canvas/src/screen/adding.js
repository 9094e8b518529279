// Adding a Block: where it goes, what it is linked to, and what makes room.
import { BLOCK_WIDTH, COLUMN } from "../graph/fan.js";
import {
  addBlock,
  blockOf,
  canLink,
  clone,
  fitsBetween,
  freshId,
  insertOnLink,
  link,
  linkId,
  linkOf,
  looseOutlets,
} from "../graph/model.js";
import { freePlace, makeRoomBelow, onLink, snap, spreadSiblings, stride, under } from "../graph/place.js";
import { flowOrder } from "../graph/walk.js";

export function useAdding({ doc, faces, view, camera, selection, announce }) {
  const { traits, nameOf } = faces;
  let fresh = null; // the Block that is being added: not measured yet
  const height = (id) => (id === fresh?.id ? faces.likelyHeight(fresh.kind) : view.height(id));

  function between(flow, block, id) {
    const one = linkOf(flow, id);
    block.position = snap(onLink(flow, id, traits, height));
    const text = () =>
      announce("saidAddedBetween", {
        block: nameOf(block),
        from: nameOf(blockOf(flow, one.from)),
        to: nameOf(blockOf(flow, one.to)),
      });
    return [makeRoomBelow(insertOnLink(flow, id, block, traits), block.id, traits, height), text];
  }

  function after(flow, block, { from, outlet, at: wanted }) {
    const linked = link(addBlock(flow, block), { from, outlet, to: block.id });
    const spread = wanted ? linked : spreadSiblings(flow, linked, from, traits);
    const others = { ...spread, blocks: spread.blocks.filter((one) => one.id !== block.id) };
    const at = wanted ? snap(wanted) : freePlace(others, under(spread, from, outlet, traits, height), height);
    const placed = { ...block, position: at };
    const next = { ...spread, blocks: spread.blocks.map((one) => (one.id === block.id ? placed : one)) };
    return [next, () => announce("saidAddedAfter", { block: nameOf(block), from: nameOf(blockOf(flow, from)) })];
  }

  function alone(flow, block, at) {
    block.position = at;
    return [addBlock(flow, block), () => announce("saidAdded", { block: nameOf(block) })];
  }

  /** A trigger goes above what has none yet, else beside the others, with room for the exit rules between. */
  function asTrigger(flow, block) {
    const triggers = flow.blocks.filter((one) => !traits(one).hasInput);
    const [first] = flowOrder(flow, traits);
    if (!triggers.length && first) {
      const below = blockOf(flow, first).position;
      const at = snap({ x: below.x, y: below.y - stride(block, traits, height) });
      const [next, text] = alone(flow, block, at);
      return [link(next, { from: block.id, outlet: traits(block).outlets[0].id, to: first }), text];
    }
    if (!triggers.length) return alone(flow, block, snap({ x: -BLOCK_WIDTH / 2, y: 0 }));
    const right = triggers.reduce((a, b) => (a.position.x > b.position.x ? a : b)).position;
    return alone(flow, block, freePlace(flow, { x: right.x + 2 * COLUMN, y: right.y }, height));
  }

  function middle(flow) {
    const at = camera.middle();
    return freePlace(flow, { x: at.x - BLOCK_WIDTH / 2, y: at.y }, height);
  }

  /** After the chosen Block, else after the last loose outlet, else in the middle of the view. */
  function somewhere(flow, block) {
    const [chosen] = selection.blocks().length === 1 ? selection.blocks() : [];
    if (chosen) {
      const [loose] = looseOutlets(flow, [chosen], traits);
      if (loose) return after(flow, block, loose);
      const onward = flow.links.find((one) => one.from === chosen);
      if (onward && fitsBetween(traits(block))) return between(flow, block, linkId(onward));
    }
    const loose = looseOutlets(flow, flowOrder(flow, traits), traits).at(-1);
    return loose ? after(flow, block, loose) : alone(flow, block, middle(flow));
  }

  /**
   * Adds what a palette entry stands for. `where`: {link} between its ends, {from, outlet} after an outlet, {at} at a
   * place (also with an outlet), or nothing. Returns the new Block's id.
   */
  function add(entry, where = {}) {
    const flow = doc.now.value;
    const block = { id: freshId(), kind: entry.kind, settings: clone(entry.settings ?? {}), position: { x: 0, y: 0 } };
    fresh = block;
    faces.guess(block.id, { icon: entry.icon, say: entry.say });
    const { hasInput } = traits(block);
    let done;
    if (hasInput && where.link && linkOf(flow, where.link) && fitsBetween(traits(block))) done = between(flow, block, where.link);
    else if (hasInput && where.from) done = after(flow, block, where);
    else if (where.at) done = alone(flow, block, snap(where.at));
    else if (hasInput) done = somewhere(flow, block);
    else done = asTrigger(flow, block);
    const [next, tell] = done;
    doc.change(next, "add");
    selection.only([block.id]);
    camera.revealNode(block.id);
    tell();
    return block.id;
  }

  const mayLead = (from, outlet, to) => canLink(doc.now.value, { from, outlet, to }, traits);

  /** Lets an outlet lead to a Block that is there. */
  function lead(from, outlet, to) {
    const flow = doc.now.value;
    if (!mayLead(from, outlet, to)) {
      announce("saidNoLink");
      return false;
    }
    if (!doc.change(link(flow, { from, outlet, to }), "connect")) return false;
    announce("saidLinked", { from: nameOf(blockOf(flow, from)), to: nameOf(blockOf(flow, to)) });
    return true;
  }

  return { add, lead, mayLead };
}
