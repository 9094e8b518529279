// Keeps what is typed into a draft, hands over what was left of it, and lets go of it when it is stored.
//
// A field has a name of its own to be kept under, or stands in a part of the page with a name (data-keep): then it is known
// by that, by its label, and by how many of that label come before it.
import { begin, keep, kept, letGo, stored } from "cartwheel-drafting/kept.js";

const DRAWN_AFTER = 3000; // milliseconds that a part of the page may take until it is there

const labelOf = (box) => {
  const field = box.querySelector("input, textarea, select");
  return (field?.getAttribute("aria-label") ?? field?.labels?.[0]?.textContent ?? "").trim();
};

function places(part) {
  const count = {};
  const found = new Map();
  for (const box of part.querySelectorAll(".cw-box")) {
    const label = labelOf(box);
    count[label] = (count[label] ?? 0) + 1;
    found.set(`${part.dataset.keep} ${label} ${count[label]}`, box);
  }
  return found;
}

function placeOf(box) {
  const part = box.closest?.("[data-keep]");
  if (part) for (const [place, one] of places(part)) if (one === box) return place;
  return "";
}

async function drawn(name) {
  const end = Date.now() + DRAWN_AFTER;
  for (;;) {
    const part = document.querySelector(`[data-keep="${CSS.escape(name)}"]`);
    if (part || Date.now() > end) return part;
    await new Promise((done) => setTimeout(done, 50));
  }
}

export default {
  props: { shelf: { type: String, required: true }, rev: { type: Number, default: 0 } },
  emits: ["kept", "told"],
  mounted() {
    const entries = begin(this.shelf, this.rev);
    if (Object.keys(entries).length) this.$emit("kept", entries);
    document.addEventListener("cartwheel-typed", this.typed);
    document.addEventListener("cartwheel-told", this.told);
  },
  beforeUnmount() {
    document.removeEventListener("cartwheel-typed", this.typed);
    document.removeEventListener("cartwheel-told", this.told);
  },
  methods: {
    typed({ target, detail }) {
      if (detail.place) keep(detail.place, detail.text);
      else keep(placeOf(target), detail.text, detail.from);
    },
    told({ target, detail }) {
      const place = placeOf(target);
      if (place) this.$emit("told", { place, text: detail.text });
    },
    stored(rev, texts) {
      stored(rev, texts);
    },
    // Types again what was kept of a part of the page, where still stands what stood there. Returns the texts for which
    // there is no place: they are kept no longer.
    async putBack(name) {
      const part = await drawn(name);
      const boxes = part ? places(part) : new Map();
      const back = [];
      const lost = [];
      const done = {};
      for (const [place, { text, from }] of Object.entries(kept())) {
        if (!place.startsWith(`${name} `)) continue;
        const box = boxes.get(place);
        if (box && box.dataset.value !== text && box.dataset.value === from) back.push([box, text]);
        else {
          done[place] = text;
          if (box?.dataset.value !== text) lost.push(text);
        }
      }
      letGo(done);
      for (const [box, text] of back) box.dispatchEvent(new CustomEvent("cartwheel-back", { detail: { text } }));
      return { back: back.length, lost };
    },
  },
  template: `<span hidden></span>`,
};
