"""Small drawings out of data: the shape of a flow, and the line of its last twelve weeks.

A drawing is a handful of paths, one a family of blocks, so that a list of flows stays light; coordinates are numbers of
ours, so nothing that a person typed gets into them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from blocks import KINDS
from builder.parts.still import Node, Still, node

WIDTH, HEIGHT = 76.0, 60.0
CARD, ROW = 18.0, 7.0
CARD_PIXELS = 236.0
_STEP_X, _STEP_Y = 24 / 140, 11.7 / 130
"""How far apart cards may stand at most: picture units for each pixel of the canvas."""

Spot = tuple[str, float, float]
"""A family, and the middle of a card's upper edge on the canvas."""


@dataclass(frozen=True, slots=True)
class Way:
    """What is lit of a flow: ids of blocks, and links as (block, outlet)."""

    blocks: Collection[str]
    links: Collection[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block is drawn, in per cent of the picture, and its family."""

    family: str
    left: float
    top: float
    wide: float
    high: float


EMPTY: Sequence[Spot] = (
    ("trigger", 0, 0),
    ("timing", 0, 130),
    ("send", 0, 260),
    ("split", 0, 390),
    ("send", -140, 520),
    ("send", 140, 520),
)
EMPTY_LINKS = ((0, 1), (1, 2), (2, 3), (3, 4), (3, 5))


def flow_picture(
    document: Mapping[str, Any], *, width: int = 76, classes: str = "mini", way: Way | None = None
) -> Still:
    """The shape of a flow document, from where its blocks stand and how they are linked. An empty one is an empty frame.

    With a `way`, only its blocks and links are lit.
    """
    spots, index = _spots(document)
    links = [
        (index[link["from"]], index[link["to"]])
        for link in document.get("links", ())
        if link.get("from") in index and link.get("to") in index
    ]
    if way is None:
        return draw(spots, links, width=width, classes=classes)
    walked = {
        (index[link["from"]], index[link["to"]])
        for link in document.get("links", ())
        if (link.get("from"), link.get("outlet", "next")) in way.links and link.get("to") in index
    }
    lit = {index[id_] for id_ in way.blocks if id_ in index}
    return draw(spots, links, width=width, classes=classes, lit=lit, walked=walked)


def places(document: Mapping[str, Any]) -> dict[str, Place]:
    """Where `flow_picture` draws each block, by its id."""
    spots, index = _spots(document)
    if not spots:
        return {}
    xs, ys, wide, high = _cards(spots)
    return {
        id_: Place(
            spots[at][0],
            (xs[at] - wide / 2) / WIDTH * 100,
            ys[at] / HEIGHT * 100,
            wide / WIDTH * 100,
            high / HEIGHT * 100,
        )
        for id_, at in index.items()
    }


def _spots(document: Mapping[str, Any]) -> tuple[list[Spot], dict[str, int]]:
    """Where the blocks stand on the canvas, and the place of each in that list."""
    spots: list[Spot] = []
    index: dict[str, int] = {}
    for block in document.get("blocks", ()):
        place = block.get("position") or {}
        index[block.get("id", "")] = len(spots)
        kind = KINDS.get(block.get("kind", ""))
        family = kind.card.family if kind is not None else "timing"
        # A draft may be unfinished, or written by hand: one that is broken must not take the list of all with it.
        x, y = (place.get(way) or 0 for way in ("x", "y"))
        spots.append((family, float(x) + CARD_PIXELS / 2, float(y)))
    return spots, index


def draw(
    spots: Sequence[Spot],
    links: Sequence[tuple[int, int]],
    *,
    width: int,
    classes: str = "mini",
    lit: Collection[int] | None = None,
    walked: Collection[tuple[int, int]] = (),
) -> Still:
    """The drawing itself. `links` are pairs of places in `spots`; with `lit`, all other places are faint."""
    height = round(width * HEIGHT / WIDTH)
    shapes = _shapes(spots, links, range(len(spots)) if lit is None else lit, walked) if spots else []
    return _picture(shapes, classes, width, height, f"0 0 {WIDTH:g} {HEIGHT:g}")


def _picture(shapes: list[Node], classes: str, width: int, height: int, box: str) -> Still:
    made = Still("svg", shapes, classes)
    made.props.update({"width": str(width), "height": str(height), "viewBox": box, "aria-hidden": "true"})
    return made


def _shapes(
    spots: Sequence[Spot],
    links: Sequence[tuple[int, int]],
    lit: Collection[int],
    walked: Collection[tuple[int, int]],
) -> list[Node]:
    xs, ys, wide, high = _cards(spots)
    lines: dict[bool, str] = defaultdict(str)
    for a, b in links:
        line = f"M{xs[a]:.1f} {ys[a] + high:.1f}V{(ys[a] + high + ys[b]) / 2:.1f}H{xs[b]:.1f}V{ys[b]:.1f}"
        lines[(a, b) in walked] += line
    cards: dict[tuple[str, bool], str] = defaultdict(str)
    for place, ((family, _, _), x, y) in enumerate(zip(spots, xs, ys, strict=True)):
        # A stroke with round joins around a smaller rectangle makes the round corners.
        cards[family, place in lit] += (
            f"M{x - wide / 2 + 1.5:.1f} {y + 1.5:.1f}h{wide - 3:.1f}v{max(high - 3, 0.1):.1f}h{3 - wide:.1f}z"
        )
    shapes = []
    for on in sorted(lines):
        look = (
            {"stroke": "var(--cw-brand)", "stroke_width": "1.8"}
            if on
            else {"stroke": "var(--cw-link)", "stroke_width": "1.2"}
        )
        shapes.append(node("path", d=lines[on], fill="none", **look))
    for (family, on), path in cards.items():
        colour, edge = f"var(--cw-{family})", str(min(3.0, high))
        look = {"fill": colour, "stroke": colour, "stroke_width": edge, "stroke_linejoin": "round"}
        shapes.append(node("path", d=path, opacity=".85" if on else ".2", **look))
    return shapes


def _cards(spots: Sequence[Spot]) -> tuple[list[float], list[float], float, float]:
    """The middle and the upper edge of each card, and how wide and how high all of them are."""
    xs, step_x = _fit([x for _, x, _ in spots], WIDTH - CARD - 10, _STEP_X)
    ys, step_y = _fit([y for _, _, y in spots], HEIGHT - ROW - 6, _STEP_Y)
    wide, high = min(CARD, max(4.0, step_x * 0.8)), min(ROW, max(2.5, step_y * 0.62))
    return [x + WIDTH / 2 for x in xs], [y + HEIGHT / 2 - high / 2 for y in ys], wide, high


def _fit(values: Sequence[float], room: float, most: float) -> tuple[list[float], float]:
    """Values moved around 0 and scaled into `room`, and the smallest distance between two different ones."""
    low, high = min(values), max(values)
    scale = min(most, room / (high - low)) if high > low else 0.0
    fitted = [(value - (low + high) / 2) * scale for value in values]
    distinct = sorted({round(value, 1) for value in fitted})
    gaps = [after - before for before, after in pairwise(distinct) if after - before > 1]
    return fitted, min(gaps, default=1000.0)


def spark(values: Sequence[int], *, lit: bool = True) -> Still:
    """A small line of numbers over time, the last one with a dot."""
    colour = "var(--cw-c1)" if lit else "var(--cw-line-2)"
    most = max(values) or 1
    step = 108 / (len(values) - 1)
    points = [(2 + place * step, 28 - 24 * value / most) for place, value in enumerate(values)]
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    round_ends = {"stroke_linejoin": "round", "stroke_linecap": "round"}
    shapes = [
        node("path", d=f"{line} L110 32 L2 32Z", fill=colour, opacity=".12"),
        node("path", d=line, fill="none", stroke=colour, stroke_width="1.75", **round_ends),
        node("circle", cx="110", cy=f"{points[-1][1]:.1f}", r="2.5", fill=colour),
    ]
    return _picture(shapes, "spark", 112, 32, "0 0 112 32")
