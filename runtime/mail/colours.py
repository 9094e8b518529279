"""Arithmetic with colours written as "#rrggbb": contrast as in WCAG 2, mixing, and what is legible on what."""

from functools import lru_cache

WHITE = "#ffffff"
BLACK = "#000000"
READABLE = 4.5
"""The least contrast of text on its ground (WCAG 2, AA)."""


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@lru_cache(maxsize=1024)
def contrast(one: str, other: str) -> float:
    """1 (the same) to 21 (black on white)."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """`one` with `share` (0 to 1) of `other` stirred in."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def text_on(ground: str, ink: str) -> str:
    """White or `ink`, whichever reads better on `ground`."""
    return WHITE if contrast(WHITE, ground) >= min(READABLE, contrast(ink, ground)) else ink


@lru_cache(maxsize=1024)
def legible(colour: str, ground: str) -> str:
    """`colour`, moved towards white or black just until it can be read as text on `ground`."""
    goal = WHITE if luminance(ground) < 0.18 else BLACK
    for step in range(21):
        moved = mix(colour, goal, step / 20)
        if contrast(moved, ground) >= READABLE:
            return moved
    return goal
