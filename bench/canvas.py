"""The canvas: how soon 200 blocks stand, and how evenly one of them is dragged.

usage: python bench/canvas.py [--blocks 200]

Opens a flow of that size in Chromium against the real web process, three times cold and three times warm, and drags a
card for two seconds. Prints the time from navigation until all cards stand, and the time between two frames while
dragging. Without a graphics card, as on a server.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import sync_playwright

from tests.canvas.conftest import make_shop
from tests.conftest import ARGUMENTS, CHROMIUM

ALL_STAND = "count => document.querySelectorAll('.vue-flow__node .cw-block').length >= count"
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
    blocks = [
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
            slug = shop.new_flow("Large", a_flow(size))
            address = f"{shop.url}/flows/{slug}"
            cold, warm = [], []
            for _ in range(3):
                context = browser.new_context(viewport={"width": 1400, "height": 900})
                context.add_cookies([{"name": "cartwheel_session", "value": shop.token, "url": shop.url}])
                page = context.new_page()
                cold.append(stands(page, address, size))
                warm.append(stands(page, address, size))
                frames = dragged(page)
                context.close()
            print(
                f"{size} blocks stand after {statistics.median(cold):.2f} s cold, {statistics.median(warm):.2f} s warm"
            )
            frames.sort()
            print(
                f"dragging: median {frames[len(frames) // 2]:.0f} ms a frame, p95 {frames[int(len(frames) * 0.95)]:.0f} ms"
            )
        finally:
            browser.close()
            shop.stop()
            shop.house.close()


def stands(page: Any, address: str, size: int) -> float:
    page.goto(address, wait_until="commit")
    page.wait_for_function(ALL_STAND, arg=size, polling=20)
    return float(page.evaluate("performance.now()")) / 1000


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
