// The fields that can be put into a text: grouped, to be searched, chosen with the mouse or the arrow keys.
import Popover from "./popover.js";

const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

export default {
  components: { Popover },
  props: { anchor: Object, fields: Array, words: Object },
  emits: ["choose", "close"],
  data: () => ({ wish: "", at: 0 }),
  computed: {
    found() {
      const wishes = plain(this.wish).split(/\s+/).filter(Boolean);
      return this.fields.filter((one) => wishes.every((wish) => plain(`${one.title} ${one.path} ${one.group}`).includes(wish)));
    },
  },
  watch: {
    wish() {
      this.at = 0;
    },
  },
  mounted() {
    // A phone's keyboard would cover the list before anybody has seen it.
    const touched = matchMedia("(pointer: coarse)").matches;
    (touched ? this.$refs.list : this.$refs.wish).focus({ preventScroll: true });
  },
  methods: {
    keys(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && this.found.length) {
        event.preventDefault();
        this.at = (this.at + step + this.found.length) % this.found.length;
        this.$nextTick(() => this.$refs.list.querySelector(".is-at")?.scrollIntoView({ block: "nearest" }));
      } else if (event.key === "Enter" && !event.isComposing && this.found[this.at]) {
        event.preventDefault();
        this.$emit("choose", this.found[this.at]);
      }
    },
  },
  template: `
    <Popover :anchor="anchor" :label="words.insert" @close="$emit('close', $event)">
      <label class="cw-input cw-input-s st-pop-search">
        <span class="ms ms-s" aria-hidden="true">search</span>
        <input ref="wish" v-model="wish" :placeholder="words.find" :aria-label="words.find" autocomplete="off"
          role="combobox" aria-expanded="true" aria-controls="st-fields" :aria-activedescendant="'st-field-' + at" @keydown="keys" />
      </label>
      <div id="st-fields" ref="list" class="st-pop-list" tabindex="-1" style="outline: none" role="listbox" :aria-label="words.insert">
        <template v-for="(one, i) in found" :key="one.path">
          <div v-if="one.group !== found[i - 1]?.group" class="group" role="presentation">{{ one.group }}</div>
          <div :id="'st-field-' + i" class="option" :class="{ 'is-at': i === at }" role="option" :aria-selected="String(i === at)"
            @pointermove="at = i" @click="$emit('choose', one)">
            <span class="cw-grow cw-trunc">{{ one.title }}</span>
            <span v-if="one.example" class="cw-cap cw-trunc">{{ one.example }}</span>
          </div>
        </template>
        <p v-if="!found.length" class="cw-cap st-pop-none">{{ words.none }}</p>
      </div>
    </Popover>`,
};
