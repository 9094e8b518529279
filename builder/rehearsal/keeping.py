"""The examples on a draft are changed here: kept, renamed, deleted, and each of it taken back."""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from blocks.examples import MOST_EXAMPLES, Example
from blocks.flow import Flow
from builder.access import Visitor, act, fetch
from builder.drafting.pen import PRESENCE
from builder.parts.controls import button
from builder.parts.dialog import dialog
from builder.parts.fields import enter_presses, text_field
from builder.parts.tag import tag
from builder.parts.toast import toast
from runtime.desk import ChangedElsewhere, NoSuchDraft
from runtime.rehearsal import MadeUp, Rehearsal, kept_example
from runtime.words import Words

LONGEST_NAME = 120
_EXAMPLES = TypeAdapter(tuple[Example, ...])
Change = Callable[[tuple[Example, ...]], Sequence[Example]]


class Keeping:
    """Changes the examples of one draft. `changed` is called when it was."""

    def __init__(self, user: Visitor, slug: str, w: Words, changed: Callable[[], Any]) -> None:
        self._user, self._slug, self._w, self._changed = user, slug, w, changed

    async def put(self, change: Change, said: str) -> bool:
        """Change them and say so; it can be taken back. Whether it was done."""
        before = await self._put(change)
        if before is None:
            return False

        async def undo() -> None:
            await self._put(lambda now: before)

        toast(said, action=self._w("Undo"), on_action=undo)
        return True

    async def keep(self, example: Example) -> bool:
        """Add it, in the place of one with its name if there is one."""

        def add(now: tuple[Example, ...]) -> Sequence[Example]:
            names = [one.name for one in now]
            if example.name in names:
                return [example if one.name == example.name else one for one in now]
            return [*now, example]

        return await self.put(add, self._w("Kept as the example “{name}”", name=example.name))

    def ask_to_keep(self, name: str, document: Flow, who: int | MadeUp, result: Rehearsal) -> None:
        """Ask for a name, and keep what was rehearsed. `name` is that of the example it was, if it was one."""
        w = self._w

        async def keep(name: str) -> bool:
            try:
                example = await fetch(_example_of, self._user, name, document, who, result)
            except LookupError:
                toast(w("This Contact is not there any more. Choose another."), kind="bad")
                return False
            return await self.keep(example)

        text = w(
            "What went out when becomes what must come true. Nothing that tells who somebody is goes into it, and what "
            "they did before does not. An example with the same name is replaced."
        )
        ask_name(w("Keep as an example"), text, name, w("Keep"), keep, w)

    async def delete(self, name: str) -> bool:
        """Take one away."""
        said = self._w("The example “{name}” is deleted", name=name)
        return await self.put(lambda now: [one for one in now if one.name != name], said)

    def ask_rename(self, name: str, taken: Sequence[str]) -> None:
        """Ask for another name."""
        w = self._w

        async def rename(new: str) -> bool:
            def change(now: tuple[Example, ...]) -> Sequence[Example]:
                return [one.model_copy(update={"name": new}) if one.name == name else one for one in now]

            return new == name or await self.put(change, w("The example is called “{name}” now", name=new))

        others = [one for one in taken if one != name]
        ask_name(w("Rename the example"), "", name, w("Rename"), rename, w, others)

    async def _put(self, change: Change) -> tuple[Example, ...] | None:
        """Store what `change` makes of them. What they were; None, and why is said, if it could not be done."""
        user, w = self._user, self._w
        holder = PRESENCE.holder((user.workspace, "flow", self._slug))
        if holder is not None and holder.there():
            said = w("{who} has this Flow open and would lose what they draw. Close it there first.", who=holder.who)
            toast(said, kind="bad")
            return None
        try:
            before = await act(user, _store, user, self._slug, change)
        except (ChangedElsewhere, NoSuchDraft):
            toast(w("Somebody else has just changed this Flow. Try again."), kind="bad")
            return None
        except ValidationError:
            toast(w("There are {most} examples already. Delete one first.", most=MOST_EXAMPLES), kind="bad")
            return None
        self._changed()
        return before


def _example_of(user: Visitor, name: str, document: Flow, who: int | MadeUp, result: Rehearsal) -> Example:
    with user.house.ledger.read(user.workspace) as tx:
        return kept_example(tx, name, document, who, result)


def _store(user: Visitor, slug: str, change: Change) -> tuple[Example, ...]:
    """In a thread. Raises ChangedElsewhere, NoSuchDraft, ValidationError where there are too many."""
    drafts = user.house.desk.drafts(user.workspace)
    draft = drafts.get("flow", slug)
    if draft is None:
        raise NoSuchDraft("flow", slug)
    before = _EXAMPLES.validate_python(draft.document.get("examples", ()))
    after = [one.model_dump(mode="json", by_alias=True) for one in change(before)]
    document = Flow.model_validate({**draft.document, "name": draft.name, "examples": after}).to_json()
    drafts.save("flow", slug, document, draft.rev, user.email, user.house.clock.now())
    return before


def ask_name(
    title: str,
    text: str,
    name: str,
    word: str,
    confirm: Callable[[str], Any],
    w: Words,
    taken: Sequence[str] = (),
) -> None:
    """A dialog that asks for a name. `confirm` is awaited with it and says whether all is done; `taken` names are refused."""

    async def go() -> None:
        new = str(field.value or "").strip()[:LONGEST_NAME]
        if not new:
            field.complain(w("Type a name"))
        elif new in taken:
            field.complain(w("Another example has this name."))
        elif await confirm(new):
            box.close()

    with dialog(title, text, close=w("Close")) as box:
        field = text_field(w("Name"), name)
        field.control.props("autofocus")
        with box.footer:
            tag("span", "cw-grow")
            button(w("Cancel"), box.close)
            enter_presses(button(word, go, kind="primary"), field)
