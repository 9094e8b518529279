// Hands over what this browser kept of a draft, and lets go of it when it is stored.
import { begin, stored } from "cartwheel-studio/kept.js";

export default {
  props: { shelf: { type: String, required: true }, rev: { type: Number, default: 0 } },
  emits: ["kept"],
  mounted() {
    const entries = begin(this.shelf, this.rev);
    if (Object.keys(entries).length) this.$emit("kept", entries);
  },
  methods: {
    stored(rev, texts) {
      stored(rev, texts);
    },
  },
  template: `<span hidden></span>`,
};
