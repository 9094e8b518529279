// What the menu of a "+" offers, and what a choice does.
import { computed } from "vue";
import { blockOf, canLink, fitsBetween, linkOf } from "../graph/model.js";
import { flowOrder } from "../graph/walk.js";

export function useChoices({ menu, doc, faces, catalog, adding, editing, keys }) {
  const { traits, kindTraits, faceOf } = faces;
  const where = () => menu.state.value?.where ?? {};

  const entries = computed(() => {
    const { only, link, from } = where();
    if (only) return catalog.palette.filter((entry) => entry.family === only);
    if (link) return catalog.palette.filter((entry) => fitsBetween(kindTraits(entry.kind)));
    if (from) return catalog.palette.filter((entry) => kindTraits(entry.kind).hasInput);
    return catalog.palette;
  });

  /** The Blocks that the outlet may lead to instead. */
  const targets = computed(() => {
    const { link, from, outlet } = where();
    if (!from) return [];
    const flow = doc.now.value;
    const now = link && linkOf(flow, link)?.to;
    return flowOrder(flow, traits)
      .filter((to) => to !== now && canLink(flow, { from, outlet, to }, traits))
      .map((to) => {
        const { family, icon, kind, say } = faceOf(to, blockOf(flow, to).kind);
        return { id: to, block: to, family: "here", tint: family, icon, title: say || kind, search: kind };
      });
  });

  // The menu is gone before something changes, so that the focus can go where the change is.
  const closing = (act) => (choice) => {
    const at = where();
    menu.dismiss();
    keys.focus(act(at, choice));
  };

  return {
    entries,
    targets,
    pick: closing((at, entry) => adding.add(entry, at)),
    lead: closing((at, to) => {
      adding.lead(at.from, at.outlet, to);
      return at.from;
    }),
    unlink: closing((at) => {
      editing.removeLink(at.link);
      return at.from;
    }),
  };
}
