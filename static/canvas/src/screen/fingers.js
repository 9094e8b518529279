// Fingers. A swipe moves the view, also where it begins on a card; a card that is held for a moment is lifted and comes
// along. Vue Flow would drag a card at once, as with a mouse: on a phone, where cards are half as wide as the screen,
// they would be moved by whoever scrolls.
import { onBeforeUnmount, onMounted, ref } from "vue";
import { snap } from "../graph/place.js";

const HOLD_MS = 350;
const STILL = 10; // pixels: a finger that holds trembles
const EDGE = 40; // pixels from the edge of the canvas in which the view follows the card
const FOLLOW = 8; // pixels a frame
const LIFTED = "fc-lifted";
const TOLD = "cartwheel.hold-told"; // this browser's user has been told how a card is moved

function isNews() {
  try {
    const news = !localStorage.getItem(TOLD);
    localStorage.setItem(TOLD, "1");
    return news;
  } catch {
    return false; // full or forbidden: better never than each time
  }
}

export function useFingers(vf, { pane, readonly, dropped, tell }) {
  const touching = ref(globalThis.matchMedia?.("(pointer: coarse)").matches ?? false);
  let press = null; // one finger on a card: {finger, x, y, id, timer}; where it was put, as iOS moves its own Touch along
  let lifted = null; // what it carries: {nodes: [{node, from}], grip, frame}

  const at = () => vf.screenToFlowCoordinate({ x: press.finger.clientX, y: press.finger.clientY });
  const mine = (event) => [...event.changedTouches].find((one) => one.identifier === press?.finger.identifier);

  /** Vue Flow's view has followed this finger until now. */
  function takeFromView() {
    const end = Object.assign(new Event("touchcancel"), { touches: [], changedTouches: [press.finger] });
    vf.viewportRef.value.dispatchEvent(end);
  }

  function lift() {
    const node = vf.findNode(press.id);
    if (!node || readonly.value) return;
    takeFromView();
    const all = node.selected ? vf.nodes.value.filter((one) => one.selected) : [node];
    lifted = { nodes: all.map((one) => ({ node: one, from: { ...one.position } })), grip: at(), frame: 0 };
    for (const one of all) one.class = LIFTED;
    navigator.vibrate?.(10);
    follow();
  }

  function carry() {
    const { x, y } = at();
    for (const { node, from } of lifted.nodes) {
      const to = snap({ x: from.x + x - lifted.grip.x, y: from.y + y - lifted.grip.y });
      if (node.position.x !== to.x || node.position.y !== to.y) node.position = to;
    }
  }

  /** At the edge of the canvas the view goes along. */
  function follow() {
    const box = pane.value.getBoundingClientRect();
    const { clientX, clientY } = press.finger;
    const push = (here, low, high) => (here < low + EDGE ? FOLLOW : here > high - EDGE ? -FOLLOW : 0);
    const by = { x: push(clientX, box.left, box.right), y: push(clientY, box.top, box.bottom) };
    if ((by.x || by.y) && press.moved && vf.panBy(by)) carry();
    lifted.frame = requestAnimationFrame(follow);
  }

  function forget() {
    clearTimeout(press?.timer);
    cancelAnimationFrame(lifted?.frame);
    for (const { node } of lifted?.nodes ?? []) node.class = undefined;
    press = lifted = null;
  }

  function putBack() {
    for (const { node, from } of lifted?.nodes ?? []) node.position = from;
    forget();
  }

  function onStart(event) {
    if (event.touches.length > 1) {
      putBack();
      return;
    }
    const id = event.target.closest(".nodrag") ? null : event.target.closest(".vue-flow__node")?.dataset.id;
    if (!id || readonly.value) return;
    const [finger] = event.changedTouches;
    press = { finger, x: finger.clientX, y: finger.clientY, id, timer: setTimeout(lift, HOLD_MS) };
  }

  function onMove(event) {
    const finger = mine(event);
    if (!finger) return;
    if (!lifted) {
      if (Math.hypot(finger.clientX - press.x, finger.clientY - press.y) < STILL) return;
      forget();
      if (isNews()) tell("holdToMove");
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    press.finger = finger;
    press.moved = true;
    carry();
  }

  function onEnd(event) {
    if (!mine(event)) return;
    const nodes = lifted?.nodes.map((one) => one.node);
    if (nodes && event.cancelable) event.preventDefault(); // it was no tap
    forget();
    if (nodes) dropped(nodes);
  }

  function onCancel(event) {
    if (event.isTrusted) putBack(); // else it is what takeFromView tells
  }

  // A long press would open the browser's own menu.
  function onContextMenu(event) {
    if (press) event.preventDefault();
  }

  // Two quick taps on a card open its form, or write a note. Elsewhere they zoom.
  function zoomBesideCards() {
    const zoomIn = vf.d3Selection.value?.on("dblclick.zoom");
    vf.d3Selection.value?.on("dblclick.zoom", function twice(event, ...rest) {
      if (!event.target.closest(".vue-flow__node")) zoomIn.call(this, event, ...rest);
    });
  }

  // Before Vue Flow, which lets nobody else hear of a finger that moves the view.
  const listeners = [
    ["touchstart", onStart],
    ["touchmove", onMove],
    ["touchend", onEnd],
    ["touchcancel", onCancel],
    ["contextmenu", onContextMenu],
  ];
  onMounted(() => {
    for (const [name, listen] of listeners) pane.value.addEventListener(name, listen, { capture: true, passive: false });
    zoomBesideCards();
  });
  onBeforeUnmount(forget);

  return {
    /** Whether it was a finger that last touched the canvas: then Vue Flow drags nothing. */
    touching,
    use(event) {
      touching.value = event.pointerType === "touch";
    },
  };
}
