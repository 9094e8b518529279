// The sections of an e-mail: chosen by a press, moved by dragging (mouse, pen, finger) or with the arrow keys on the grip.
const THRESHOLD = 5; // pixels until a press becomes a drag

export default {
  props: {
    items: { type: Array, default: () => [] }, // {id, icon, title, line, level}
    chosen: { type: String, default: "" },
    readonly: Boolean,
    words: { type: Object, default: () => ({}) }, // list, grip, moved, bad, warn
  },
  emits: ["choose", "move", "remove"],
  data: () => ({ drag: null, said: "" }),
  computed: {
    order() {
      if (!this.drag?.moved) return this.items;
      const order = this.items.filter((one) => one.id !== this.drag.id);
      order.splice(this.drag.to, 0, this.items[this.drag.from]);
      return order;
    },
  },
  watch: {
    async chosen(id) {
      // One that was added may stand far below.
      await this.$nextTick();
      this.$refs.list.querySelector(`[data-section="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
    },
  },
  beforeUnmount() {
    this.stop();
  },
  methods: {
    // ---- dragging

    grab(event, one, byGrip) {
      // A finger on the row scrolls the list; it drags by the grip.
      if (this.readonly || event.button !== 0 || (event.pointerType === "touch" && !byGrip)) return;
      const from = this.items.indexOf(one);
      this.drag = { id: one.id, from, to: from, y: event.clientY, moved: false, pointer: event.pointerId };
      addEventListener("pointermove", this.pull);
      addEventListener("pointerup", this.drop);
      addEventListener("pointercancel", this.stop);
      addEventListener("keydown", this.escape, true);
    },
    pull(event) {
      const drag = this.drag;
      if (!drag || event.pointerId !== drag.pointer) return;
      if (!drag.moved && Math.abs(event.clientY - drag.y) < THRESHOLD) return;
      drag.moved = true;
      event.preventDefault();
      // Where the others end when the dragged one is taken out: it goes below those that end above the pointer.
      let end = this.$refs.list.getBoundingClientRect().top;
      drag.to = this.items.filter((one) => {
        if (one.id === drag.id) return false;
        end += this.$refs.list.querySelector(`[data-section="${CSS.escape(one.id)}"]`).offsetHeight;
        return end <= event.clientY;
      }).length;
      const scroller = this.$refs.list.parentElement;
      const box = scroller.getBoundingClientRect();
      if (event.clientY < box.top + 32) scroller.scrollTop -= 12;
      else if (event.clientY > box.bottom - 32) scroller.scrollTop += 12;
    },
    drop() {
      const drag = this.drag;
      this.stop();
      if (!drag?.moved) return;
      this.dropped = true; // the click that follows is none
      setTimeout(() => (this.dropped = false));
      if (drag.to !== drag.from) this.tell(this.items[drag.from], drag.to);
    },
    escape(event) {
      if (event.key !== "Escape" || !this.drag?.moved) return;
      event.preventDefault();
      event.stopPropagation();
      this.stop();
    },
    stop() {
      this.drag = null;
      removeEventListener("pointermove", this.pull);
      removeEventListener("pointerup", this.drop);
      removeEventListener("pointercancel", this.stop);
      removeEventListener("keydown", this.escape, true);
    },
    tell(one, to) {
      this.said = this.words.moved.replace("{section}", one.title).replace("{place}", to + 1);
      this.$emit("move", { id: one.id, to });
    },

    // ---- pressing

    choose(one) {
      if (!this.dropped) this.$emit("choose", one.id);
    },
    keys(event, one) {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const rows = [...this.$refs.list.querySelectorAll(".st-sec-main")];
      const at = this.items.indexOf(one);
      if (step && event.altKey) {
        event.preventDefault();
        this.step(one, step);
      } else if (step) {
        event.preventDefault();
        rows[at + step]?.focus();
      } else if ((event.key === "Delete" || event.key === "Backspace") && !this.readonly) {
        event.preventDefault();
        this.$emit("remove", one.id);
      }
    },
    grip(event, one) {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.step(one, step);
    },
    step(one, by) {
      const to = this.items.indexOf(one) + by;
      if (!this.readonly && to >= 0 && to < this.items.length) this.tell(one, to);
    },
  },
  template: `
    <div class="st-list">
      <ul ref="list" :aria-label="words.list">
        <li v-for="one in order" :key="one.id" class="st-sec" :data-section="one.id"
          :class="{ 'is-on': one.id === chosen, 'is-dragged': drag?.moved && drag.id === one.id }"
          @pointerdown="grab($event, one, false)">
          <button type="button" class="st-sec-main" :aria-pressed="String(one.id === chosen)" @click="choose(one)"
            @keydown="keys($event, one)">
            <span class="cw-tile"><span class="ms" aria-hidden="true">{{ one.icon }}</span></span>
            <span class="cw-grow">
              <span class="n">{{ one.title }}</span>
              <span class="cw-cap cw-trunc">{{ one.line }}</span>
            </span>
            <span v-if="one.level" class="ms ms-s" :class="'is-' + one.level" role="img"
              :aria-label="one.level === 'bad' ? words.bad : words.warn">{{ one.level === "bad" ? "error" : "warning" }}</span>
          </button>
          <button v-if="!readonly" type="button" class="st-grip" :title="words.grip"
            :aria-label="words.grip + ': ' + one.title" @pointerdown.stop="grab($event, one, true)" @keydown="grip($event, one)"
            @click.prevent>
            <span class="ms ms-s" aria-hidden="true">drag_indicator</span>
          </button>
        </li>
      </ul>
      <span class="st-said" role="status">{{ said }}</span>
    </div>`,
};
