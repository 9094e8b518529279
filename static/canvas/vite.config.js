import { readFileSync, readdirSync } from "node:fs";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

// What ends up in the bundle, also where a library brings others inside it. Their licences ask to go with it.
const BUNDLED = [
  "@dagrejs/dagre",
  "@dagrejs/graphlib",
  "@vue-flow/core",
  "@vue-flow/minimap",
  "@vueuse/core",
  "@vueuse/shared",
  ...["color", "dispatch", "drag", "ease", "interpolate", "selection", "timer", "transition", "zoom"].map((d) => `d3-${d}`),
];

const licences = {
  name: "licences",
  generateBundle() {
    const part = (name) => {
      const folder = `node_modules/${name}`;
      const about = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
      const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
      const text = file ? readFileSync(`${folder}/${file}`, "utf8").trim() : `Licence: ${about.license}`;
      return `## ${name} ${about.version} (${about.license})\n\n${text}\n`;
    };
    const source = `# Libraries in index.js\n\n${BUNDLED.map(part).join("\n")}`;
    this.emitFile({ type: "asset", fileName: "licences.md", source });
  },
};

export default defineConfig(({ command }) => ({
  plugins: [vue(), licences],
  // Only in the build: under Vitest this would switch off the hook on which wrapper.emitted() relies.
  define: command === "build" ? { "process.env.NODE_ENV": '"production"', __VUE_PROD_DEVTOOLS__: "false" } : {},
  build: {
    outDir: "dist",
    // NiceGUI hashes the folder's modification time into the address and lets browsers keep it for a year:
    // emptying the folder is what makes a new build arrive.
    emptyOutDir: true,
    sourcemap: false,
    target: "es2022",
    lib: { entry: "src/index.js", formats: ["es"], fileName: () => "index.js" },
    // "vue" stays a bare import: NiceGUI's import map resolves it to NiceGUI's own Vue, so there is one copy.
    rolldownOptions: { external: ["vue"], output: { minify: true } },
  },
  test: {
    environment: "happy-dom",
    include: ["src/test/**/*.test.js"],
    testTimeout: 20_000, // a busy machine is no failure
    // happy-dom lays nothing out and loads no styles: these two complaints of Vue Flow are true there and say nothing.
    onConsoleLog: (text) => !/needs a width and a height|loaded the necessary styles/.test(text),
  },
}));
