// Where a link in a text leads: to an address, or to something that is different for everybody, such as their cart.
import Popover from "./popover.js";

export const addressOf = (typed) => {
  const text = typed.trim();
  if (/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(text)) return `mailto:${text}`;
  return /^[\w-]+(\.[\w-]+)+(?:[/?#:].*)?$/.test(text) ? `https://${text}` : text;
};

export default {
  components: { Popover },
  props: { anchor: Object, href: String, fields: Array, words: Object },
  emits: ["apply", "remove", "close"],
  data() {
    return { text: this.href.startsWith("{{") ? "" : this.href };
  },
  computed: {
    chosen() {
      return this.href.replace(/[{}\s]/g, "").split("|")[0];
    },
    usable() {
      return /^(https?:\/\/|mailto:|tel:)\S/i.test(addressOf(this.text));
    },
  },
  mounted() {
    this.$refs.address.focus({ preventScroll: true });
  },
  methods: {
    apply() {
      if (this.usable) this.$emit("apply", addressOf(this.text));
    },
  },
  template: `
    <Popover :anchor="anchor" :label="words.link" @close="$emit('close', $event)">
      <form class="st-chip-card" @submit.prevent="apply">
        <label class="cw-field">
          <span class="cw-label">{{ words.leadsTo }}</span>
          <input ref="address" v-model="text" class="cw-input" placeholder="https://" inputmode="url" maxlength="1000" autocomplete="off" />
        </label>
        <div class="st-pop-list" role="group" :aria-label="words.orLeadsTo">
          <div class="group">{{ words.orLeadsTo }}</div>
          <button v-for="one in fields" :key="one.path" type="button" class="option" @click="$emit('apply', '{{ ' + one.path + ' }}')">
            <span class="cw-grow cw-trunc">{{ one.title }}</span>
            <span v-if="one.path === chosen" class="ms ms-s" aria-hidden="true">check</span>
          </button>
        </div>
        <div class="cw-row">
          <button v-if="href" type="button" class="cw-btn cw-btn-s cw-btn-quiet" @click="$emit('remove')">{{ words.unlink }}</button>
          <span class="cw-grow"></span>
          <button type="submit" class="cw-btn cw-btn-s" :disabled="!usable">{{ words.setLink }}</button>
        </div>
      </form>
    </Popover>`,
};
