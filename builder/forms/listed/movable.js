// A list whose lines are moved by their grip: dragged with mouse, pen or finger, or with the arrow keys. The lines are
// drawn by Python, as <li data-item="id"> with a [data-grip] in it; Python is told the new place and moves the line.
const THRESHOLD = 4; // pixels until a press becomes a drag
const EDGE = 40; // near the end of what is in sight, it scrolls

export default {
  props: { label: String, moved: String }, // `moved`: "{name} is now number {place}"
  emits: ["move"],
  data: () => ({ said: "" }),
  mounted() {
    this.watcher = new MutationObserver(this.settle);
    this.watcher.observe(this.$refs.list, { childList: true });
  },
  beforeUnmount() {
    this.stop();
    this.settle();
    this.watcher.disconnect();
  },
  methods: {
    lines() {
      return [...this.$refs.list.children].filter((one) => one.dataset.item);
    },
    gripOf(event) {
      const grip = event.target.closest("[data-grip]");
      return grip && !grip.matches(":disabled") ? grip : null;
    },
    grab(event) {
      const grip = this.gripOf(event);
      if (!grip || event.button !== 0) return;
      event.preventDefault(); // no text is marked
      grip.focus();
      this.settle();
      const line = grip.closest("[data-item]");
      const lines = this.lines();
      const scroller = this.$refs.list.closest(".body") ?? document.scrollingElement;
      this.drag = {
        line,
        lines,
        scroller,
        from: lines.indexOf(line),
        to: lines.indexOf(line),
        y: event.clientY + scroller.scrollTop,
        boxes: lines.map((one) => ({ top: one.offsetTop, high: one.offsetHeight })),
        pointer: event.pointerId,
        moved: false,
      };
      addEventListener("pointermove", this.pull);
      addEventListener("pointerup", this.drop);
      addEventListener("pointercancel", this.stop);
      addEventListener("keydown", this.escape, true);
    },
    pull(event) {
      const drag = this.drag;
      if (!drag || event.pointerId !== drag.pointer) return;
      const seen = drag.scroller.getBoundingClientRect();
      if (drag.moved && event.clientY < seen.top + EDGE) drag.scroller.scrollTop -= 12;
      else if (drag.moved && event.clientY > seen.bottom - EDGE) drag.scroller.scrollTop += 12;
      const by = event.clientY + drag.scroller.scrollTop - drag.y;
      if (!drag.moved && Math.abs(by) < THRESHOLD) return;
      drag.moved = true;
      const { boxes, from, lines, line } = drag;
      const gap = boxes.length > 1 ? boxes[1].top - boxes[0].top - boxes[0].high : 0;
      const [top, bottom] = [boxes[from].top + by, boxes[from].top + by + boxes[from].high];
      // It changes places with those whose middle its leading edge has passed.
      drag.to = boxes.filter((one, i) => {
        const middle = one.top + one.high / 2;
        return i < from ? top >= middle : i > from && bottom > middle;
      }).length;
      lines.forEach((one, i) => {
        const away = i > from && i <= drag.to ? -1 : i < from && i >= drag.to ? 1 : 0;
        one.style.transform = one === line ? `translateY(${by}px)` : away ? `translateY(${away * (boxes[from].high + gap)}px)` : "";
      });
      line.classList.add("is-dragged");
    },
    drop() {
      const drag = this.drag;
      const to = drag.to;
      const { line, from, moved } = drag;
      this.stop(moved && to !== from);
      if (moved && to !== from) this.tell(line, to);
    },
    escape(event) {
      if (event.key !== "Escape" || !this.drag?.moved) return;
      event.preventDefault();
      event.stopPropagation();
      this.stop();
    },
    /** Ends the drag. With `keep`, everything stays where it was let go until Python has moved the line. */
    stop(keep = false) {
      if (this.drag && keep !== true) this.settle();
      this.drag = null;
      removeEventListener("pointermove", this.pull);
      removeEventListener("pointerup", this.drop);
      removeEventListener("pointercancel", this.stop);
      removeEventListener("keydown", this.escape, true);
    },
    settle() {
      for (const one of this.lines()) {
        one.style.transform = "";
        one.classList.remove("is-dragged");
      }
      // A line that is put elsewhere in the page loses the focus.
      const line = this.following;
      this.following = null;
      if (line && document.activeElement === document.body) line.querySelector("[data-grip]")?.focus();
    },
    keys(event) {
      const grip = this.gripOf(event);
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!grip || !step) return;
      event.preventDefault();
      const line = grip.closest("[data-item]");
      const to = this.lines().indexOf(line) + step;
      if (to >= 0 && to < this.lines().length) this.tell(line, to);
    },
    tell(line, to) {
      const name = line.querySelector("input")?.value ?? "";
      this.said = this.moved.replace(/\{(\w+)\}/g, (_, place) => (place === "name" ? name : to + 1));
      this.following = line;
      this.$emit("move", { id: line.dataset.item, to });
    },
  },
  template: `
    <div class="cw-movable">
      <ul ref="list" class="cw-items" :aria-label="label" @pointerdown="grab" @keydown="keys"><slot></slot></ul>
      <span class="cw-unseen" role="status">{{ said }}</span>
    </div>`,
};
