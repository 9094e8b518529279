"""The wheel and the name."""

from builder.parts.still import Still, node

_SPOKES = (
    ("M13.89 9.51L14.98 5.25", "trigger"),
    ("M16.59 12.77L20.98 12.49", "send"),
    ("M14.33 16.35L15.95 20.43", "split"),
    ("M10.23 15.30L6.84 18.11", "action"),
    ("M9.96 11.08L6.24 8.72", "timing"),
)


def logo(*, href: str) -> Still:
    """A link with the wheel in it, whose spokes have the colours of the five families of Blocks."""
    wheel = {"width": "26", "height": "26", "viewBox": "0 0 26 26", "aria_hidden": "true"}
    rim = node("circle", cx="13", cy="13", r="11.4", fill="none", stroke="currentColor", stroke_width="2.2")
    spokes = [
        node("path", d=path, stroke=f"var(--cw-{family})", stroke_width="3", stroke_linecap="round")
        for path, family in _SPOKES
    ]
    link = Still("a", [node("svg", "", rim, *spokes, **wheel), node("span", "", "Cartwheel")], "cw-logo")
    link.props["href"] = href
    return link
