"""What a person does in the studio with mouse and keyboard, and what they see."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runtime.desk import Draft
from runtime.mail import KINDS
from tests.browser import middle, ready, until


@dataclass
class Studio:
    """An open e-mail. `draft` reads what is on the desk."""

    page: Any
    slug: str
    draft: Callable[[], Draft]

    def wait(self) -> None:
        """Until it can be worked with."""
        ready(self.page)
        self.page.wait_for_function("document.querySelector('.st-frame')?.dataset.drawn > 0", polling=50)

    @property
    def mail(self) -> Any:
        """The e-mail in the preview."""
        return self.page.frame_locator("iframe.is-shown")

    @property
    def panel(self) -> Any:
        """The form at the right."""
        return self.page.locator(".cw-panel")

    @property
    def titles(self) -> list[str]:
        """The sections in the list, from above."""
        return list(self.page.locator(".st-list .n").all_inner_texts())

    @property
    def kinds(self) -> list[str]:
        """The kinds of the sections on the desk."""
        return [section["kind"] for section in self.draft().document["sections"]]

    def row(self, title: str) -> Any:
        """A section in the list."""
        return self.page.locator(".st-list .st-sec", has=self.page.locator(".n", has_text=title))

    def choose(self, title: str) -> None:
        """Open the form of a section."""
        self.row(title).locator(".st-sec-main").click()
        self.panel.get_by_role("heading", name=title).wait_for()

    def choose_head(self) -> None:
        """Open the settings of the e-mail."""
        self.page.get_by_role("button", name="Subject and sender").click()
        self.panel.get_by_role("heading", name="Subject and sender").wait_for()

    def box(self, label: str) -> Any:
        """A text in the panel that may hold fields."""
        return self.panel.get_by_role("textbox", name=label, exact=True)

    def add(self, kind: str) -> None:
        """Add a section of this kind by the menu."""
        self.page.get_by_role("button", name="Add", exact=True).click()
        self.page.locator(f'[data-kind="{kind}"]').click()
        self.panel.get_by_role("heading", name=KINDS[kind].card.title, exact=True).wait_for()
        self.page.wait_for_function("document.activeElement?.closest('.cw-panel') !== null", polling=50)

    def insert(self, label: str, field: str) -> None:
        """Put a field into a text by the menu."""
        self.panel.locator(".st-words", has=self.page.get_by_text(label, exact=True)).get_by_role(
            "button", name="Insert a field"
        ).click()
        self.page.get_by_placeholder("Find a field").fill(field)
        self.page.get_by_role("option", name=field).first.click()

    def drag(self, title: str, onto: str) -> None:
        """Carry a section with the mouse to where another one stands."""
        (x, start), (_, end) = (middle(self.row(one)) for one in (title, onto))
        self.page.mouse.move(x, start)
        self.page.mouse.down()
        self.page.mouse.move(x, start + 8, steps=3)
        self.page.mouse.move(x, end, steps=8)
        self.page.mouse.up()

    def section(self, id_: str) -> dict[str, Any]:
        """A section as it is on the desk."""
        return next(one for one in self.draft().document["sections"] if one["id"] == id_)

    def stored(self, id_: str, field: str, value: Any) -> None:
        """Wait until a setting is on the desk."""
        until(lambda: self.section(id_)[field] == value)

    def saved(self) -> None:
        """Wait until the bar says that everything is stored."""
        self.page.wait_for_function(
            "document.querySelector('.fe-saved .on')?.innerText.startsWith('Saved')", polling=50
        )
