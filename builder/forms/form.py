"""A form drawn from a pydantic model: titles, limits and widgets come from its fields."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from nicegui.element import Element
from pydantic import BaseModel

from blocks.contract import Problem
from builder.forms.around import Around
from builder.forms.errors import Wrong, wrongs
from builder.forms.field import Draw, Field, Show, about
from builder.forms.widgets import OWN_SECTION, WIDGETS
from builder.parts.tag import tag

_ids = count(1)
BAD_SETTING = "bad_setting"
"""Problems that the model itself found; they are said in the form's own words."""


class Form:
    """The settings of one document part, as they are being typed. Draws itself where it is made.

    `on_change(settings, key)` gets all settings, valid or not, and which of them changed: quick changes of one key are
    one step of undo. `settings` is never changed in place. A field named in `leave_out` is not drawn. `widgets` are those
    of another room, where its fields look different.
    """

    def __init__(
        self,
        model: type[BaseModel],
        settings: Mapping[str, Any],
        around: Around,
        on_change: Callable[[dict[str, Any], str], Any],
        *,
        leave_out: Iterable[str] = ("kind",),
        strict: bool = False,
        widgets: Mapping[str, Draw] = WIDGETS,
    ) -> None:
        self.model = model
        self.settings = dict(settings)
        self.around = around
        self.strict = strict
        """Say that fields are empty even before somebody was there."""
        self.fields: dict[str, Field] = {}
        self._on_change = on_change
        self._leave_out = frozenset(leave_out)
        self._widgets = widgets
        self._shows: list[Show] = []
        self._followers: list[Callable[[], Any]] = []
        self._wrappers: dict[str, Element] = {}
        self._sections: dict[Element, list[str]] = {}
        """Each section with the fields in it."""
        self._told: Sequence[Problem] = ()
        self._draw()
        self._settle()

    def put(self, changes: Mapping[str, Any], *, key: str) -> None:
        """Change settings together."""
        self.settings = {**self.settings, **changes}
        self._settle()
        self._on_change(self.settings, key)

    def load(self, settings: Mapping[str, Any]) -> None:
        """Show other settings: after an undo, or what somebody else wrote."""
        if dict(settings) == self.settings:
            return
        self.settings = dict(settings)
        for show in self._shows:
            show()
        self._settle()

    def tell(self, problems: Sequence[Problem]) -> None:
        """Say problems that the model itself does not know of, each under its field."""
        self._told = problems
        self._say()

    def when_settled(self, follow: Callable[[], Any]) -> None:
        """Call after every change, for a widget that depends on another setting."""
        self._followers.append(follow)

    def focus(self) -> None:
        """Put the cursor into the first field."""
        for field in self.fields.values():
            if field.focusable is not None:
                field.focusable.focus()
                return

    def default_of(self, name: str) -> Any:
        """What the model says where nothing is set; None if it must be set."""
        info = self.model.model_fields[name]
        return None if info.is_required() else info.get_default(call_default_factory=True)

    def _draw(self) -> None:
        section: Element | None = None
        for name, info in self.model.model_fields.items():
            widget = about(info).get("widget", "")
            if name in self._leave_out or widget not in self._widgets:
                continue
            field = Field(self, name, info, f"field-{next(_ids)}")
            self.fields[name] = field
            if widget in OWN_SECTION or section is None:
                section = tag("section", "cw-sect cw-fields")
                self._sections[section] = []
            self._sections[section].append(name)
            with section, tag("div", "cw-field") as wrapper:
                self._shows.append(self._widgets[widget](field))
                field.draw_message()
            self._wrappers[name] = wrapper
            if widget in OWN_SECTION:
                section = None

    def _settle(self) -> None:
        """Hide what does not apply, say what is wrong."""
        for name, wrapper in self._wrappers.items():
            wrapper.set_visibility(self._applies(name))
        for section, names in self._sections.items():
            section.set_visibility(any(map(self._applies, names)))
        for follow in self._followers:
            follow()
        self._say()

    def _applies(self, name: str) -> bool:
        only: Mapping[str, Any] = about(self.model.model_fields[name]).get("only", {})
        return all(self._is_one_of(key, only[key]) for key in only)

    def _is_one_of(self, name: str, wanted: Any) -> bool:
        value = self.settings.get(name, self.default_of(name))
        return value in wanted if isinstance(wanted, tuple) else value == wanted

    def _say(self) -> None:
        own = wrongs(self.model, self.settings)
        for name, field in self.fields.items():
            parts = [name, *field.also]
            found = [own[part] for part in parts if part in own and not field.says_itself]
            found = found or [
                Wrong("warn" if one.level == "warn" else "empty" if not field.value else "bad", one.phrase)
                for one in self._told
                if one.field in parts and one.code != BAD_SETTING
            ]
            field.show_wrongs(found)
