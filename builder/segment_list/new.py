"""The dialog for a new segment: by a rule, a list, or one that is ready."""

from functools import partial

from nicegui import ui

from builder.access import Visitor, act
from builder.parts.controls import button
from builder.parts.dialog import choice, dialog
from builder.parts.tag import Tag, tag
from builder.segment_list import deeds
from builder.segment_list.ready import A_LIST, BY_RULE, READY, Ready
from runtime.words import Words


def new_segment(user: Visitor, w: Words) -> None:
    """Open the dialog; choosing leads to the page of the new segment."""
    chosen: list[Ready] = [BY_RULE]
    cards: list[tuple[Ready, Tag]] = []

    def choose(begin: Ready) -> None:
        chosen[:] = [begin]
        for one, card in cards:
            card.classes(add="is-on") if one is begin else card.classes(remove="is-on")
            card.set(aria_checked="true" if one is begin else "false")

    def offer(begin: Ready, title: str) -> None:
        card = choice(title, w.text(begin.text), chosen=begin is BY_RULE, on_click=partial(choose, begin))
        cards.append((begin, card))

    async def create() -> None:
        slug = await act(user, deeds.create, user, chosen[0], w)
        ui.navigate.to(f"/segments/{slug}")

    with dialog(w("New Segment"), close=w("Close"), wide=True) as box:
        with tag("div", "sg-new", role="radiogroup", aria_label=w("New Segment")):
            offer(BY_RULE, w("By a rule"))
            offer(A_LIST, w("A list"))
            tag("h4", "", w("Ready to use, and to change"))
            for begin in READY:
                offer(begin, w.text(begin.name))
        with box.footer:
            tag("span", "cw-grow")
            button(w("Cancel"), box.close)
            button(w("Create"), create, kind="primary")
