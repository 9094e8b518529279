// Undo and redo by keyboard, for the whole page: a change may be in a field, in the list or in both.
const FIELD_TELLS_AFTER = 180; // milliseconds: what was just typed is part of what is undone

export default {
  emits: ["undo", "redo"],
  mounted() {
    addEventListener("keydown", this.keys);
  },
  beforeUnmount() {
    removeEventListener("keydown", this.keys);
  },
  methods: {
    keys(event) {
      const key = event.key.toLowerCase();
      const redo = key === "y" || (key === "z" && event.shiftKey);
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing || !(redo || key === "z")) return;
      // Dialogs and cards have fields of their own.
      if (event.target.closest?.(".q-dialog, .q-menu, .st-pop")) return;
      event.preventDefault();
      const plain = event.target.matches?.("input, textarea");
      setTimeout(() => this.$emit(redo ? "redo" : "undo"), plain ? FIELD_TELLS_AFTER : 0);
    },
  },
  template: `<span hidden></span>`,
};
