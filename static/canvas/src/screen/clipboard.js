// Copy, cut and paste by the browser's own events: they reach the system's clipboard without asking for permission.
export function useClipboard({ pane, editing, keys, selection, readonly }) {
  const isMine = (event) => pane.value.contains(event.target) && !keys.isTyping(event.target);

  function onCopy(event) {
    if (!isMine(event)) return;
    const cut = event.type === "cut" && !readonly.value;
    const text = cut ? editing.cutSelected() : editing.copySelected();
    if (!text) return;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  }

  function onPaste(event) {
    if (readonly.value || !isMine(event)) return;
    if (!editing.paste(event.clipboardData?.getData("text/plain"))) return;
    event.preventDefault();
    keys.focus(selection.blocks()[0]);
  }

  return { onCopy, onPaste };
}
