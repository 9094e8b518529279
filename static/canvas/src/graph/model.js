// The Flow as a document: pure operations, no Vue, no screen. A document is never changed in place. Every function
// returns a new one that shares what did not change, so that undo can keep all of them at little cost and the view
// can tell by identity what to draw again. Keys it does not know are kept as they are.
//
// `traits(block)` tells what the document itself does not know: {hasInput, outlets: [{id, label}]}.

export const linkId = (link) => `${link.from}:${link.outlet}`;
export const blockOf = (flow, id) => flow.blocks.find((block) => block.id === id);
export const linkOf = (flow, id) => flow.links.find((link) => linkId(link) === id);
export const notesOf = (flow) => flow.notes ?? [];
export const clone = (value) => JSON.parse(JSON.stringify(value));

export function openFlow(flow) {
  return { format: 1, blocks: [], links: [], ...clone(flow ?? {}) };
}

/** An id that no Block ever had: numbers of people are kept by id, so the id of a deleted Block must not come back. */
export function freshId(prefix = "b") {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return prefix + Array.from(bytes, (byte) => (byte % 36).toString(36)).join("");
}

/** May this link be drawn? A loop may, into a trigger or into the Block itself it may not. */
export function canLink(flow, { from, outlet, to }, traits) {
  const source = blockOf(flow, from);
  const target = blockOf(flow, to);
  if (!source || !target || from === to || !traits(target).hasInput) return false;
  return traits(source).outlets.some((one) => one.id === outlet);
}

/** One link per outlet: a new one takes the place of the old one. */
export function link(flow, { from, outlet, to }) {
  const fresh = { from, outlet, to };
  const at = flow.links.findIndex((one) => linkId(one) === linkId(fresh));
  if (at < 0) return { ...flow, links: [...flow.links, fresh] };
  if (flow.links[at].to === to) return flow;
  return { ...flow, links: flow.links.with(at, { ...flow.links[at], to }) };
}

export function unlink(flow, ids) {
  const gone = new Set(ids);
  const links = flow.links.filter((one) => !gone.has(linkId(one)));
  return links.length === flow.links.length ? flow : { ...flow, links };
}

/** Moves an end of a link: what it joined before is let go. */
export function relink(flow, id, next) {
  if (id === linkId(next)) return link(flow, next);
  return link(unlink(flow, [id]), next);
}

export function addBlock(flow, block) {
  return { ...flow, blocks: [...flow.blocks, block] };
}

/** Can it stand between two Blocks? */
export const fitsBetween = (traits) => traits.hasInput && traits.outlets.length > 0;

/** Puts a Block between the two ends of a link; its first outlet leads on. */
export function insertOnLink(flow, id, block, traits) {
  const old = linkOf(flow, id);
  if (!old || !fitsBetween(traits(block))) return flow;
  const onward = { from: block.id, outlet: traits(block).outlets[0].id, to: old.to };
  return link(link(addBlock(flow, block), { ...old, to: block.id }), onward);
}

/** Takes Blocks out. Where one way on was left, whoever led to the Block now leads to what came after it. */
export function removeBlocks(flow, ids) {
  let { links } = flow;
  for (const id of ids) {
    const onward = links.filter((one) => one.from === id && one.to !== id);
    const heir = onward.length === 1 ? onward[0].to : null;
    links = links.flatMap((one) => {
      if (one.from === id) return [];
      if (one.to !== id) return [one];
      return heir && heir !== one.from ? [{ ...one, to: heir }] : [];
    });
  }
  const gone = new Set(ids);
  return { ...flow, blocks: flow.blocks.filter((block) => !gone.has(block.id)), links };
}

/** Removes a selection: links first, so that a link that was chosen is not healed back. */
export function remove(flow, { blocks = [], links = [], notes = [] }) {
  let next = unlink(flow, links);
  if (blocks.length) next = removeBlocks(next, blocks);
  if (notes.length) next = { ...next, notes: notesOf(next).filter((note) => !notes.includes(note.id)) };
  return next;
}

/** `places` maps the id of a Block or note to its new {x, y}. */
export function move(flow, places) {
  const put = (one) => {
    const at = places.get(one.id);
    if (!at || (at.x === one.position.x && at.y === one.position.y)) return one;
    return { ...one, position: { x: at.x, y: at.y } };
  };
  const blocks = flow.blocks.map(put);
  const notes = flow.notes?.map(put);
  const same = (a, b) => a === b || a?.every((one, i) => one === b[i]);
  if (same(blocks, flow.blocks) && same(notes, flow.notes)) return flow;
  return notes ? { ...flow, blocks, notes } : { ...flow, blocks };
}

export function setSettings(flow, id, settings) {
  const at = flow.blocks.findIndex((block) => block.id === id);
  if (at < 0) return flow;
  return { ...flow, blocks: flow.blocks.with(at, { ...flow.blocks[at], settings: clone(settings) }) };
}

export function addNote(flow, note) {
  return { ...flow, notes: [...notesOf(flow), note] };
}

export function setNote(flow, id, text) {
  return { ...flow, notes: notesOf(flow).map((note) => (note.id === id ? { ...note, text } : note)) };
}

/** Outlets that lead nowhere, in the order of `ids`: [{from, outlet}]. */
export function looseOutlets(flow, ids, traits) {
  const taken = new Set(flow.links.map(linkId));
  return ids.flatMap((id) =>
    traits(blockOf(flow, id))
      .outlets.map((one) => ({ from: id, outlet: one.id }))
      .filter((one) => !taken.has(linkId(one))),
  );
}
