// A small card beside something on the page. It closes by Escape, and by a press anywhere else.
export default {
  props: { anchor: { type: Object, required: true }, width: { type: Number, default: 300 }, label: String },
  emits: ["close"],
  data: () => ({ place: { opacity: 0 } }),
  mounted() {
    this.put();
    addEventListener("pointerdown", this.away, true);
    addEventListener("resize", this.put);
    // A phone's keyboard comes up below the card.
    visualViewport?.addEventListener("resize", this.put);
  },
  beforeUnmount() {
    removeEventListener("pointerdown", this.away, true);
    removeEventListener("resize", this.put);
    visualViewport?.removeEventListener("resize", this.put);
  },
  methods: {
    put() {
      const box = this.anchor.getBoundingClientRect();
      const high = visualViewport?.height ?? innerHeight;
      const width = Math.min(this.width, innerWidth - 16);
      const below = high - box.bottom > 280 || box.top < high - box.bottom;
      this.place = {
        width: `${width}px`,
        left: `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`,
        ...(below
          ? { top: `${box.bottom + 6}px`, maxHeight: `${Math.max(160, Math.min(420, high - box.bottom - 14))}px` }
          : { bottom: `${innerHeight - box.top + 6}px`, maxHeight: `${Math.max(160, Math.min(420, box.top - 14))}px` }),
      };
    },
    away(event) {
      if (!this.$refs.card?.contains(event.target)) this.$emit("close", "away");
    },
    // Tab goes round inside.
    tab(event) {
      const found = [...this.$refs.card.querySelectorAll("input, select, button")].filter((one) => one.offsetParent);
      const last = event.shiftKey ? found[0] : found.at(-1);
      if (document.activeElement !== last) return;
      event.preventDefault();
      (event.shiftKey ? found.at(-1) : found[0])?.focus();
    },
  },
  template: `
    <Teleport to="body">
      <div ref="card" class="st-pop" role="dialog" :aria-label="label" :style="place"
        @keydown.esc.stop.prevent="$emit('close', 'escape')" @keydown.tab="tab">
        <slot />
      </div>
    </Teleport>`,
};
