// Texts that Python has not stored yet stay in the browser too. They outlive a restart of the server, a tab that is closed
// too soon and a browser that crashes. Each is kept with the state of the draft (`rev`) on which it was typed.
let shelf = "";
let rev = 0;

export function kept() {
  try {
    return JSON.parse(localStorage.getItem(shelf)) ?? {};
  } catch {
    return {};
  }
}

function write(entries) {
  try {
    if (Object.keys(entries).length) localStorage.setItem(shelf, JSON.stringify(entries));
    else localStorage.removeItem(shelf);
  } catch {
    // Full or forbidden: then nothing is kept, and nothing else breaks.
  }
}

// What was left here the last time.
export function begin(name, version) {
  shelf = name;
  rev = version;
  return kept();
}

// `from` is what Python knows to stand there, if the text goes back only where that still stands.
export function keep(place, text, from) {
  if (!shelf || !place) return;
  const entries = kept();
  write({ ...entries, [place]: { text, rev, from: entries[place]?.from ?? from } });
}

// The draft is at `version` now, with these texts in it.
export function stored(version, texts) {
  rev = version;
  letGo(texts);
}

// These texts need not be kept any more.
export function letGo(texts) {
  const entries = kept();
  for (const [place, text] of Object.entries(texts)) {
    const entry = entries[place];
    if (entry?.text === text) delete entries[place];
    else if (entry?.from !== undefined) entry.from = text;
  }
  write(entries);
}
