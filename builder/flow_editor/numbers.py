"""Live numbers on the cards, how many a rule would match, and what came of the flow."""

import asyncio
import time
from typing import TYPE_CHECKING, Any

from nicegui import ui

from blocks import KINDS
from blocks.contract import Farewell
from blocks.flow import Conversion, Flow
from builder.access import Visitor, fetch
from builder.flow_editor.reach import block_reach
from builder.parts.loading import patiently
from runtime.insight.numbers import BlockNumbers, block_numbers
from runtime.insight.success import Success, success
from runtime.words import Words

if TYPE_CHECKING:
    from builder.flow_editor.editor import FlowEditor

Count = dict[str, Any]
EVERY_SECONDS = 1.0
LOOK_EVERY = 10
"""Ticks until the whole draft is looked at again: somebody may have paused it elsewhere, new events may have come."""

ROOM = 28
"""Letters and digits of numbers with their words that fit side by side on a card."""
SUCCESS_HOLDS = 60.0
"""Seconds for which what came of a flow is not counted again: it reads every run of three months."""
TYPING = 0.3
"""Seconds after the last change of what counts as a success until it is counted."""


class Numbers:
    """Brings the cards' numbers up to date once a second, while the tab is looked at and there is something to count."""

    def __init__(self, editor: "FlowEditor") -> None:
        self._editor = editor
        self._visible = True
        self._shown: dict[str, list[Count]] = {}
        self._ticks = 0
        self._wanted: Conversion | None = None
        self._succeeded: dict[Conversion, tuple[float, Success]] = {}
        ui.timer(EVERY_SECONDS, self._tick)
        ui.on("cw-visible", lambda event: self._see(event.args is True))
        ui.run_javascript(
            "document.addEventListener('visibilitychange', () => emitEvent('cw-visible', !document.hidden))"
        )

    def _see(self, visible: bool) -> None:
        self._visible = visible

    async def _tick(self) -> None:
        editor = self._editor
        if not self._visible or not editor.canvas.client.has_socket_connection:
            return
        self._ticks += 1
        if self._ticks % LOOK_EVERY == 0:
            editor.check_soon()
        if editor.look.live is None:
            return
        now = counts(editor.flow, await fetch(read_numbers, editor.user, editor.slug), editor.w)
        changed: dict[str, Any] = {id_: said for id_, said in now.items() if self._shown.get(id_) != said}
        changed |= {id_: None for id_ in self._shown if id_ not in now}
        self._shown = now
        if changed and not editor.gone:
            editor.canvas.show_counts(changed)

    async def match(self, block: str) -> None:
        """Put into the panel how many the rule of a block would match."""
        editor = self._editor
        doc = editor.block(block)
        found = await fetch(block_reach, editor.user, doc, editor.flow.zone, editor.w) if doc is not None else None
        if not editor.gone:
            editor.panel.show_reach(block, found)

    async def succeed(self, wanted: Conversion) -> None:
        """Put into the panel how many had this happen. Of several that are asked for in a row the last one counts."""
        editor, self._wanted = self._editor, wanted
        at, found = self._succeeded.get(wanted, (0.0, None))
        if found is None or time.monotonic() - at > SUCCESS_HOLDS:
            await asyncio.sleep(TYPING)
            if editor.gone or wanted is not self._wanted:
                return
            counting = fetch(read_success, editor.user, editor.slug, wanted)
            found = await patiently(counting, lambda: editor.panel.await_success(wanted))
            if found is not None:
                self._succeeded[wanted] = (time.monotonic(), found)
        if not editor.gone:
            editor.panel.show_success(wanted, found)


def read_numbers(user: Visitor, slug: str) -> dict[str, BlockNumbers]:
    """In a thread."""
    with user.house.ledger.read(user.workspace) as tx:
        return block_numbers(tx, slug)


def read_success(user: Visitor, slug: str, wanted: Conversion) -> Success | None:
    """In a thread."""
    with user.house.ledger.read(user.workspace) as tx:
        return success(tx, slug, wanted, user.house.clock.now())


def counts(flow: Flow, numbers: dict[str, BlockNumbers], w: Words) -> dict[str, list[Count]]:
    """What each card says; a block nobody has reached yet says 0."""
    return {doc.id: card_counts(doc.kind, numbers.get(doc.id, BlockNumbers()), w) for doc in flow.blocks}


def card_counts(kind: str, found: BlockNumbers, w: Words) -> list[Count]:
    """The numbers of one card: entered for triggers, sent and still to be sent for sends, passed and waiting for all others."""
    family = KINDS[kind].card.family if kind in KINDS else "action"
    waiting: list[Count] = []
    if found.waiting:
        label = w("waiting")
        waiting = [{"value": w.number(found.waiting), "label": label, "icon": "hourglass_empty", "end": True}]
    match family:
        case "trigger":
            if kind in KINDS and issubclass(KINDS[kind], Farewell):
                return [{"value": w.number(found.passed), "label": w("passed")}]
            return [{"value": w.number(found.entered), "label": w("entered")}]
        case "send":
            return _messages(found, w)
        case _:
            if KINDS[kind].card.compact if kind in KINDS else False:
                return waiting or [{"value": w.number(found.passed), "label": w("passed"), "end": True}]
            return [{"value": w.number(found.passed), "label": w("passed")}, *waiting]


def _messages(found: BlockNumbers, w: Words) -> list[Count]:
    """What became of messages. Where not all the words have room, icons stand for all but the first; the words are still there
    to be heard or pointed at."""
    sent: Count = {"value": w.number(found.sent), "label": w("sent")}
    failed: Count = {"value": w.number(found.failed), "label": w("failed")}
    waiting: Count = {"value": w.number(found.queued), "label": w("waiting"), "icon": "hourglass_empty", "end": True}
    skipped: Count = {"value": w.number(found.skipped), "label": w("not sent"), "end": True}
    counted = (
        (found.failed, failed, "error"),
        (found.queued, waiting, "hourglass_empty"),
        (found.skipped, skipped, "block"),
    )
    there = [(one, icon) for count, one, icon in counted if count]
    if sum(len(one["value"]) + len(one["label"]) for one in (sent, *(one for one, _ in there))) <= ROOM:
        return [sent, *(one for one, _ in there)]
    return [sent, *(one | {"icon": icon, "brief": True} for one, icon in there)]
