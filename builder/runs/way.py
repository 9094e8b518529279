"""One run: its steps with their reasons, the way lit on a picture of the flow, and its messages."""

from collections.abc import Iterator, Mapping
from typing import Any

from blocks import KINDS, read_block
from blocks.contract import Block, Farewell
from blocks.phrase import seen_in
from blocks.rule_words import readable
from blocks.values import instant
from builder.access import Visitor, fetch
from builder.parts.controls import avatar, chip
from builder.parts.message_state import state_chip, state_word
from builder.parts.picture import Way as Lit
from builder.parts.picture import flow_picture
from builder.parts.still import Node, Still, icon_node, node
from builder.parts.tag import icon, tag
from builder.runs.deeds import Deeds
from builder.runs.listing import state_words
from builder.runs.read import Drawn, one
from runtime.insight.runs import Step, Way
from runtime.reasons import BY_EXIT, reason_phrase
from runtime.words import Words

MOST_SHOWN = 20


def _leaves(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of each value that is no list."""
    for key, value in document.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        elif not isinstance(value, list):
            yield prefix + key, str(value)


class OneRun:
    """The page's content, drawn again after something was done."""

    def __init__(self, user: Visitor, w: Words, way: Way, of: Drawn) -> None:
        self._user, self._w = user, w
        self._way, self._of = way, of
        self._zone = way.entry.person.zone or user.zone
        self._root = tag("div")
        self._draw()

    async def _again(self) -> None:
        found = await fetch(one, self._user, self._way.entry.id, self._w)
        if found is not None and not self._root.is_deleted:
            self._way, self._of = found
            self._draw()

    def _draw(self) -> None:
        entry = self._way.entry
        self._root.clear()
        with self._root:
            self._head()
            with tag("div", "ru-grid"):
                with tag("section", "cw-card"):
                    with tag("div", "cw-card-head"):
                        tag("h3", "cw-grow", self._w("What happened"))
                        tag("span", "cw-cap", self._clocks())
                    with tag("div", "cw-card-pad"):
                        Still("ol", [self._step(step) for step in self._way.steps], "cw-time")
                        if entry.state not in ("open", "failed") and not self._told():
                            tag("p", "cw-cap", state_words(entry, self._w)[0])
                with tag("div", "cw-grid"):
                    self._picture()
                    self._kept()
                    self._messages()

    def _clocks(self) -> str:
        """By which clocks the page tells the time."""
        zone = self._zone.replace("_", " ")
        if self._way.entry.person.zone:
            return self._w("Times in {zone}, where they live", zone=zone)
        return self._w("Times in {zone}, where your shop is", zone=zone)

    def _told(self) -> bool:
        """Whether the last step says already why it ended."""
        return bool(self._way.steps) and self._way.steps[-1].code == self._way.entry.code is not None

    def _head(self) -> None:
        w, entry, now = self._w, self._way.entry, self._user.house.clock.now()
        word, tone = state_words(entry, w)
        with tag("div", "cw-page-head co-head"):
            avatar(entry.person.shown_name, large=True)
            with tag("div", "cw-grow"):
                with tag("h1"):
                    tag("a", "", entry.person.shown_name, href=f"/contacts/{entry.person.id}")
                with tag("div", "co-chips"):
                    chip(word, tone=tone)
                    chip(
                        w("Entered on {when}", when=w.date(entry.entered_at, self._zone, "moment", now)), symbol="login"
                    )
                    if entry.wake_at is not None:
                        until = w.date(entry.wake_at, self._zone, "moment", now)
                        chip(w("Until {when}", when=until), symbol="schedule")
                    chip(w("Version {n}", n=entry.number), symbol="history")
            with tag("div", "ru-deeds"):
                deeds = Deeds(self._of, lambda: {entry.id: entry.hops}, lambda: entry.version, self._again)
                waiting = entry.state == "ended" and any(
                    one.state in ("queued", "sending") for one in self._way.messages
                )
                deeds.draw(inside=entry.state == "open", failed=entry.state == "failed", waiting=waiting)

    def _step(self, step: Step) -> Node:
        w, of = self._w, self._of
        version = of.knowing(step.version, step.block)
        now = self._user.house.clock.now()
        symbol, family = of.icon(version, step.block)
        bad = step.code in ("block_failed", "block_gone", "spins")
        when = w.date(step.at, self._zone, "moment", now)
        lines: list[str] = [w("Left the Flow")] if step.code in BY_EXIT else []
        if step.code:
            reason = reason_phrase(step.code, step.args, of.kind(version, step.block))
            lines.append(w.text(seen_in(reason, self._zone), now))
        if outlet := self._outlet(step):
            lines.append(w("By the way “{outlet}”", outlet=outlet))
        if family == "send" and step.outlet:
            lines += self._became(step)
        if not lines:
            lines.append(self._plainly(family, of.kind(version, step.block)))
        return node(
            "li",
            "",
            node("span", "cw-tile f-bad" if bad else f"cw-tile f-{family}", icon_node("error" if bad else symbol)),
            node(
                "div",
                "",
                node(
                    "div",
                    "cw-row is-base",
                    node("p", "what cw-grow", of.say(version, step.block)),
                    node("span", "when", when),
                ),
                *(node("p", "why", line) for line in lines),
            ),
        )

    def _plainly(self, family: str, kind: str) -> str:
        """What a block did that had nothing to explain."""
        w = self._w
        if issubclass(KINDS.get(kind, Block), Farewell):
            return w("Goes on by the last way")
        match family:
            case "trigger":
                return w("Entered the Flow")
            case "timing":
                return w("The time had come")
        return w("Done")

    def _became(self, step: Step) -> list[str]:
        """What became of the message that a step has queued, if it has."""
        w, now = self._w, self._user.house.clock.now()
        found = next((one for one in self._way.messages if one.hop == step.hop), None)
        if found is None:
            return []
        said = w("The Message was queued") if found.state == "queued" else state_word(found.state, w, found.code)
        if not found.code:
            return [said]
        return [said, w.text(seen_in(reason_phrase(found.code, found.args), self._zone), now)]

    def _outlet(self, step: Step) -> str:
        """The way that was taken, where there was a choice."""
        document = self._of.documents[self._of.knowing(step.version, step.block)]
        doc = next((doc for doc in document.blocks if doc.id == step.block), None)
        if doc is None or not step.outlet:
            return ""
        outlets = read_block(doc.kind, doc.settings).outlets()
        return next((self._w.text(one.name) for one in outlets if one.id == step.outlet and len(outlets) > 1), "")

    def _picture(self) -> None:
        way = self._way
        walked = [(step.block, step.outlet) for step in way.steps if step.outlet]
        lit = Lit([*(step.block for step in way.steps), way.entry.block], walked)
        with tag("section", "cw-card cw-card-pad"):
            tag("h3", "cw-mb3", self._w("The way"))
            flow_picture(way.document, width=304, classes="ru-picture", way=lit)
            with tag("p", "ru-now"):
                symbol, family = self._of.icon(way.entry.version, way.entry.block)
                with tag("span", f"cw-tile cw-tile-s f-{family}"):
                    icon(symbol)
                tag("span", "", self._of.say(way.entry.version, way.entry.block))

    def _kept(self) -> None:
        """What later blocks, rules and e-mails can read; nothing where nothing was kept."""
        leaves = list(_leaves(self._way.kept))
        if not leaves:
            return
        w, now = self._w, self._user.house.clock.now()
        with tag("section", "cw-card cw-card-pad"):
            tag("h3", "cw-mb3", w("Kept with the Run"))
            with tag("dl", "cw-kv"):
                for path, value in leaves[:MOST_SHOWN]:
                    at = instant(value) if "T" in value else None
                    tag("dt", "cw-trunc", readable(path), title=path)
                    tag("dd", "cw-trunc", value if at is None else w.date(at, self._zone, "moment", now), title=value)
            if len(leaves) > MOST_SHOWN:
                tag("p", "cw-cap", w("{n} more | {n} more", n=len(leaves) - MOST_SHOWN))

    def _messages(self) -> None:
        w, now = self._w, self._user.house.clock.now()
        with tag("section", "cw-card cw-card-pad"):
            tag("h3", "cw-mb3", w("Messages"))
            if not self._way.messages:
                tag("p", "cw-cap", w("None yet."))
            for message in self._way.messages:
                with tag("div", "co-line"):
                    with tag("div", "cw-grow"):
                        version = self._of.knowing(message.version, message.block)
                        said = message.subject or self._of.say(version, message.block)
                        tag("a", "cw-strong cw-trunc cw-block-el", said, href=f"/messages/{message.id}")
                        told = [w.date(message.at, self._zone, "moment", now)]
                        if message.code:
                            reason = reason_phrase(message.code, message.args)
                            told.append(w.text(seen_in(reason, self._zone), now))
                        tag("span", "cw-cap cw-block-el", " · ".join(told))
                    state_chip(message.state, w, message.code)
