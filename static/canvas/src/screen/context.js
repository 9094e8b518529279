import { inject } from "vue";

/** What FlowCanvas provides to its parts: words, faces, the document, and what a part may ask for. */
export const CANVAS = Symbol("canvas");
export const useCanvas = () => inject(CANVAS);

/** `data-walk` names what the Tab key stops at; one outlet has one "+", on its link or loose. */
export const walkBlock = (id) => `block:${id}`;
export const walkOutlet = (from, outlet) => `plus:${from}:${outlet}`;
export const walkNote = (id) => `note:${id}`;
export const WALK_EXITS = "exits";
