// The draft in the browser: a change stays in localStorage until Python says that it is stored. It survives a server
// that restarts and a page that is closed too early.

/** A localStorage that may be full or forbidden: then there is no draft, and nothing else breaks. */
function safe(storage) {
  const attempt = (action) => {
    try {
      return action();
    } catch {
      return null;
    }
  };
  return {
    get: (key) => attempt(() => JSON.parse(storage.getItem(key))),
    set: (key, value) => attempt(() => storage.setItem(key, JSON.stringify(value))),
    remove: (key) => attempt(() => storage.removeItem(key)),
  };
}

/** `key` "" keeps nothing. `owner` tells this page's drafts from those of another tab. */
export function createDraft(key, version, storage = globalThis.localStorage, owner = Math.random().toString(36).slice(2)) {
  const store = safe(storage);
  const aside = `${key}:other`;
  let base = version;
  return {
    keep(rev, flow) {
      if (key) store.set(key, { owner, rev, version: base, flow });
    },
    /** Python has stored revision `rev` as `stored`. A later change that is still on its way rests on it from now on. */
    ack(rev, stored) {
      base = stored;
      if (!key) return;
      const kept = store.get(key);
      if (kept?.owner !== owner) return;
      if (kept.rev <= rev) store.remove(key);
      else store.set(key, { ...kept, version: stored });
    },
    /** At the start: {flow} to go on with, {conflict: true} when it rests on another version, or {}. */
    found() {
      const kept = key && store.get(key);
      if (kept?.flow) {
        store.remove(key);
        if (kept.version === base) return { flow: kept.flow };
        store.set(aside, kept);
      }
      return key && store.get(aside) ? { conflict: true } : {};
    },
    /** The draft that rests on another version. */
    other: () => (key ? store.get(aside)?.flow : null) ?? null,
    /** The same, and it is forgotten. */
    takeOther() {
      const kept = this.other();
      store.remove(aside);
      return kept;
    },
    rebase(stored) {
      base = stored;
      if (key) store.remove(key);
    },
  };
}
