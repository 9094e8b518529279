// A text with fields in it, shown as chips: one line, several lines, or paragraphs with marks, lists and links.
// The browser's own editing does the typing (so every script and every keyboard works); what is drawn is only changed by
// a button, by leaving the field, or when Python shows another value (`turn`). Undoing is the page's, not the browser's.
import ChipCard from "cartwheel-studio/chip_card.js";
import FieldMenu from "cartwheel-studio/field_menu.js";
import LinkCard from "cartwheel-studio/link_card.js";
import { chipBeside, counted, followChange, putAtEnd, putBeside, select } from "cartwheel-studio/caret.js";
import { keep } from "cartwheel-drafting/kept.js";
import { pieces, readTag, writeTag } from "cartwheel-studio/merge_tags.js";
import {
  chip,
  guard,
  isChip,
  paintChip,
  partsOf,
  plainNodes,
  richNodes,
  spanNodes,
  textOf,
  valueOf,
} from "cartwheel-studio/writing.js";

const MARKS = [
  ["bold", "format_bold"],
  ["italic", "format_italic"],
  ["underline", "format_underlined"],
  ["strikeThrough", "strikethrough_s"],
];
const LISTS = [
  ["insertUnorderedList", "format_list_bulleted"],
  ["insertOrderedList", "format_list_numbered"],
];

export default {
  inheritAttrs: false,
  components: { ChipCard, FieldMenu, LinkCard },
  props: {
    value: { type: String, default: "" },
    turn: { type: Number, default: 0 },
    kind: { type: String, default: "text" }, // text, link, area, rich
    heading: String,
    fields: { type: Array, default: () => [] }, // {path, title, group, example, link, mayBeEmpty, suggest, shape}
    words: { type: Object, default: () => ({}) },
    wait: { type: Number, default: 150 },
    invalid: Boolean,
    disabled: Boolean,
    fieldId: String,
    placeholder: String,
    place: { type: String, default: "" }, // under which the text is kept until it is stored
  },
  emits: ["typed"],
  data: () => ({ empty: true, menu: null, card: null, link: null, on: {}, locked: false, marks: MARKS, lists: LISTS }),
  computed: {
    outer() {
      return { id: this.$attrs.id, class: ["st-words", this.$attrs.class], style: this.$attrs.style };
    },
    rich() {
      return this.kind === "rich";
    },
    linkFields() {
      return this.fields.filter((one) => one.link);
    },
    offered() {
      return this.kind === "link" ? this.linkFields : this.fields;
    },
    byPath() {
      return new Map(this.fields.map((one) => [one.path, one]));
    },
  },
  watch: {
    turn() {
      if (this.composing) this.late = true;
      else this.showValue();
    },
    fields() {
      for (const one of this.field?.querySelectorAll("[data-tag]") ?? []) paintChip(one, readTag(one.dataset.tag), this.said);
    },
  },
  mounted() {
    this.field = this.$refs.field;
    this.locked = this.disabled || this.$el.closest("fieldset:disabled") !== null;
    this.told = this.value;
    this.draw(this.value);
    document.addEventListener("selectionchange", this.look);
    addEventListener("beforeunload", this.tell); // when the page is hidden, it is too late to send
  },
  beforeUnmount() {
    this.tell();
    removeEventListener("beforeunload", this.tell);
    document.removeEventListener("selectionchange", this.look);
  },
  methods: {
    // ---- drawing and reading

    draw(value) {
      const nodes = this.rich ? richNodes(partsOf(value), this.said) : plainNodes(value, this.kind, this.said);
      this.field.replaceChildren(nodes);
      guard(this.field);
      this.empty = value === "" || valueOf(this.field, this.kind) === "";
    },
    said(tag) {
      const about = this.byPath.get(tag.path);
      const title = about?.title ?? tag.path.split(".").slice(1).join(" ").replaceAll("_", " ");
      // Inside a sentence a name begins with a small letter, unless it is all capitals.
      const small = /^\p{Lu}\p{Ll}/u.test(title) ? title[0].toLowerCase() + title.slice(1) : title;
      const label = tag.fallback ? this.words.orElse.replace("{field}", small).replace("{fallback}", tag.fallback) : small;
      const bare = this.kind !== "link" && !tag.fallback && (about ? about.mayBeEmpty : true);
      return { label, bare };
    },
    showValue() {
      clearTimeout(this.timer);
      const here = this.field.contains(document.activeElement);
      const before = counted(this.field);
      this.told = this.value;
      this.next = undefined;
      this.card = null; // its chip is drawn anew
      this.draw(this.value);
      if (here) followChange(this.field, before);
    },
    changed() {
      const value = valueOf(this.field, this.kind);
      this.empty = value === "";
      this.next = value;
      keep(this.place, value);
      clearTimeout(this.timer);
      this.timer = setTimeout(this.tell, this.wait);
    },
    tell() {
      clearTimeout(this.timer);
      if (this.next === undefined || this.next === this.told) return;
      this.told = this.next;
      this.$emit("typed", this.told);
    },

    // ---- typing

    input() {
      if (this.card?.aside) this.card = null;
      this.changed();
    },
    composed() {
      this.composing = false;
      if (this.late) this.showValue();
      else this.changed();
      this.late = false;
    },
    enter() {
      if (!this.rich || this.locked) return;
      document.execCommand("defaultParagraphSeparator", false, "p");
      document.execCommand("styleWithCSS", false, false);
      if (this.field.firstElementChild) return;
      const first = document.createElement("p");
      first.append(document.createElement("br"));
      this.field.replaceChildren(first);
      putAtEnd(this.field);
    },
    leave(event) {
      if (this.field.contains(event.relatedTarget)) return;
      if (this.next !== undefined) this.tell();
      // A field that was typed letter by letter becomes a chip now.
      const value = valueOf(this.field, this.kind);
      const fields = pieces(value).filter((one) => typeof one !== "string").length;
      if (!this.composing && fields > this.field.querySelectorAll("[data-tag]").length) this.draw(value);
    },
    before(event) {
      const { inputType } = event;
      if (inputType.startsWith("history") || (!this.rich && inputType.startsWith("format"))) event.preventDefault();
    },
    keys(event) {
      if (event.isComposing || this.locked) return;
      const { key } = event;
      if (this.card?.aside && this.cardKeys(event)) return;
      if (isChip(event.target)) return this.chipKeys(event);
      const command = event.ctrlKey || event.metaKey;
      if (command && "zy".includes(key.toLowerCase())) this.tell(); // the page undoes, once it knows of everything
      else if (command && key.toLowerCase() === "k" && this.rich) {
        event.preventDefault();
        this.openLink();
      } else if (key === "Enter" && !this.rich) {
        event.preventDefault();
        if (this.kind === "area") document.execCommand("insertLineBreak");
        else this.tell();
      } else if (key === "Backspace" || key === "Delete") {
        const beside = chipBeside(key === "Delete" ? 1 : -1);
        if (!beside) return;
        event.preventDefault();
        this.removeChip(beside);
      } else if ((key === "ArrowLeft" || key === "ArrowRight") && !event.shiftKey && !command && !event.altKey) {
        const side = key === "ArrowRight" ? 1 : -1;
        const beside = chipBeside(side);
        if (!beside) return;
        event.preventDefault();
        putBeside(beside, side);
      }
    },
    // Into the card that stands aside by Tab, away with it by Escape or by walking on.
    cardKeys(event) {
      const wanted = event.key === "Tab" && !event.shiftKey;
      if (!wanted && !/^(Escape|Arrow.*|Home|End)$/.test(event.key)) return false;
      if (wanted) this.$refs.card.focus();
      else this.card = null;
      if (wanted || event.key === "Escape") event.preventDefault();
      if (event.key === "Escape") event.stopPropagation();
      return wanted || event.key === "Escape";
    },
    chipKeys(event) {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.openCard(event.target);
      } else if (event.key === "Backspace" || event.key === "Delete") {
        event.preventDefault();
        this.removeChip(event.target);
      }
    },

    // ---- clipboard

    paste(event) {
      event.preventDefault();
      if (!this.locked) this.put(event.clipboardData);
    },
    drop(event) {
      event.preventDefault();
      const at = document.caretPositionFromPoint?.(event.clientX, event.clientY);
      const range = at ? document.createRange() : document.caretRangeFromPoint?.(event.clientX, event.clientY);
      if (this.locked || !range) return;
      if (at) range.setStart(at.offsetNode, at.offset);
      this.field.focus();
      select(range);
      this.put(event.dataTransfer);
    },
    put(data) {
      const html = data.getData("text/html");
      const text = data.getData("text/plain").replace(/\r\n?/g, "\n");
      const holder = document.createElement("div");
      if (this.rich) {
        const escaped = document.createElement("div");
        escaped.textContent = text;
        const paragraphs = escaped.innerHTML.replace(/\n{2,}/g, "<p>").replaceAll("\n", "<br>");
        const parts = partsOf(html || paragraphs);
        // One paragraph goes into the line where the cursor is.
        const inLine = parts.length === 1 && parts[0].kind === "p";
        holder.append(inLine ? spanNodes(parts[0].spans, this.said) : richNodes(parts, this.said));
      } else if (html.includes("data-tag")) {
        const copied = new DOMParser().parseFromString(html, "text/html").body;
        holder.append(plainNodes(textOf(copied, this.kind), this.kind, this.said));
      } else {
        holder.append(plainNodes(text, this.kind, this.said));
      }
      if (!holder.hasChildNodes()) return;
      // `holder` holds nothing but nodes of our own making; the browser knows best how to split the paragraph.
      document.execCommand("insertHTML", false, holder.innerHTML);
      guard(this.field);
      this.changed();
    },
    copy(event) {
      const selection = getSelection();
      if (selection.isCollapsed) return;
      event.preventDefault();
      const holder = document.createElement("div");
      holder.append(selection.getRangeAt(0).cloneContents());
      event.clipboardData.setData("text/plain", textOf(holder, "area"));
      event.clipboardData.setData("text/html", holder.innerHTML);
      if (event.type === "cut" && !this.locked) {
        document.execCommand("delete");
        this.changed();
      }
    },

    // ---- chips

    remember() {
      const selection = getSelection();
      if (selection.rangeCount && this.field.contains(selection.anchorNode)) this.range = selection.getRangeAt(0).cloneRange();
    },
    recall() {
      this.field.focus({ preventScroll: true });
      if (!this.range || !this.field.contains(this.range.startContainer)) return putAtEnd(this.field);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(this.range);
    },
    openMenu() {
      this.remember();
      this.menu = this.$refs.insert;
    },
    closeMenu(why) {
      this.menu = null;
      if (why === "escape") this.recall();
    },
    insert(field) {
      this.menu = null;
      this.recall();
      const source = writeTag(field.path, field.shape ? [field.shape] : [], this.kind === "link" ? null : field.suggest);
      const made = chip(readTag(source), this.said);
      const range = getSelection().getRangeAt(0);
      range.deleteContents();
      if (this.kind === "link") this.field.replaceChildren(made);
      else range.insertNode(made);
      guard(this.field);
      putBeside(made, 1);
      this.changed();
      // Whoever goes on typing goes on in the text; the card beside it only offers itself.
      if (this.kind !== "link" && field.mayBeEmpty) this.openCard(made, true);
    },
    openCard(made, aside = false) {
      if (this.locked) return;
      const tag = readTag(made.dataset.tag);
      const about = this.byPath.get(tag.path);
      this.card = { node: made, tag, title: about?.title ?? tag.path, example: about?.example ?? "", aside };
    },
    changeChip(change) {
      const { tag, node } = this.card;
      const next = { ...tag, ...change };
      const now = readTag(writeTag(next.path, next.filters, next.fallback));
      this.card.tag = now;
      paintChip(node, now, this.said);
      this.changed();
    },
    closeCard(why) {
      const made = this.card.node;
      this.card = null;
      if (why === "away" || !made?.isConnected) return;
      this.field.focus({ preventScroll: true });
      putBeside(made, 1);
    },
    removeChip(made) {
      this.card = null;
      this.field.focus({ preventScroll: true });
      putBeside(made, -1);
      made.remove();
      this.changed();
    },
    click(event) {
      const made = event.target.closest?.("[data-tag]");
      if (made) this.openCard(made);
      else if (event.target.closest?.("a")) event.preventDefault();
    },

    // ---- marks, lists, links

    look() {
      if (!this.rich || !this.field || this.locked) return;
      const { anchorNode } = getSelection();
      if (!anchorNode || !this.field.contains(anchorNode)) return;
      const on = { link: this.linkHere() !== null };
      for (const [command] of [...MARKS, ...LISTS]) on[command] = document.queryCommandState(command);
      this.on = on;
    },
    mark(command) {
      if (!this.field.contains(getSelection().anchorNode)) this.recall();
      document.execCommand(command);
      this.look();
      this.changed();
    },
    linkHere() {
      const { anchorNode } = getSelection();
      return (anchorNode?.nodeType === 1 ? anchorNode : anchorNode?.parentElement)?.closest("a") ?? null;
    },
    openLink() {
      if (!this.field.contains(getSelection().anchorNode)) this.recall();
      const here = this.linkHere();
      if (here && getSelection().isCollapsed) {
        const range = document.createRange();
        range.selectNodeContents(here);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
      }
      this.remember();
      this.link = { href: here?.getAttribute("href") ?? "" };
    },
    setLink(href) {
      this.link = null;
      this.recall();
      if (getSelection().isCollapsed) {
        const words = this.byPath.get(href.replace(/[{}\s]/g, ""))?.title ?? href.replace(/^(https?:\/\/|mailto:|tel:)/, "");
        document.execCommand("insertText", false, words);
        for (let i = 0; i < [...words].length; i += 1) getSelection().modify("extend", "backward", "character");
      }
      document.execCommand("createLink", false, href);
      getSelection().collapseToEnd();
      this.changed();
    },
    unlink() {
      this.link = null;
      this.recall();
      document.execCommand("unlink");
      this.changed();
    },
    closeLink(why) {
      this.link = null;
      if (why === "escape") this.recall();
    },
    focus() {
      this.field.focus();
      putAtEnd(this.field);
    },
  },
  template: `
    <div v-bind="outer">
      <div v-if="heading || offered.length" class="st-words-head">
        <span class="cw-label cw-grow" :id="fieldId + '-label'" @click="locked || focus()">{{ heading }}</span>
        <button v-if="offered.length && !locked" ref="insert" type="button" class="cw-a cw-13" aria-haspopup="dialog"
          @pointerdown.prevent @click="openMenu">{{ kind === "link" ? words.insertLink : words.insert }}</button>
      </div>
      <div class="cw-input st-write" :class="['is-' + kind, { 'is-bad': invalid, 'is-locked': locked }]">
        <div v-if="rich && !locked" class="st-marks" role="toolbar" :aria-label="words.marks">
          <button v-for="[command, icon] in marks" :key="command" type="button" :aria-label="words[command]" :title="words[command]"
            :aria-pressed="String(!!on[command])" @pointerdown.prevent @click="mark(command)">
            <span class="ms" aria-hidden="true">{{ icon }}</span></button>
          <i></i>
          <button v-for="[command, icon] in lists" :key="command" type="button" :aria-label="words[command]" :title="words[command]"
            :aria-pressed="String(!!on[command])" @pointerdown.prevent @click="mark(command)">
            <span class="ms" aria-hidden="true">{{ icon }}</span></button>
          <i></i>
          <button ref="linkButton" type="button" :aria-label="words.link" :title="words.link" aria-haspopup="dialog"
            :aria-pressed="String(!!on.link)" @pointerdown.prevent @click="openLink"><span class="ms" aria-hidden="true">link</span></button>
        </div>
        <div ref="field" class="st-text" :class="{ 'is-empty': empty }" :contenteditable="locked ? 'false' : 'true'"
          role="textbox" :aria-multiline="String(rich || kind === 'area')" :aria-labelledby="fieldId + '-label'"
          :aria-describedby="$attrs['aria-describedby']" :aria-invalid="invalid || undefined" :aria-disabled="locked || undefined"
          :data-placeholder="placeholder" :spellcheck="kind !== 'link'" :id="fieldId" enterkeyhint="enter"
          @input="input" @beforeinput="before" @keydown="keys" @focus="enter" @blur="leave" @click="click"
          @compositionstart="composing = true" @compositionend="composed" @paste="paste" @drop="drop" @copy="copy" @cut="copy"></div>
      </div>
      <FieldMenu v-if="menu" :anchor="menu" :fields="offered" :words="words" @choose="insert" @close="closeMenu" />
      <ChipCard v-if="card" ref="card" :aside="card.aside" :anchor="card.node" :tag="card.tag" :title="card.title" :example="card.example"
        :link="kind === 'link'" :words="words" @change="changeChip" @remove="removeChip(card.node)" @close="closeCard" />
      <LinkCard v-if="link" :anchor="$refs.linkButton" :href="link.href" :fields="linkFields" :words="words"
        @apply="setLink" @remove="unlink" @close="closeLink" />
    </div>`,
};
