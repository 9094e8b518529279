// A field that keeps what is being typed. NiceGUI draws the whole page again at every change, and a plain <input> would
// then fall back to what Python knew a moment ago; here Python's value counts only when `turn` says that it is new.
// With `options` it suggests (role combobox), or as `kind` "select" offers nothing else.
let made = 0;
// What a field holds that is put into another part of the page at this moment: there the browser makes it anew.
const moving = new Map();
// The field in which somebody typed and still is.
let busy = null;

const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

export default {
  inheritAttrs: false,
  props: {
    value: { type: String, default: "" },
    turn: { type: Number, default: 0 },
    kind: { type: String, default: "text" }, // text, number, area, select, time, date
    options: { type: Array, default: () => [] }, // {value, label, hint?, icon?, group?}
    look: { type: String, default: "cw-input" },
    least: { type: Number, default: null },
    most: { type: Number, default: null },
    ownWords: { type: String, default: "" }, // "Use “{text}”"; without it only options count
    wait: { type: Number, default: 150 },
    invalid: Boolean,
    fieldId: { type: String, default: null }, // for a <label for>
    keepAt: { type: String, default: "" }, // the name under which what is typed is kept until it is stored
  },
  emits: ["typed"],
  data() {
    return { text: this.value, told: this.value, open: false, at: -1, filter: "", place: {}, list: `cw-list-${(made += 1)}` };
  },
  computed: {
    outer() {
      return { id: this.$attrs.id, class: ["cw-box", this.$attrs.class], style: this.$attrs.style };
    },
    inner() {
      const { id, class: _, style, ...rest } = this.$attrs;
      return { ...rest, id: this.fieldId, class: [this.look, { "is-bad": this.invalid }], "aria-invalid": this.invalid || undefined };
    },
    suggests() {
      return this.kind === "text" && this.options.length > 0;
    },
    chosen() {
      return this.options.find((one) => one.value === this.text);
    },
    shown() {
      return this.suggests && this.chosen && !this.open ? this.chosen.label : this.text;
    },
    groups() {
      const found = [];
      for (const one of this.options) {
        const last = found.at(-1);
        if (last && last.title === (one.group ?? "")) last.options.push(one);
        else found.push({ title: one.group ?? "", options: [one] });
      }
      return found;
    },
    matching() {
      const words = plain(this.filter).split(/\s+/).filter(Boolean);
      const fits = (one) => words.every((word) => plain(`${one.label} ${one.value} ${one.hint ?? ""}`).includes(word));
      return this.options.filter(fits).slice(0, 100);
    },
    own() {
      const typed = this.filter.trim();
      if (!this.ownWords || !typed || this.options.some((one) => one.value === typed || one.label === typed)) return "";
      return typed;
    },
    lines() {
      const own = this.own ? [{ value: this.own, label: this.ownWords.replace("{text}", this.own), icon: "edit" }] : [];
      return [...this.matching, ...own];
    },
  },
  watch: {
    turn() {
      clearTimeout(this.timer);
      this.text = this.value;
      this.told = this.value;
    },
  },
  mounted() {
    this.arrive();
    addEventListener("beforeunload", this.tell); // when the page is hidden, it is too late to send
  },
  beforeUnmount() {
    this.tell();
    this.depart();
    removeEventListener("beforeunload", this.tell);
    this.unfollow();
  },
  methods: {
    depart() {
      const { id } = this.$attrs;
      const { field } = this.$refs;
      const typing = document.activeElement === field && [field.selectionStart, field.selectionEnd];
      moving.set(id, { text: this.text, turn: this.turn, typing, busy: busy === field });
      setTimeout(() => moving.delete(id)); // it was taken away for good
    },
    arrive() {
      const before = moving.get(this.$attrs.id);
      if (!before) return;
      if (before.turn === this.turn) this.text = this.told = before.text;
      if (before.busy) busy = this.$refs.field;
      if (before.typing) {
        this.$nextTick(() => {
          this.$refs.field.focus();
          if (Number.isInteger(before.typing[0])) this.$refs.field.setSelectionRange(...before.typing);
        });
      }
    },
    set(text) {
      this.text = text;
      this.say("typed", { place: this.keepAt, text, from: this.told });
    },
    // To who keeps what is typed until it is stored.
    say(what, detail) {
      this.$el.dispatchEvent(new CustomEvent(`cartwheel-${what}`, { detail, bubbles: true }));
    },
    putBack({ detail }) {
      this.set(detail.text);
      this.tell();
    },
    type(text) {
      this.set(text);
      busy = this.$refs.field;
      clearTimeout(this.timer);
      this.timer = setTimeout(this.tell, this.wait);
    },
    tell() {
      clearTimeout(this.timer);
      if (this.text === this.told) return;
      this.told = this.text;
      this.$emit("typed", this.text);
      this.say("told", { text: this.text });
    },
    input(event) {
      if (!this.suggests) return this.type(event.target.value);
      this.filter = event.target.value;
      this.at = this.filter.trim() ? 0 : -1;
      this.show();
      // What is typed counts as it is: who leaves the field without choosing has not typed in vain.
      const same = this.options.find((one) => plain(one.label) === plain(this.filter.trim()));
      if (same) this.type(same.value);
      else if (this.ownWords) this.type(this.filter.trim());
      return undefined;
    },
    show() {
      if (!this.suggests || this.inner.disabled || this.$refs.field.matches(":disabled")) return;
      this.put();
      if (this.open) return;
      addEventListener("scroll", this.follow, true);
      visualViewport?.addEventListener("resize", this.put);
      this.open = true;
    },
    put() {
      const box = this.$refs.field.getBoundingClientRect();
      const high = visualViewport?.height ?? innerHeight; // without a phone's keyboard
      const below = high - box.bottom > 260 || box.top < 260;
      const width = Math.max(box.width, 220);
      this.place = {
        left: `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`,
        width: `${width}px`,
        ...(below
          ? { top: `${box.bottom + 4}px`, maxHeight: `${Math.max(120, Math.min(320, high - box.bottom - 12))}px` }
          : { bottom: `${innerHeight - box.top + 4}px`, maxHeight: `${Math.min(320, box.top - 12)}px` }),
      };
    },
    enter(event) {
      if (this.kind === "select") return;
      this.filter = "";
      this.at = -1;
      if (this.suggests) this.$nextTick(() => event.target.select?.());
    },
    click() {
      if (this.suggests && !this.open) {
        this.filter = "";
        this.at = this.options.indexOf(this.chosen);
        this.show();
        this.$nextTick(() => this.$refs.field.select());
      }
    },
    // The list goes along until its field is out of sight; on a phone even then, because its keyboard pushes the field away
    // for a moment when it comes up.
    follow({ target }) {
      if (target?.id === this.list) return;
      const field = this.$refs.field.getBoundingClientRect();
      const seen = target.getBoundingClientRect?.() ?? { top: 0, bottom: innerHeight };
      const gone = field.bottom < seen.top || field.top > seen.bottom;
      if (gone && !matchMedia("(pointer: coarse)").matches) this.hide();
      else this.put();
    },
    hide() {
      if (!this.open) return;
      this.open = false;
      this.unfollow();
    },
    unfollow() {
      removeEventListener("scroll", this.follow, true);
      visualViewport?.removeEventListener("resize", this.put);
    },
    leave() {
      busy = null;
      this.hide();
      this.tell();
    },
    choose(one) {
      this.set(one.value);
      this.hide();
      this.tell();
    },
    pick(event) {
      this.set(event.target.value);
      this.tell();
    },
    step(by) {
      const now = Number(this.text);
      if (!Number.isFinite(now)) return;
      const next = Math.min(this.most ?? Infinity, Math.max(this.least ?? -Infinity, now + by));
      this.type(String(next));
    },
    keys(event) {
      const { key } = event;
      if (event.isComposing) return;
      if (this.kind === "number" && (key === "ArrowUp" || key === "ArrowDown")) {
        event.preventDefault();
        this.step(key === "ArrowUp" ? 1 : -1);
      } else if (this.suggests && (key === "ArrowDown" || key === "ArrowUp")) {
        event.preventDefault();
        if (!this.open) return this.click();
        const step = key === "ArrowDown" ? 1 : -1;
        this.at = (this.at + step + this.lines.length) % Math.max(1, this.lines.length);
        this.$nextTick(() => document.getElementById(`${this.list}-${this.at}`)?.scrollIntoView({ block: "nearest" }));
      } else if (key === "Enter" && this.kind !== "area") {
        if (this.open && this.lines[this.at]) {
          event.preventDefault();
          this.choose(this.lines[this.at]);
        } else this.leave();
      } else if (key === "Escape" && this.open) {
        event.preventDefault();
        event.stopPropagation();
        this.hide();
      }
      return undefined;
    },
    // Asked for by Python, which does not know that somebody went on typing elsewhere meanwhile.
    focus() {
      if (!busy?.isConnected || busy === this.$refs.field) this.$refs.field?.focus();
    },
  },
  template: `
    <span v-bind="outer" :data-value="text" @cartwheel-back="putBack">
      <select v-if="kind === 'select'" ref="field" v-bind="inner" :value="text" @change="pick">
        <template v-for="group in groups">
          <optgroup v-if="group.title" :label="group.title">
            <option v-for="one in group.options" :key="one.value" :value="one.value">{{ one.label }}</option>
          </optgroup>
          <option v-else v-for="one in group.options" :key="one.value" :value="one.value">{{ one.label }}</option>
        </template>
      </select>
      <textarea v-else-if="kind === 'area'" ref="field" v-bind="inner" :value="text" rows="3"
        @input="input" @blur="leave" />
      <input v-else ref="field" v-bind="inner" :value="open ? filter || shown : shown"
        :type="kind === 'number' ? 'text' : kind" :inputmode="kind === 'number' ? 'decimal' : null"
        autocomplete="off" spellcheck="false"
        :role="suggests ? 'combobox' : null" :aria-expanded="suggests ? String(open) : null"
        :aria-autocomplete="suggests ? 'list' : null" :aria-controls="open ? list : null"
        :aria-activedescendant="open && at >= 0 ? list + '-' + at : null"
        @input="input" @focus="enter" @click="click" @keydown="keys" @blur="leave" />
      <Teleport to="body">
        <div v-if="open && lines.length" :id="list" class="cw-options" role="listbox" :style="place">
          <template v-for="(one, i) in lines" :key="one.value">
            <div v-if="one.group && one.group !== lines[i - 1]?.group" class="group" role="presentation">{{ one.group }}</div>
            <div :id="list + '-' + i" class="option" :class="{ 'is-at': i === at }" role="option"
              :aria-selected="one.value === text" @pointerdown.prevent @click="choose(one)" @pointermove="at = i">
              <span v-if="one.icon" class="ms ms-s" aria-hidden="true">{{ one.icon }}</span>
              <span class="cw-grow cw-trunc">{{ one.label }}</span>
              <span v-if="one.hint" class="cw-cap cw-trunc">{{ one.hint }}</span>
              <span v-if="one.value === text" class="ms ms-s" aria-hidden="true">check</span>
            </div>
          </template>
        </div>
      </Teleport>
    </span>`,
};
