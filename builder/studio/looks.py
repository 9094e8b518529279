"""The studio's own stylesheet: only its pages load it."""

from nicegui import ui

from builder.theme import BASE


def load_looks() -> None:
    """For the page that is being built."""
    ui.add_head_html(f'<link rel="stylesheet" href="{BASE}/studio/studio.css">')
