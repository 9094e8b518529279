// What a chip stands for: the words for those of whom nothing is known, how the value is written, and its removal.
import Popover from "./popover.js";

const SHAPES = ["money", "date"];

export default {
  components: { Popover },
  props: { anchor: Object, tag: Object, title: String, example: String, link: Boolean, words: Object, aside: Boolean },
  emits: ["change", "remove", "close"],
  computed: {
    shape() {
      return SHAPES.find((name) => this.tag.filters.some((one) => one.split(":")[0].trim() === name)) ?? "";
    },
  },
  mounted() {
    if (!this.aside) this.focus();
  },
  methods: {
    focus() {
      this.$refs.fallback?.focus({ preventScroll: true });
    },
    reshape(shape) {
      const others = this.tag.filters.filter((one) => !SHAPES.includes(one.split(":")[0].trim()));
      this.$emit("change", { filters: shape ? [...others, shape] : others });
    },
  },
  template: `
    <Popover :anchor="anchor" :label="title" :width="280" @close="$emit('close', $event)">
      <div class="st-chip-card">
        <div>
          <div class="cw-strong">{{ title }}</div>
          <div v-if="example" class="cw-cap">{{ words.example.replace("{example}", example) }}</div>
        </div>
        <label v-if="!link" class="cw-field">
          <span class="cw-label">{{ words.whenEmpty }}</span>
          <input ref="fallback" class="cw-input" :value="tag.fallback ?? ''" :placeholder="words.fallbackHint" maxlength="200"
            autocomplete="off" @input="$emit('change', { fallback: $event.target.value })"
            @keydown.enter.prevent="$event.isComposing || $emit('close', 'done')" />
        </label>
        <label v-if="!link" class="cw-field">
          <span class="cw-label">{{ words.writtenAs }}</span>
          <select class="cw-input cw-select" :value="shape" @change="reshape($event.target.value)">
            <option value="">{{ words.asIs }}</option>
            <option value="money">{{ words.asMoney }}</option>
            <option value="date">{{ words.asDate }}</option>
          </select>
        </label>
        <div class="cw-row">
          <button type="button" class="cw-btn cw-btn-s cw-btn-quiet cw-btn-bad" @click="$emit('remove')">
            <span class="ms" aria-hidden="true">delete</span>{{ words.remove }}
          </button>
          <span class="cw-grow"></span>
          <button type="button" class="cw-btn cw-btn-s" @click="$emit('close', 'done')">{{ words.done }}</button>
        </div>
      </div>
    </Popover>`,
};
