"""The settings of the whole e-mail: what kind it is, its subject, who it comes from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from blocks.contract import Problem
from builder.forms import Around, Form
from builder.forms.field import Field, Show
from builder.parts.dialog import choice
from builder.parts.tag import Tag, tag
from builder.studio.edits import HEAD
from builder.studio.widgets import MAIL_WIDGETS, draw_usual
from runtime.mail import EmailDocument

_ELSEWHERE = ("format", "name", "kind", "sections")
_SENDER = ("from_name", "from_address", "reply_to")


def _draw_text(field: Field) -> Show:
    """Subject and preview text may hold fields. Who it comes from is the same for everybody; what stands there where the
    e-mail does not say it, is shown in grey."""
    return draw_usual(field) if field.name in _SENDER else MAIL_WIDGETS["text"](field)


_WIDGETS = {**MAIL_WIDGETS, "text": _draw_text}


class HeadForm:
    """Draws itself where it is made. `on_change` gets all settings of the head, and which of them changed."""

    def __init__(
        self, document: EmailDocument, around: Around, on_change: Callable[[Mapping[str, Any], str], Any]
    ) -> None:
        self._around = around
        self._on_change = on_change
        self._settings = head_of(document)
        self._kinds: Tag = tag("section", "cw-sect", role="radiogroup", aria_label=around.w("Kind"))
        self._draw_kinds()
        self.form = Form(EmailDocument, self._settings, around, self._changed, leave_out=_ELSEWHERE, widgets=_WIDGETS)

    def load(self, document: EmailDocument) -> None:
        """Show it as it is by now."""
        self._settings = head_of(document)
        self._draw_kinds()
        self.form.load(self._settings)

    def tell(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong under the fields."""
        self.form.tell(problems)

    def _draw_kinds(self) -> None:
        w = self._around.w
        chosen = self._settings["kind"]
        self._kinds.clear()
        with self._kinds:
            choice(
                w("Marketing"),
                w("Only to those who said yes. With a link to unsubscribe and your postal address."),
                chosen=chosen == "marketing",
                on_click=lambda: self._put_kind("marketing"),
            )
            choice(
                w("Transactional"),
                w("What somebody waits for, such as the confirmation of an order. Nothing that advertises."),
                chosen=chosen == "transactional",
                on_click=lambda: self._put_kind("transactional"),
            )

    def _put_kind(self, kind: str) -> None:
        if kind != self._settings["kind"]:
            self._settings = {**self._settings, "kind": kind}
            self._draw_kinds()
            self.form.put({"kind": kind}, key="kind")

    def _changed(self, settings: dict[str, Any], key: str) -> None:
        self._settings = {**self._settings, **settings}
        self._on_change(self._settings, key)


def head_of(document: EmailDocument) -> dict[str, Any]:
    """The settings of the head as a form takes them."""
    return {name: getattr(document, name) or "" for name in HEAD}
