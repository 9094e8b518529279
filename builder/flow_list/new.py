"""The dialog for a new flow: one from the gallery, or an empty canvas."""

from nicegui import ui

from blocks.contract import Known
from builder.access import Visitor, act, fetch
from builder.flow_list import deeds
from builder.flow_list.entries import starts_when
from builder.parts.controls import button
from builder.parts.dialog import dialog
from builder.parts.picture import flow_picture
from builder.parts.tag import Tag, tag
from runtime.samples import Sample, samples, take
from runtime.words import Words


async def new_flow(user: Visitor, w: Words) -> None:
    """Open the dialog; choosing leads to the canvas."""
    found = await fetch(samples)
    chosen: list[Sample] = list(found[:1])
    cards: dict[str, Tag] = {}

    def choose(sample: Sample) -> None:
        chosen[:] = [sample]
        for slug, card in cards.items():
            on = slug == sample.slug
            card.classes(add="is-on") if on else card.classes(remove="is-on")
            card.set(aria_checked="true" if on else "false")

    async def use() -> None:
        slug = await act(user, take, user.house, user.workspace, chosen[0], user.email)
        ui.navigate.to(f"/flows/{slug}")

    async def start_empty() -> None:
        slug = await act(user, deeds.create, user, w("New Flow"))
        ui.navigate.to(f"/flows/{slug}")

    text = w("Start from one that works. You can change every word and every Block before anything is sent.")
    with dialog(w("New Flow"), text, close=w("Close"), wide=True) as box:
        with tag("div", "ga-grid", role="radiogroup", aria_label=w("New Flow")):
            for sample in found:
                cards[sample.slug] = _card(sample, sample is found[0], w).on_click(lambda sample=sample: choose(sample))
        with box.footer:
            button(w("Start with an empty canvas"), start_empty, kind="quiet", symbol="add")
            tag("span", "cw-grow")
            button(w("Cancel"), box.close, classes="hide-s")
            if found:
                button(w("Use this Flow"), use, kind="primary")


def _card(sample: Sample, chosen: bool, w: Words) -> Tag:
    card = tag("button", "ga-card is-on" if chosen else "ga-card", type="button", role="radio")
    card.set(aria_checked="true" if chosen else "false")
    with card:
        with tag("span", "art"):
            flow_picture(dict(sample.flow), width=110)
        with tag("span", "txt"):
            tag("h4", "", sample.name)
            tag("p", "", w.text(starts_when(dict(sample.flow), Known())))
            blocks, mails = len(sample.flow["blocks"]), len(sample.emails)
            counted = w("{n} Block | {n} Blocks", n=blocks) + " · " + w("{n} E-mail | {n} E-mails", n=mails)
            tag("span", "cw-cap", counted)
    return card
