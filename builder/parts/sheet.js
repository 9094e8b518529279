// The panel of an editor. On a phone it is a sheet: the bar at its top is dragged up for the whole height, down and away.
const FAR = 60; // pixels that count as a wish

export default {
  props: { grabWords: { type: String, default: "" } },
  emits: ["away"],
  data: () => ({ full: false, height: 0, start: null }),
  computed: {
    dragged() {
      return this.start !== null;
    },
    look() {
      return this.dragged ? { height: `${this.height}px`, maxHeight: "calc(100% - 12px)" } : null;
    },
  },
  methods: {
    grab(event) {
      const height = this.$el.getBoundingClientRect().height;
      this.start = { y: event.clientY, height };
      this.height = height;
      event.target.setPointerCapture(event.pointerId);
    },
    drag(event) {
      if (this.start) this.height = Math.max(40, this.start.height + this.start.y - event.clientY);
    },
    drop(event) {
      if (!this.start) return;
      const by = this.start.y - event.clientY;
      this.start = null;
      if (by > FAR) this.full = true;
      else if (by < -FAR && this.full) this.full = false;
      else if (by < -FAR) this.$emit("away");
    },
    flip() {
      this.full = !this.full;
    },
    rest() {
      this.full = false;
    },
  },
  template: `
    <aside class="cw-panel" :class="{ 'is-full': full, 'is-dragged': dragged }" :style="look">
      <button type="button" class="cw-grab-hit" :aria-label="grabWords" :aria-expanded="String(full)"
        @pointerdown="grab" @pointermove="drag" @pointerup="drop" @pointercancel="drop" @keydown.enter.prevent="flip">
        <span class="cw-grab"></span>
      </button>
      <slot />
    </aside>`,
};
