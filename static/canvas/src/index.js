import core from "@vue-flow/core/dist/style.css?inline";
import minimap from "@vue-flow/minimap/dist/style.css?inline";
import FlowCanvas from "./FlowCanvas.vue";
import own from "./style.css?inline";
import { WORDS } from "./words.js";

// The styles travel inside the one file: no further request, nothing to register with NiceGUI. Vue Flow's own go into
// a layer below the Vue Flow corrections of cartwheel.css, which would lose against rules outside of layers.
const ID = "flow-canvas-style";
if (typeof document !== "undefined" && !document.getElementById(ID)) {
  const style = document.createElement("style");
  style.id = ID;
  style.textContent = `@layer components {\n${core}\n${minimap}\n}\n${own}`;
  document.head.append(style);
}

export { FlowCanvas, WORDS };
