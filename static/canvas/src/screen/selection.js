// What is chosen on the canvas. Vue Flow keeps it; Python is told of chosen Blocks whenever they change.
import { nextTick, watch } from "vue";

export function useSelection(vf, { emit, announce }) {
  const chosen = (type) => vf.nodes.value.filter((node) => node.selected && node.type === type).map((node) => node.id);
  const blocks = () => chosen("block");
  const notes = () => chosen("note");
  const links = () => vf.edges.value.filter((edge) => edge.selected);

  // Set directly: Vue Flow's own calls add instead of replace while Ctrl is held, as it is in Ctrl+D.
  function choose(wanted, wantedLink = () => false) {
    vf.nodesSelectionActive.value = false;
    for (const node of vf.nodes.value) {
      const want = wanted(node);
      if (node.selected !== want) node.selected = want;
    }
    for (const edge of vf.edges.value) {
      const want = wantedLink(edge);
      if (edge.selected !== want) edge.selected = want;
    }
  }

  function only(ids) {
    const set = new Set(ids);
    choose((node) => set.has(node.id));
  }

  let told = "";
  watch(
    () => blocks().join(),
    (text) => {
      if (text === told) return;
      told = text;
      const ids = blocks();
      emit("block-select", { ids });
      if (ids.length > 1) nextTick(() => announce("saidSelected", { count: ids.length }));
    },
    { flush: "post" },
  );

  return {
    blocks,
    notes,
    links,
    all: () => [...blocks(), ...notes()],
    any: () => vf.nodes.value.some((node) => node.selected) || links().length > 0,
    only,
    also: (id) => only([...blocks(), ...notes(), id]),
    none: () => only([]),
    everything: () => choose(() => true),
    onlyLink: (id) => choose(() => false, (edge) => edge.id === id),
  };
}
