"""Whose e-mail it is to change: what an e-mail has to say to that."""

from typing import TYPE_CHECKING

from builder.drafting.autosave import Document
from builder.drafting.banner import Action, Banner
from builder.drafting.pen import Pen
from builder.drafting.seat import WholeSeating
from runtime.mail import DocumentRefused, EmailDocument, read_document

if TYPE_CHECKING:
    from builder.studio.studio import Studio


class EmailSeating(WholeSeating[EmailDocument]):
    """The seat of one studio."""

    longest_name = 200

    def __init__(self, studio: "Studio", pen: Pen, banner: Banner, *, archived: bool) -> None:
        super().__init__(studio, pen, banner, archived=archived)
        self._studio = studio

    def read(self, document: Document) -> EmailDocument | None:
        """The e-mail, if it is one."""
        try:
            return read_document(document)
        except DocumentRefused:
            return None

    def copied(self, content: EmailDocument, name: str) -> Document:
        """The e-mail under another name."""
        return content.model_copy(update={"name": name}).model_dump(mode="json")

    def name(self, content: EmailDocument) -> str:
        """The e-mail's name."""
        return content.name

    def show_saved(self) -> None:
        """Saved, and since when; or that something in the form cannot be saved as it stands."""
        studio, w = self._studio, self.w
        if studio.saving.state != "saved":
            return
        if studio.panel.wrong:
            studio.bar.saved.show(w("Not all of it is saved: a setting is wrong"), warn=True)
        else:
            studio.bar.saved.show(w("Saved {time}", time=self.time(studio.saving.draft.changed_at)))

    def say_archived(self) -> tuple[str, *tuple[Action, ...]]:
        """It can be brought back in the list."""
        return (self.w("This e-mail is put away. Bring it back to change it."),)

    def say_held(self, who: str, time: str) -> str:
        """Somebody has the e-mail open."""
        return self.w("{who} has this e-mail open in another tab since {time}. You are looking on.", who=who, time=time)

    def say_changed(self, who: str, time: str) -> str:
        """Somebody stored another e-mail."""
        return self.w(
            "{who} changed this e-mail at {time}, while it was open here. Your last changes are not saved.",
            who=who,
            time=time,
        )
