// A piece of page that only shows something: one element for Python, however much is in it.
// A node is [tag, attributes, children] or a text. Texts are texts; nothing here is ever read as markup.
const DROPPED = /^(on|inner|outer|srcdoc|text|\.|\^)/i;

const make = (node) => {
  if (typeof node === "string") return node;
  const attributes = Object.fromEntries(Object.entries(node[1]).filter(([name]) => !DROPPED.test(name)));
  return Vue.h(node[0], attributes, node[2].map(make));
};

export default {
  props: { root: { type: String, default: "div" }, nodes: { type: Array, default: () => [] } },
  render() {
    return Vue.h(this.root, this.nodes.map(make));
  },
};
