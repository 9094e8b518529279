"""What the browser has kept of an e-mail: put back when it was not stored, let go of when it is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from builder.drafting.kept_texts import Kept, KeptTexts, place
from builder.parts.toast import toast
from builder.studio import edits

if TYPE_CHECKING:
    from builder.studio.studio import Studio


class Shelf:
    """Of one studio. Draws nothing that can be seen."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio
        self._told: dict[str, tuple[int, str]] = {}
        """Texts by their place, each with the number of the change that holds it."""
        name = f"cartwheel.email.{studio.user.workspace}.{studio.slug}"
        self._browser = KeptTexts(name, studio.saving.draft.rev, self._found)

    def typed(self, section: str, settings: Mapping[str, Any], key: str, number: int) -> None:
        """The browser told of something typed, which the change of this number holds."""
        value = settings.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            self._told[place(section, key)] = (number, str(value))
            if self._studio.saving.state == "saved":
                self.stored(number)

    def stored(self, number: int) -> None:
        """Everything up to this change is stored."""
        done = {name: text for name, (changed, text) in self._told.items() if changed <= number}
        self._told = {name: told for name, told in self._told.items() if name not in done}
        if not self._studio.gone:
            self._browser.stored(self._studio.saving.draft.rev, done)

    def forget(self) -> None:
        """Another document has taken the place of this one, because that was wished."""
        self.stored(max((number for number, _ in self._told.values()), default=0))

    def _found(self, kept: list[Kept]) -> None:
        """They go in again if nobody has changed the draft since, else only if that is wished."""
        studio, w = self._studio, self._studio.w
        rev = studio.saving.draft.rev
        fresh = [one for one in kept if edits.differs(studio.document, one.section, one.field, one.text)]
        self._browser.stored(rev, {place(one.section, one.field): one.text for one in kept if one not in fresh})
        if not fresh or studio.readonly:
            return
        if all(one.rev == rev for one in fresh):
            self._put(fresh)
            toast(w("Changes that had not been saved are back."), kind="info")
        else:
            toast(
                w("This browser kept texts that were not saved, and the e-mail was changed since."),
                action=w("Put them in"),
                on_action=lambda: self._put(fresh),
                kind="info",
            )

    def _put(self, kept: list[Kept]) -> None:
        document = self._studio.document
        for one in kept:
            document = edits.put_text(document, one.section, one.field, one.text)
        number = self._studio.put(document, kept[-1].section)
        for one in kept:
            self._told[place(one.section, one.field)] = (number, one.text)
