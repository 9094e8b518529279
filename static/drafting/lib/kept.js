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

// `from` is what Python was told last, if the text goes back only where still stands what stood there. Who types just that
// has changed nothing, and Python will not be told of it.
export function keep(place, text, from) {
  if (!shelf || !place) return;
  const entries = kept();
  const stood = entries[place]?.from ?? from;
  if (text === from && text === stood) delete entries[place];
  else entries[place] = { text, rev, from: stood };
  write(entries);
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
