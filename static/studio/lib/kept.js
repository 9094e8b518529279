// Texts that Python has not stored yet stay in the browser too. They outlive a restart of the server, a tab that is closed
// too soon and a browser that crashes. Each is kept with the state of the draft (`rev`) on which it was typed.
let shelf = "";
let rev = 0;

function read() {
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
  return read();
}

export function keep(place, text) {
  if (shelf && place) write({ ...read(), [place]: { text, rev } });
}

// The draft is at `version` now, with these texts in it.
export function stored(version, texts) {
  rev = version;
  const entries = read();
  for (const [place, text] of Object.entries(texts)) if (entries[place]?.text === text) delete entries[place];
  write(entries);
}
