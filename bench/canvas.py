"""The canvas: how soon 200 blocks stand, and how evenly one of them is dragged.

usage: python bench/canvas.py [--blocks 200]

Opens flows of that size in Chromium against the real web process, three times cold and three times warm, and drags a
card for two seconds. Prints the time from navigation until what is in view stands, until all of the flow does, and the
time between two frames while dragging; the times also at the speed of the machine for which 1.5 s is the figure to hold
(bench/machine.py). A card stands when it was measured and is visible, a link when it has its way and
its "+"; both are counted when the frame after that is painted. Without a graphics card, as on a server.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import sync_playwright

from bench.machine import Machine
from tests.canvas.conftest import make_shop
from tests.conftest import ARGUMENTS, CHROMIUM

STANDS = """([blocks, links, all]) => {
  const pane = document.querySelector('.vue-flow__transformationpane');
  if (!pane) return false;
  const frame = document.querySelector('.vue-flow').getBoundingClientRect();
  const view = new DOMMatrixReadOnly(getComputedStyle(pane).transform);
  const inView = ({x, y}) => {
    const [left, top] = [view.e + x * view.a, view.f + y * view.a];
    return left < frame.width && left + 236 * view.a > 0 && top < frame.height && top + 74 * view.a > 0;
  };
  const cards = new Map();
  for (const one of document.querySelectorAll('.vue-flow__node')) {
    if (one.style.visibility === 'visible' && one.querySelector('.cw-block')) cards.set(one.dataset.id, one);
  }
  const lines = new Set();
  for (const one of document.querySelectorAll('.vue-flow__edge')) {
    if (one.querySelector('path')?.getAttribute('d')) lines.add(one.dataset.id);
  }
  const pluses = new Set();
  for (const one of document.querySelectorAll('.fc-pluses .cw-plus')) pluses.add(one.dataset.link);
  const wanted = new Set(blocks.filter((one) => all || inView(one)).map((one) => one.id));
  if (!wanted.size) return false;
  for (const id of wanted) if (!cards.has(id)) return false;
  const near = links.filter((one) => wanted.has(one.from) || wanted.has(one.to));
  return near.every((one) => lines.has(one.id) && pluses.has(one.id));
}"""
ROUNDS = 3
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const tick = (now) => { window.frames_.push(now - last); last = now; window.raf_ = requestAnimationFrame(tick); };
  window.raf_ = requestAnimationFrame(tick);
}"""


def a_flow(size: int) -> dict[str, Any]:
    """A trigger and a tree of waits, splits and sends below it."""
    kinds = [
        ("wait", {"amount": 1, "unit": "hours"}, ("next",)),
        ("branch", {"rule": {"kind": "did", "event": "Order placed"}}, ("yes", "no")),
        ("send_email", {"email": "tea"}, ("next",)),
    ]
    blocks: list[dict[str, Any]] = [
        {"id": "b0", "kind": "event_trigger", "settings": {"event": "Order placed"}, "position": {"x": 0, "y": 0}}
    ]
    loose = [("b0", "next")]
    links = []
    for number in range(1, size):
        kind, settings, outlets = kinds[number % 3]
        position = {"x": (number % 10) * 300, "y": (number // 10) * 170}
        blocks.append({"id": f"b{number}", "kind": kind, "settings": settings, "position": position})
        source, outlet = loose.pop(0)
        links.append({"from": source, "outlet": outlet, "to": f"b{number}"})
        loose += [(f"b{number}", outlet) for outlet in outlets]
    return {"format": 1, "blocks": blocks, "links": links}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--blocks", type=int, default=200)
    size = arguments.parse_args().blocks
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        shop = make_shop(Path(folder))
        shop.start()
        browser = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            document = a_flow(size)
            cold, warm, frames, machine = [], [], [], Machine()
            for _ in range(ROUNDS):
                machine.look()
                # A flow of its own each time: one that another page has just left is opened like one loaded anew.
                address = f"{shop.url}/flows/{shop.new_flow('Large', document)}"
                context = browser.new_context(viewport={"width": 1400, "height": 900})
                context.add_cookies([{"name": "cartwheel_session", "value": shop.token, "url": shop.url}])
                page = context.new_page()
                cold.append(stands(page, address, document))
                warm.append(stands(page, address, document))
                machine.look()
                frames += dragged(page)
                context.close()
            for name, found in (("cold", cold), ("warm", warm)):
                view, everything = (statistics.median(one) for one in zip(*found, strict=True))
                there = (
                    f"at the speed of the figures {view / machine.slower:.2f} and {everything / machine.slower:.2f} s"
                )
                print(
                    f"{name}: the view stands after {view:.2f} s, all {size} blocks after {everything:.2f} s; {there}"
                )
            print(machine.say())
            frames.sort()
            print(
                f"dragging: median {frames[len(frames) // 2]:.0f} ms a frame, p95 {frames[int(len(frames) * 0.95)]:.0f} ms"
            )
        finally:
            browser.close()
            shop.stop()
            shop.house.close()


def stands(page: Any, address: str, document: dict[str, Any]) -> tuple[float, float]:
    """Seconds from navigation until what is in view is painted with its links, and until all of the flow is."""
    blocks = [{"id": block["id"], **block["position"]} for block in document["blocks"]]
    links = [{**link, "id": f"{link['from']}:{link['outlet']}"} for link in document["links"]]
    page.goto(address, wait_until="commit")
    page.wait_for_function(STANDS, arg=[blocks, links, False], polling=20)
    view = page.evaluate(PAINTED) / 1000
    page.wait_for_function(STANDS, arg=[blocks, links, True], polling=20)
    everything = page.evaluate(PAINTED) / 1000
    page.wait_for_load_state("networkidle")  # a page that is left while it still loads is a request that nobody hears
    return view, everything


def dragged(page: Any) -> list[float]:
    page.wait_for_timeout(1500)
    box = page.locator(".vue-flow__node").nth(5).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y + 8, steps=2)
    page.evaluate(FRAMES)
    for step in range(120):
        page.mouse.move(x + (step % 60) * 3, y + (step % 40) * 2)
        page.wait_for_timeout(16)
    frames = page.evaluate("() => { cancelAnimationFrame(window.raf_); return window.frames_; }")
    page.mouse.up()
    return list(frames)


main()
