"""Preview: what somebody goes through, step by step, and the same way lit on the canvas. Nothing is sent."""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element

from blocks import KINDS
from blocks.flow import Flow
from builder.drafting.faces import Face
from builder.drafting.walk import Stop, triggers, walk
from builder.forms.around import EmailChoice
from builder.forms.widgets.email import thumbnail
from builder.parts.controls import OneOf, icon_button
from builder.parts.tag import icon, tag
from runtime.words import Words


class Preview:
    """Draws itself into `place`. `on_way(blocks, links)` lights the way on the canvas, `on_choose(block)` leads there."""

    def __init__(
        self,
        place: Element,
        emails: EmailChoice | None,
        w: Words,
        *,
        on_way: Callable[[list[str], list[str]], Any],
        on_choose: Callable[[str], Any],
        on_close: Callable[[], Any],
    ) -> None:
        self._emails = emails
        self._w = w
        self._on_way = on_way
        self._on_choose = on_choose
        self._flow: Flow | None = None
        self._faces: dict[str, Face] = {}
        self._choices: dict[str, str] = {}
        self._start = ""
        with place:
            with tag("header"):
                with tag("span", "cw-tile"):
                    icon("play_arrow")
                with tag("div", "cw-grow"):
                    tag("span", "cw-micro", w("Preview"))
                    tag("h3", "", w("What they go through"))
                icon_button("close", w("Close"), on_close)
            self._body = tag("div", "body")

    def show(self, flow: Flow, faces: dict[str, Face]) -> None:
        """Draw the way through the flow as it is by now."""
        self._flow, self._faces = flow, faces
        way = walk(flow, self._choices, self._start)
        self._body.clear()
        with self._body:
            self._draw_starts(flow)
            if not way:
                tag("p", "cw-help", self._w("Add a trigger, and the way of a Contact appears here."))
            with tag("ol", "cw-time"):
                for stop in way:
                    self._draw_stop(stop)
        links = [f"{stop.doc.id}:{stop.taken}" for stop in way if (stop.doc.id, stop.taken) in flow.ways]
        self._on_way([stop.doc.id for stop in way], links)

    def _draw_starts(self, flow: Flow) -> None:
        starts = triggers(flow)
        if len(starts) < 2:
            return
        options = [(doc.id, self._faces[doc.id]["say"], "") for doc in starts]
        with tag("div", "fe-starts"):
            OneOf(options, self._start or starts[0].id, self._begin_at, label=self._w("Where they enter"))

    def _begin_at(self, block: str) -> None:
        self._start = block
        self._again()

    def _take(self, block: str, outlet: str) -> None:
        self._choices[block] = outlet
        self._again()

    def _again(self) -> None:
        if self._flow is not None:
            self.show(self._flow, self._faces)

    def _draw_stop(self, stop: Stop) -> None:
        face = self._faces[stop.doc.id]
        family = KINDS[stop.doc.kind].card.family if stop.doc.kind in KINDS else "action"
        with tag("li"):
            with tag("span", f"cw-tile f-{family}"):
                icon(face["icon"])
            with tag("div", "fe-stop"):
                said = tag("button", "what", face["say"], type="button")
                said.on_click(lambda: self._on_choose(stop.doc.id))
                if len(stop.outlets) > 1:
                    options = [(outlet.id, self._w.text(outlet.name), "") for outlet in stop.outlets]
                    OneOf(options, stop.taken, lambda outlet: self._take(stop.doc.id, outlet), label=face["say"])
                self._draw_email(stop)

    def _draw_email(self, stop: Stop) -> None:
        slug = stop.doc.settings.get("email")
        picture = self._emails.picture(slug) if self._emails is not None and isinstance(slug, str) and slug else None
        if picture is None or self._emails is None:
            return
        with tag("a", "cw-mail-choice", href=self._emails.edit_href(str(slug))):
            with tag("span", "cw-mail-thumb"):
                thumbnail(picture)
            with tag("span", "cw-grow"):
                tag("span", "cw-strong", picture.subject or picture.name)
                tag("span", "cw-cap", self._w("Open the e-mail"))
