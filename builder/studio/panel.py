"""The panel beside the e-mail: the form of the chosen section, else the settings of the e-mail."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks.contract import Problem as FormProblem
from builder.drafting.kept_texts import place
from builder.forms import Around, Form
from builder.forms.errors import wrongs
from builder.parts.controls import button, icon_button
from builder.parts.sheet import Sheet
from builder.parts.tag import Tag, icon, tag
from builder.studio.head import HeadForm
from builder.studio.widgets import MAIL_WIDGETS
from builder.studio.words_box import WordsBox
from runtime.mail import EmailDocument, Problem, Section

HEAD = ""
"""What is chosen when it is no section but the e-mail itself."""


@dataclass(frozen=True, slots=True)
class Asks:
    """What the panel asks of the studio."""

    change: Callable[[str, Mapping[str, Any], str], Any]
    """(section or HEAD, settings, which of them changed)"""
    move: Callable[[int], Any]
    duplicate: Callable[[], Any]
    delete: Callable[[], Any]
    close: Callable[[], Any]


class Panel:
    """Draws itself where it is made."""

    def __init__(self, around: Around, asks: Asks) -> None:
        self._around = around
        self._asks = asks
        self._readonly = False
        self.shown: str | None = None
        """The section whose form is open, HEAD, or None."""
        self._form: Form | None = None
        self._head: HeadForm | None = None
        self._problems: Sequence[Problem] = ()
        self.sheet = Sheet(
            label=around.w("Settings of the section"), grab=around.w("Higher or lower"), on_away=asks.close
        )

    @property
    def wrong(self) -> bool:
        """Whether something stands in the form that cannot be kept."""
        form = self._head.form if self._head is not None else self._form
        return form is not None and bool(wrongs(form.model, form.settings))

    def make_readonly(self, *, readonly: bool) -> None:
        """Whether anything can be changed; takes effect with what is shown next."""
        self._readonly = readonly
        self.shown = None

    def close(self) -> None:
        """Nothing is shown, and the e-mail has the room."""
        self._forget()
        self.sheet.set_visibility(False)

    def focus(self, field: str = "") -> None:
        """Put the cursor into a field, else into the first."""
        form = self._head.form if self._head is not None else self._form
        if form is None:
            return
        box = form.fields[field].focusable if field in form.fields else None
        if box is not None:
            box.focus()
        elif not field:
            form.focus()

    def tell(self, problems: Sequence[Problem]) -> None:
        """Say under the fields what is wrong with what is shown, now and when something else is."""
        self._problems = problems
        mine = [
            FormProblem(one.code, one.phrase, one.level, field=one.field)
            for one in self._problems
            if one.section == self.shown
        ]
        if self._head is not None:
            self._head.tell(mine)
        elif self._form is not None:
            self._form.tell(mine)

    # ---- a section

    def show_section(self, section: Section) -> None:
        """Open the form of a section; if it is open already, bring it up to date."""
        settings = section.model_dump()
        if self.shown == section.id and self._form is not None:
            self._form.load(settings)
            return
        w = self._around.w
        self._forget()
        self.shown = section.id
        with self._begin():
            self._header(section.card.icon, w("Section"), w(section.card.title), section=True)
            with tag("div", "body"), self._fieldset():
                self._form = Form(
                    type(section),
                    settings,
                    self._around,
                    lambda settings, key: self._asks.change(section.id, settings, key),
                    leave_out=("kind", "id"),
                    widgets=MAIL_WIDGETS,
                )
                self._keep_typed(self._form, section.id)
                if not self._form.fields:
                    tag("p", "cw-13 cw-2", w("There is nothing to set here."))
            if not self._readonly:
                with tag("footer"):
                    button(w("Duplicate"), self._asks.duplicate, kind="quiet", small=True, symbol="content_copy")
                    tag("span", "cw-grow")
                    button(w("Delete section"), self._asks.delete, kind="bad", small=True, symbol="delete")
        self.tell(self._problems)

    # ---- the e-mail

    def show_head(self, document: EmailDocument, *, rest: bool) -> None:
        """Open the settings of the e-mail. `rest`: on a phone they stay away until they are asked for."""
        if self.shown == HEAD and self._head is not None:
            self._head.load(document)
            if not rest:
                self.sheet.classes(remove="is-rest")
            return
        w = self._around.w
        self._forget()
        self.shown = HEAD
        with self._begin(rest=rest):
            self._header("mail", w("The whole e-mail"), w("Subject and sender"), section=False)
            with tag("div", "body"), self._fieldset():
                self._head = HeadForm(
                    document, self._around, lambda settings, key: self._asks.change(HEAD, settings, key)
                )
                self._keep_typed(self._head.form, HEAD)
        self.tell(self._problems)

    # ---- pieces

    def _keep_typed(self, form: Form, section: str) -> None:
        """Texts with fields do so themselves."""
        for field in form.fields.values():
            if field.focusable is not None and not isinstance(field.focusable, WordsBox):
                field.focusable.keep_at(place(section, field.name))

    def _header(self, symbol: str, kind: str, title: str, *, section: bool) -> None:
        w = self._around.w
        with tag("header"):
            with tag("span", "cw-tile"):
                icon(symbol)
            with tag("div", "cw-grow"):
                tag("span", "cw-micro", kind)
                tag("h3", "", title)
            if section and not self._readonly:
                icon_button("arrow_upward", w("Move up"), lambda: self._asks.move(-1), each=True)
                icon_button("arrow_downward", w("Move down"), lambda: self._asks.move(1), each=True)
            icon_button("close", w("Close"), self._asks.close)

    def _begin(self, *, rest: bool = False) -> Sheet:
        self.sheet.clear()
        self.sheet.set_visibility(True)
        self.sheet.classes(add="is-rest") if rest else self.sheet.classes(remove="is-rest")
        return self.sheet

    def _fieldset(self) -> Tag:
        made = tag("fieldset", "cw-plain-set")
        if self._readonly:
            made.set(disabled=True)
        return made

    def _forget(self) -> None:
        self.shown = None
        self._form = self._head = None
