"""The left side: the e-mail itself, its sections, the button to add one, and the list of checks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from builder.parts.controls import button, icon_button
from builder.parts.menu import Menu
from builder.parts.tag import Tag, icon, tag
from builder.studio.checklist import CheckList, say_count
from builder.studio.checks import Checked
from builder.studio.panel import HEAD
from builder.studio.section_list import Item, SectionList
from runtime.mail import KINDS, EmailDocument, Problem
from runtime.mail.tags import glimpse
from runtime.words import Words


@dataclass(frozen=True, slots=True)
class Asks:
    """What the left side asks of the studio."""

    choose: Callable[[str], Any]
    move: Callable[[str, int], Any]
    remove: Callable[[str], Any]
    add: Callable[[str], Any]
    start: Callable[[], Any]
    jump: Callable[[str, str], Any]


class Contents:
    """Draws itself where it is made. On a phone it is a sheet, opened from the bar at the bottom (`phone_bar`)."""

    def __init__(self, w: Words, asks: Asks) -> None:
        self.w = w
        self._asks = asks
        self._problems: Sequence[Problem] = ()
        self._chip: Tag | None = None
        self.root = tag("aside", "cw-left st-left", aria_label=w("Contents"))
        with self.root:
            with tag("div", "body"):
                with tag("div", "cw-row st-list-head"):
                    tag("h2", "cw-grow", w("Sections"))
                    self._add = button(w("Add"), small=True, symbol="add")
                    with self._add:
                        self._menu()
                    close = icon_button("close", w("Close"), self.close)
                    close.classes("show-s")
                self._head = tag("button", "st-sec st-sec-main", type="button")
                self._head.on_click(lambda: asks.choose(HEAD))
                with self._head:
                    with tag("span", "cw-tile"):
                        icon("mail")
                    with tag("span", "cw-grow"):
                        tag("span", "n", w("Subject and sender"))
                        self._subject = tag("span", "cw-cap cw-trunc")
                self.list = SectionList(w, on_choose=asks.choose, on_move=asks.move, on_remove=asks.remove)
                with tag("div", "st-none") as self._none:
                    tag("p", "cw-cap", w("No sections yet. Add them one by one, or begin with the usual ones."))
                    button(w("Begin with the usual ones"), asks.start, small=True)
            self._checks = CheckList(w, asks.jump)

    def phone_bar(self) -> None:
        """The bar at the bottom of a phone."""
        with tag("div", "st-phone show-s"):
            button(self.w("Sections"), self.open, symbol="list", classes="cw-grow")
            with tag(
                "button", "cw-btn st-phone-checks", type="button", aria_label=self.w("Before it goes out")
            ) as made:
                icon("checklist")
                self._chip = tag("span", "cw-chip")
            made.on_click(self._open_checks)

    def open(self) -> None:
        """Show it on a phone."""
        self.root.classes(add="is-open")

    def _open_checks(self) -> None:
        self.open()
        self._checks.root.run_method("scrollIntoView")

    def close(self) -> None:
        """Away from a phone's screen."""
        self.root.classes(remove="is-open")

    def show(self, document: EmailDocument, chosen: str) -> None:
        """The sections as they are now."""
        w = self.w
        subject = glimpse(document.subject)
        self._subject.text = w.text(subject) if subject is not None else w("No subject yet")
        self._head.classes(add="is-on") if chosen == HEAD else self._head.classes(remove="is-on")
        self._head.set(aria_pressed="true" if chosen == HEAD else "false")
        self._none.set_visibility(not document.sections)
        worst = {one.section: "warn" for one in self._problems if one.level == "warn"}
        worst |= {one.section: "bad" for one in self._problems if one.level == "bad"}
        items: list[Item] = [
            {
                "id": section.id,
                "icon": section.card.icon,
                "title": w(section.card.title),
                "line": w.text(section.line()),
                "level": worst.get(section.id, ""),
            }
            for section in document.sections
        ]
        self.list.show(items, chosen)

    def show_checked(self, checked: Checked) -> None:
        """What the checks found; `show` says it in the list."""
        self._problems = checked.problems
        self._checks.show(checked)
        if self._chip is not None:
            say_count(self._chip, checked, self.w)

    def make_readonly(self, *, readonly: bool) -> None:
        """Whether sections can be added, moved and removed."""
        self._add.set_visibility(not readonly)
        self.list.make_readonly(readonly=readonly)

    def _menu(self) -> None:
        menu = Menu().props("auto-close no-refocus anchor='bottom right' self='top right' :offset='[0, 4]'")
        with menu, tag("div", "st-kinds", role="menu", aria_label=self.w("Add")):
            for kind, model in KINDS.items():
                made = tag("button", "cw-menu-item st-kind", type="button", role="menuitem", data_kind=kind)
                with made:
                    with tag("span", "cw-tile"):
                        icon(model.card.icon)
                    with tag("span", "cw-grow"):
                        tag("span", "n", self.w(model.card.title))
                        tag("span", "cw-cap", self.w(model.card.describe))
                made.on_click(lambda kind=kind: self._asks.add(kind))
