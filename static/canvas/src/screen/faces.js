// What a card shows besides the document: its sentence and problems, and its numbers. Both come from Python, are kept
// apart from the document, and so are neither saved nor undone. Each card depends on its own entry only.
import { reactive, shallowReactive, toRaw } from "vue";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function merge(target, map) {
  for (const [id, value] of Object.entries(map ?? {})) {
    if (value === null) delete target[id];
    else if (!same(target[id], value)) target[id] = value;
  }
}

export function useFaces(catalog, first) {
  const told = shallowReactive({}); // from Python
  const guessed = shallowReactive({}); // of a Block just added, until Python answers
  const counts = shallowReactive({});
  const exits = reactive({ list: [] });
  // What NiceGUI hands over is watched in all its depth: cards that read through that cost more, and gain nothing.
  merge(told, toRaw(first.faces));
  merge(counts, toRaw(first.counts));
  exits.list = toRaw(first.exits) ?? [];

  const kindOf = (kind) =>
    catalog.kinds[kind] ?? { family: "action", title: kind, icon: "help", outlets: [], hasInput: true };

  /** Everything a card needs to draw a Block. */
  function faceOf(id, kind) {
    const known = kindOf(kind);
    const face = told[id] ?? guessed[id] ?? {};
    return {
      family: known.family,
      icon: face.icon ?? known.icon,
      kind: face.kind ?? known.title,
      say: face.say ?? "",
      outlets: face.outlets ?? known.outlets,
      problems: face.problems ?? [],
      hasInput: known.hasInput !== false,
      compact: Boolean(known.compact),
    };
  }

  return {
    counts,
    exits,
    faceOf,
    /** For the graph's rules: what a Block lets in and out. */
    traits: (block) => {
      const known = kindOf(block.kind);
      const face = told[block.id] ?? guessed[block.id];
      return { hasInput: known.hasInput !== false, outlets: face?.outlets ?? known.outlets };
    },
    kindTraits: (kind) => ({ hasInput: kindOf(kind).hasInput !== false, outlets: kindOf(kind).outlets }),
    /** Of a card that has not been measured: as in cartwheel.css. */
    likelyHeight: (kind) => {
      const known = kindOf(kind);
      if (known.compact) return 56;
      return known.hasNumbers ? 100 : 74;
    },
    nameOf: (block) => {
      const face = faceOf(block.id, block.kind);
      return face.say ? `${face.kind}: ${face.say}` : face.kind;
    },
    guess(id, face) {
      guessed[id] = { ...face, problems: [] };
    },
    known: (id) => told[id] ?? guessed[id],
    setFaces: (map) => merge(told, map),
    setCounts: (map) => merge(counts, map),
    setExits(list) {
      exits.list = list ?? [];
    },
  };
}
