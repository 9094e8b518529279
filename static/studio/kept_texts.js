// Keeps what is typed into a draft, hands over what was left of it, and lets go of it when it is stored.
import { begin, keep, stored } from "cartwheel-studio/kept.js";

export default {
  props: { shelf: { type: String, required: true }, rev: { type: Number, default: 0 } },
  emits: ["kept"],
  mounted() {
    const entries = begin(this.shelf, this.rev);
    if (Object.keys(entries).length) this.$emit("kept", entries);
    document.addEventListener("cartwheel-typed", this.typed);
  },
  beforeUnmount() {
    document.removeEventListener("cartwheel-typed", this.typed);
  },
  methods: {
    typed({ detail }) {
      keep(detail.place, detail.text);
    },
    stored(rev, texts) {
      stored(rev, texts);
    },
  },
  template: `<span hidden></span>`,
};
