// What stands in a text as nodes on the screen, and back. Three kinds of text: "rich" is a small part of HTML (paragraphs,
// lists, b i u s, links), "area" has line breaks, everything else is one line. Fields are chips in all of them.
// Nothing that comes in is taken over as markup: nodes are made anew from what is known here.
import { pieces, readTag } from "./merge_tags.js";

export const GUARD = "\uFEFF"; // Without a letter beside it the cursor could not stand beside a chip. Never stored.
const MARKS = { B: "b", STRONG: "b", I: "i", EM: "i", U: "u", INS: "u", S: "s", DEL: "s", STRIKE: "s", A: "a" };
const BLOCKS = new Set("P DIV H1 H2 H3 H4 H5 H6 BLOCKQUOTE PRE SECTION ARTICLE TD TR LI".split(" "));
const SILENT = new Set("SCRIPT STYLE HEAD TITLE TEMPLATE NOSCRIPT IFRAME OBJECT SVG MATH META LINK".split(" "));
const MAY_LINK = /^(?:https?:|mailto:|tel:|\{\{)/i;

export const isChip = (node) => node?.nodeType === 1 && node.dataset.tag !== undefined;

// ---- in: from a value or a clipboard to nodes

export function chip(tag, say) {
  const made = document.createElement("span");
  made.contentEditable = "false";
  made.tabIndex = 0;
  made.setAttribute("role", "button");
  made.setAttribute("aria-haspopup", "dialog");
  paintChip(made, tag, say);
  return made;
}

export function paintChip(made, tag, say) {
  const { label, bare } = say(tag);
  made.dataset.tag = tag.source;
  made.className = bare ? "st-field is-bare" : "st-field";
  made.textContent = label;
}

function inline(text, say) {
  return pieces(text.replaceAll(GUARD, "")).map((one) =>
    typeof one === "string" ? document.createTextNode(one) : chip(one, say),
  );
}

export function plainNodes(text, kind, say) {
  const found = document.createDocumentFragment();
  const lines = kind === "area" ? text.split("\n") : [text.replace(/\s*\n\s*/g, " ")];
  lines.forEach((line, number) => {
    if (number) found.append(document.createElement("br"));
    found.append(...inline(line, say));
  });
  if (kind === "area" && text.endsWith("\n")) found.append(document.createElement("br"));
  return found;
}

// Paragraphs and list items in order: {kind: "p" | "ul" | "ol", first, spans: [{text, marks}]}; "\n" is a line break.
export function partsOf(html) {
  const parts = [];
  let open = null;
  let opensList = false;
  const part = (lists) => {
    if (!open) {
      const kind = lists.at(-1) ?? "p";
      open = { kind, first: opensList && kind !== "p", spans: [] };
      opensList = false;
      parts.push(open);
    }
    return open;
  };
  const walk = (node, marks, lists) => {
    if (node.nodeType === 3) {
      const text = node.data.replace(/[\r\n\t]+/g, " ");
      if (open || text.trim()) part(lists).spans.push({ text, marks });
    } else if (isChip(node)) {
      part(lists).spans.push({ text: node.dataset.tag, marks });
    } else if (node.nodeType === 1 && !SILENT.has(node.nodeName)) {
      enter(node, marks, lists);
    }
  };
  const enter = (node, marks, lists) => {
    const name = node.nodeName;
    if (name === "BR") return void part(lists).spans.push({ text: "\n", marks });
    const mark = MARKS[name];
    let held = marks;
    // Documents from Google come wrapped in a <b> that is not bold.
    if (mark && !(mark === "b" && /^(normal|400)$/.test(node.style.fontWeight))) {
      const href = mark === "a" ? (node.getAttribute("href") ?? "").trim() : "";
      if (mark !== "a" || MAY_LINK.test(href)) held = { ...marks, [mark]: href };
    }
    const isList = name === "UL" || name === "OL";
    const breaks = isList || name === "LI" || (BLOCKS.has(name) && !(open && open.kind !== "p"));
    if (breaks) open = null;
    if (isList) opensList = true;
    for (const child of node.childNodes) walk(child, held, isList ? [...lists, name.toLowerCase()] : lists);
    if (breaks) open = null;
  };
  // A document of its own: nothing in it is loaded or run.
  enter(new DOMParser().parseFromString(html, "text/html").body, {}, []);
  return parts.filter((one) => one.spans.some(({ text }) => text.replaceAll(GUARD, "").trim()));
}

export function richNodes(parts, say) {
  const found = document.createDocumentFragment();
  let list = null;
  for (const part of parts) {
    if (part.kind === "p") list = null;
    else if (!list || part.first || list.nodeName.toLowerCase() !== part.kind) {
      list = document.createElement(part.kind);
      found.append(list);
    }
    const block = document.createElement(part.kind === "p" ? "p" : "li");
    block.append(spanNodes(part.spans, say));
    (list ?? found).append(block);
  }
  return found;
}

export function spanNodes(spans, say) {
  const found = document.createDocumentFragment();
  for (const { text, marks } of spans) {
    let nodes = text === "\n" ? [document.createElement("br")] : inline(text, say);
    for (const mark of ["s", "u", "i", "b", "a"]) {
      if (!(mark in marks)) continue;
      const around = document.createElement(mark);
      if (mark === "a") around.setAttribute("href", marks.a);
      around.append(...nodes);
      nodes = [around];
    }
    found.append(...nodes);
  }
  return found;
}

// Letters beside every chip, so that the cursor can get there.
export function guard(root) {
  for (const one of root.querySelectorAll("[data-tag]")) {
    if (!one.previousSibling?.data) one.before(GUARD);
    if (!one.nextSibling?.data) one.after(GUARD);
  }
}

// ---- out: from nodes to a value

export function valueOf(root, kind) {
  return kind === "rich" ? htmlOf(root) : textOf(root, kind);
}

function htmlOf(root) {
  const copy = root.cloneNode(true);
  for (const one of copy.querySelectorAll("[data-tag]")) one.replaceWith(readTag(one.dataset.tag).source);
  const html = copy.innerHTML.replaceAll(GUARD, "");
  return copy.textContent.replaceAll(GUARD, "").trim() ? html : "";
}

export function textOf(root, kind) {
  let text = "";
  const walk = (node) => {
    if (node.nodeType === 3) text += node.data;
    else if (isChip(node)) text += node.dataset.tag;
    else if (node.nodeName === "BR") text += "\n";
    else {
      if (BLOCKS.has(node.nodeName) && text && !text.endsWith("\n")) text += "\n";
      node.childNodes.forEach(walk);
    }
  };
  root.childNodes.forEach(walk);
  text = text.replaceAll(GUARD, "").replaceAll("\u00A0", " ");
  // The last break only makes the line visible in which the cursor is.
  text = text.replace(/\n$/, "");
  return kind === "area" ? text : text.replace(/\s*\n\s*/g, " ");
}
