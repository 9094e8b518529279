"""Why somebody is in a flow, or not: in a dialog, or in the list where they would have stood."""

from functools import partial
from typing import Any

from builder.access import Visitor, fetch
from builder.parts.controls import button
from builder.parts.dialog import dialog
from builder.parts.still import Still, icon_node, node
from builder.parts.tag import tag
from builder.runs.read import why_of
from runtime.insight.why import Ended, Standing, Why
from runtime.words import Words


def why_words(found: Why, name: str, w: Words) -> str:
    """The answer in one sentence."""
    match found.verdict:
        case "inside":
            return w("{name} is inside this Flow.", name=name)
        case "leaving":
            gone = w("{name} has left this Flow, and gets what is drawn for those who leave.", name=name)
            return f"{gone} {w.text(found.left)}" if found.left is not None else gone
        case "been":
            return w("{name} has been in this Flow.", name=name)
        case "held":
            return w("{name} is held out of this Flow: counted to compare, and gets nothing.", name=name)
    return w("{name} has never been in this Flow.", name=name)


def draw_why(found: Why, user: Visitor, w: Words) -> None:
    """What of all that happened might have let them in, and what kept it from doing so."""
    now = user.house.clock.now()
    lines: list[Any] = []
    for look in found.looks:
        symbol, tone = ("login", "ok") if look.entered else ("block", "action")
        reasons = [node("p", "why", w.text(reason, now)) for reason in look.why]
        body = node("div", "", node("p", "what", w.text(look.what, now)), *reasons)
        lines.append(node("li", "", node("span", f"cw-tile f-{tone}", icon_node(symbol)), body))
    Still("ol", lines, "cw-time")


class Flows:
    """The card of a contact: how they stand to each live flow."""

    def __init__(self, user: Visitor, w: Words, contact: int, name: str, zone: str, found: list[Standing]) -> None:
        """`zone` is where they live: on their page all is told by the same clocks."""
        self.user, self.w, self.contact, self.name, self.zone = user, w, contact, name, zone
        if not found:
            return
        with tag("section", "cw-card cw-card-pad"):
            tag("h3", "cw-mb3", w("Flows"))
            for one in found:
                self._line(one)

    def _line(self, one: Standing) -> None:
        w = self.w
        with tag("div", "co-line ru-flow"):
            with tag("div", "cw-grow"):
                tag("a", "cw-strong cw-trunc cw-block-el", one.name, href=f"/flows/{one.slug}")
                for line in self._said(one):
                    tag("span", "cw-cap cw-block-el", line)
            if one.run is not None:
                button(w("Open"), kind="quiet", small=True, href=f"/flows/{one.slug}/runs/{one.run}")
            why = w("Why?") if one.run is not None else w("Why not?")
            button(why, partial(self._ask, one), kind="quiet", small=True)

    def _said(self, one: Standing) -> list[str]:
        w = self.w
        if one.at is None:
            return [w("Never been in it")]
        day = w.date(one.at, self.zone)
        match one.verdict:
            case "inside":
                return [w("Inside since {day}", day=day)]
            case "leaving":
                return [w("Inside since {day}", day=day), w("Has left, on the last way")]
            case "held":
                return [w("Held out on {day}", day=day)]
        return [w("Entered on {day}", day=day)] if one.ended is None else self._how(one.ended)

    def _how(self, ended: Ended) -> list[str]:
        """What became of them: when they were through, and why if that was before the end."""
        w, day = self.w, self.w.date(ended.at, self.zone)
        because = [] if ended.why is None else [w.text(ended.why, self.user.house.clock.now())]
        match ended.how:
            case "reached":
                return [w("Reached the end on {day}", day=day)]
            case "failed":
                return [w("Stopped on {day}", day=day), *because]
        return [w("Left on {day}", day=day), *because]

    async def _ask(self, one: Standing) -> None:
        w = self.w
        found = await fetch(why_of, self.user, one.slug, self.contact)
        if found is None:
            return
        with dialog(one.name, why_words(found, self.name, w), close=w("Close")) as box:
            draw_why(found, self.user, w)
            box.footer.set_visibility(False)
