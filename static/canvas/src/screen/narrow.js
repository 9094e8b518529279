import { onBeforeUnmount, onMounted, ref } from "vue";

/** True on phones: the palette becomes a sheet. By the window, not the canvas, which the open panel makes narrower. */
export function useNarrow() {
  const query = globalThis.matchMedia?.("(max-width: 959px)");
  const narrow = ref(query?.matches ?? false);
  const listen = (event) => {
    narrow.value = event.matches;
  };
  onMounted(() => query?.addEventListener("change", listen));
  onBeforeUnmount(() => query?.removeEventListener("change", listen));
  return narrow;
}
