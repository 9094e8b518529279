// Merge tags, as they stand in a document ({{ contact.first_name | default: "there" }}) and as an editor shows them.
const TAG = /\{\{-?\s*([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\s*((?:\|(?:"[^"]*"|'[^']*'|[^"'{}])*)?)-?\}\}/g;
const FILTER = /\|((?:"[^"]*"|'[^']*'|[^|"'])*)/g;
const DEFAULT = /^default\s*:\s*(?:"([^"]*)"|'([^']*)'|(.*))$/;

// Text and tags in turn: strings, and {source, path, filters, fallback}. What is no whole tag stays text.
export function pieces(text) {
  const found = [];
  let at = 0;
  for (const match of text.matchAll(TAG)) {
    if (match.index > at) found.push(text.slice(at, match.index));
    found.push(readTag(match[0]));
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push(text.slice(at));
  return found;
}

export function readTag(source) {
  const [, path, chain] = new RegExp(TAG.source).exec(source) ?? [, "", ""];
  const filters = [];
  let fallback = null;
  for (const [, raw] of chain.matchAll(FILTER)) {
    const filter = raw.trim();
    const given = DEFAULT.exec(filter);
    if (given) fallback = given[1] ?? given[2] ?? given[3].trim();
    else if (filter) filters.push(filter);
  }
  return { source, path, filters, fallback };
}

// A fallback may hold anything that somebody types; what would end the tag is left out.
export function writeTag(path, filters, fallback) {
  const chain = [path, ...filters];
  if (fallback !== null && fallback !== "") {
    const words = fallback.replace(/[{}\r\n]/g, " ");
    const quote = words.includes('"') ? "'" : '"';
    chain.push(`default: ${quote}${words.replaceAll(quote, "’")}${quote}`);
  }
  return `{{ ${chain.join(" | ")} }}`;
}
