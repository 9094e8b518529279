// Finding a Block by any word people know it by: its title, its family, or the names other tools give it.
const plain = (text) => String(text ?? "").normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

/** Entries in which every word of `query` begins a word or stands within the text; the title counts first. */
export function findEntries(entries, query, textOf) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (!words.length) return entries;
  const scored = entries
    .map((entry, i) => {
      const [title, rest] = textOf(entry).map(plain);
      const all = `${title} ${rest}`;
      if (!words.every((word) => all.includes(word))) return null;
      const score = words.every((word) => title.startsWith(word)) ? 0 : words.every((word) => title.includes(word)) ? 1 : 2;
      return { entry, score, i };
    })
    .filter(Boolean);
  return scored.sort((a, b) => a.score - b.score || a.i - b.i).map((one) => one.entry);
}

/** Palette entries of the families, in the families' order; empty families are left out. */
export function byFamily(families, entries) {
  return families
    .map((family) => ({ ...family, entries: entries.filter((entry) => entry.family === family.id) }))
    .filter((family) => family.entries.length);
}
