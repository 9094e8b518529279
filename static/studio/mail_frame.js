// The e-mail as it will look, behind glass: a frame without an origin, and without scripts but the one that tells which
// section was pressed (the page's own policy names it). Its links open in a tab of their own.
// Nothing can be read from the frame, so the place in it is asked for by an anchor (":target" marks the section).
// Two frames take turns, so that typing does not flicker: the new page is drawn behind the one that is shown.
const PATIENCE = 200; // milliseconds
const WIDE = 640; // a page for large screens is laid out for this width at least, and scaled down where there is less
const PHONE = 760; // a window up to this width is a phone's

export default {
  props: {
    page: { type: String, default: "" },
    anchor: { type: String, default: "" },
    look: { type: String, default: "wide" }, // wide, phone
    ground: { type: String, default: "" },
    label: String,
    picks: Boolean, // whether a press on a section is told
  },
  emits: ["narrow", "pick"],
  data: () => ({ shown: 0, room: 0 }),
  computed: {
    sandbox() {
      return `allow-popups allow-popups-to-escape-sandbox${this.picks ? " allow-scripts" : ""}`;
    },
    scale() {
      return this.look === "wide" && this.room && this.room < WIDE ? this.room / WIDE : 1;
    },
    box() {
      return this.scale === 1 ? {} : { width: `${WIDE}px`, height: `${100 / this.scale}%`, transform: `scale(${this.scale})` };
    },
  },
  watch: {
    page() {
      this.draw();
    },
    anchor() {
      this.go(this.$refs.frames[this.shown]);
    },
  },
  mounted() {
    this.watcher = new ResizeObserver(([entry]) => {
      const hidden = !this.room;
      this.room = entry.contentRect.width;
      // What a frame loads while it is hidden is never laid out.
      if (hidden && this.room) this.draw();
    });
    this.watcher.observe(this.$el);
    if (this.picks) addEventListener("message", this.heard);
    if (innerWidth <= PHONE) this.$emit("narrow");
    this.draw();
  },
  beforeUnmount() {
    this.watcher.disconnect();
    removeEventListener("message", this.heard);
  },
  methods: {
    draw() {
      if (!this.page) return;
      if (this.next !== undefined) {
        this.again = true;
        return;
      }
      const place = (this.next = 1 - this.shown);
      this.$refs.frames[place].srcdoc = this.page;
      // A picture that is slow to come must not hold up the words.
      this.patience = setTimeout(() => this.turn(), PATIENCE);
    },
    loaded(place) {
      if (!this.$refs.frames) return; // the empty pages that frames begin with
      this.go(this.$refs.frames[place]);
      if (place === this.next) this.turn();
    },
    turn() {
      if (this.patience === undefined) return; // it is turning already
      clearTimeout(this.patience);
      this.patience = undefined;
      this.go(this.$refs.frames[this.next]);
      // One picture later the new page stands where the anchor is.
      requestAnimationFrame(() => requestAnimationFrame(() => this.show()));
    },
    show() {
      // Only now is it the other frame's turn: a page that came meanwhile must not be drawn into the one that is shown.
      this.shown = this.next;
      this.next = undefined;
      this.$el.dataset.drawn = String(Number(this.$el.dataset.drawn ?? 0) + 1);
      if (this.again) {
        this.again = false;
        this.draw();
      }
    },
    heard({ source, data }) {
      const shown = this.$refs.frames[this.shown];
      if (source === shown.contentWindow && typeof data?.section === "string") this.$emit("pick", data.section);
    },
    go(frame) {
      if (this.anchor && frame?.srcdoc) frame.contentWindow.location.replace(`about:srcdoc#${encodeURIComponent(this.anchor)}`);
    },
  },
  template: `
    <div class="st-frame" :class="'is-' + look" :style="{ background: ground }">
      <iframe v-for="place in [0, 1]" :key="place" ref="frames" :sandbox="sandbox" referrerpolicy="no-referrer" :title="label"
        :class="{ 'is-shown': shown === place }" :aria-hidden="String(shown !== place)" :tabindex="shown === place ? 0 : -1"
        :style="box" @load="loaded(place)"></iframe>
    </div>`,
};
