// What a screen reader hears, and what is shown for a moment. Things that happen together are said together, or the last
// one would drown the others.
import { onBeforeUnmount, ref } from "vue";

const GATHER_MS = 80;
const SHOWN_MS = 5000;

export function useAnnouncer(w) {
  const live = ref("");
  const shown = ref("");
  let waiting = [];
  let timer = 0;
  let hiding = 0;

  function speak() {
    const text = waiting.join(" ");
    waiting = [];
    live.value = live.value === text ? `${text}\u00a0` : text; // the same words twice are said twice
  }

  function announce(key, values) {
    waiting.push(w(key, values));
    clearTimeout(timer);
    timer = setTimeout(speak, GATHER_MS);
  }

  /** Says it and shows it: why something did not happen cannot be seen. */
  function tell(key) {
    announce(key);
    shown.value = w(key);
    clearTimeout(hiding);
    hiding = setTimeout(() => (shown.value = ""), SHOWN_MS);
  }

  onBeforeUnmount(() => {
    clearTimeout(timer);
    clearTimeout(hiding);
  });
  return { live, shown, announce, tell };
}
