// What a screen reader hears. Things that happen together are said together, or the last one would drown the others.
import { onBeforeUnmount, ref } from "vue";

const GATHER_MS = 80;

export function useAnnouncer(w) {
  const live = ref("");
  let waiting = [];
  let timer = 0;

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

  onBeforeUnmount(() => clearTimeout(timer));
  return { live, announce };
}
