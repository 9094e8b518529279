"""What can be done with runs, for one or many: asked where it cannot be undone, else done with an undo."""

from collections.abc import Awaitable, Callable
from functools import partial

from builder.access import act
from builder.parts.controls import button
from builder.parts.dialog import dialog
from builder.parts.fields import select_field
from builder.parts.flow_map import FlowMap
from builder.parts.tag import tag
from builder.parts.toast import toast
from builder.runs.read import Drawn
from runtime.engine.by_hand import handling
from runtime.engine.by_hand.handling import Answer, Hops


class Deeds:
    """`chosen` says for which runs, `version` whose blocks they may be moved to; `then` follows whatever was done."""

    def __init__(
        self, of: Drawn, chosen: Callable[[], Hops], version: Callable[[], int], then: Callable[[], Awaitable[None]]
    ) -> None:
        self._of, self._w = of, of.w
        self._chosen, self._version, self._then = chosen, version, then
        self._by = of.user.name or of.user.email

    def draw(self, *, inside: bool, failed: bool, waiting: bool = False) -> None:
        """The buttons. `waiting`: who is through, while a message of theirs still waits."""
        w = self._w
        if failed:
            button(w("Try again"), self.retry, symbol="refresh", small=True)
        if inside:
            button(w("Wait no longer"), self.skip, symbol="fast_forward", small=True)
        if inside or failed:
            button(w("Move to another Block"), self.move, symbol="alt_route", small=True)
        if inside or waiting:
            button(w("Take out"), self.ask_to_remove, kind="bad", symbol="logout", small=True)

    async def retry(self) -> None:
        """Go on from where they failed."""
        answer = await self._do(handling.retry)
        n = len(answer.done)
        await self._tell(answer, self._w("{n} person is tried again. | {n} people are tried again.", n=n))

    async def skip(self) -> None:
        """Go on now."""
        answer = await self._do(handling.skip_wait)
        n = len(answer.done)
        await self._tell(answer, self._w("{n} person waits no longer. | {n} people wait no longer.", n=n))

    def move(self) -> None:
        """Choose a block first."""
        w, blocks = self._w, self._of.blocks(self._version())
        title = w("Move {n} person to another Block | Move {n} people to another Block", n=len(self._chosen()))

        async def go() -> None:
            if field.value is None:
                field.complain(w("Choose a Block"))
                return
            box.close()
            house, workspace = self._of.user.house, self._of.user.workspace
            answer = await act(
                self._of.user, handling.move_to, house, workspace, dict(self._chosen()), field.value, self._by
            )
            said = w(
                "{n} person goes on from {block}. | {n} people go on from {block}.",
                n=len(answer.done),
                block=blocks[field.value],
            )
            await self._tell(answer, said)

        with dialog(title, w("They go on from there at once, by the version they are on."), close=w("Close")) as box:
            field = select_field(w("Go on from"), blocks, None, on_change=lambda id_: drawing.show(id_ or ""))

            def choose(id_: str) -> None:
                field.value = id_

            document = self._of.documents[self._version()].to_json()
            drawing = FlowMap(document, blocks, choose, label=w("Choose a Block"))
            with box.footer:
                tag("span", "cw-grow")
                button(w("Cancel"), box.close)
                button(w("Move"), go, kind="primary")

    def ask_to_remove(self) -> None:
        """It cannot be undone, so it is asked."""
        w, n = self._w, len(self._chosen())

        async def go() -> None:
            box.close()
            answer = await self._do(handling.remove)
            taken = w(
                "{n} person is taken out of the Flow. | {n} people are taken out of the Flow.", n=len(answer.done)
            )
            await self._tell(answer, taken)

        title = w("Take {n} person out of the Flow? | Take {n} people out of the Flow?", n=n)
        text = w(
            "What waits to be sent to them from it is cancelled. They stay in your Contacts. This cannot be undone."
        )
        with dialog(title, text, close=w("Close")) as box, box.footer:
            tag("span", "cw-grow")
            button(w("Not yet"), box.close)
            button(w("Take out"), go, kind="primary")

    async def _do(self, deed: Callable[..., Answer]) -> Answer:
        user = self._of.user
        return await act(user, deed, user.house, user.workspace, dict(self._chosen()), self._by)

    async def _tell(self, answer: Answer, done: str) -> None:
        """Say what was done and what was not, with the way back where there is one."""
        await self._then()
        w = self._w
        told = [*([done] if answer.done else []), *(w.text(reason) for reason in answer.why_not())]
        if answer.before:
            toast(" ".join(told), action=w("Undo"), on_action=partial(self._put_back, answer))
        else:
            toast(" ".join(told), kind="ok" if answer.done else "bad")

    async def _put_back(self, answer: Answer) -> None:
        user = self._of.user
        back = await act(user, handling.put_back, user.house, user.workspace, answer.before, self._by)
        await self._then()
        w = self._w
        told = [w.text(reason) for reason in back.why_not()]
        if back.done:
            said = w("{n} person is back where they were. | {n} people are back where they were.", n=len(back.done))
            told.insert(0, said)
        toast(" ".join(told), kind="ok" if back.done else "bad")
