"""Plain HTML elements: the page's markup is that of the stylesheet, without Quasar's wrapping."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from inspect import isawaitable
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

Handler = Callable[[], Any] | Callable[[], Awaitable[Any]]


class Tag(Element):
    """An HTML element. Text and attributes are data: the browser shows them and never reads them as markup."""

    def __init__(self, name: str, classes: str = "", text: str | None = None, /, **attributes: Any) -> None:
        super().__init__(name)
        self._text = text
        if classes:
            self.classes(classes)
        for key, value in attributes.items():
            if value is not None:
                self._props[key.strip("_").replace("_", "-")] = value

    @property
    def text(self) -> str:
        """The text before any children."""
        return self._text or ""

    @text.setter
    def text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.update()

    def set(self, **attributes: Any) -> "Tag":
        """Change attributes; None takes one away."""
        for key, value in attributes.items():
            name = key.strip("_").replace("_", "-")
            if value is None:
                self._props.pop(name, None)
            elif self._props.get(name) != value:
                self._props[name] = value
        self.update()
        return self

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Show that what a click asked for takes its time."""
        self.set(aria_busy="true")
        try:
            yield
        finally:
            if not self.is_deleted:
                self.set(aria_busy=None)

    def on_click(self, handler: Handler, *, each: bool = False) -> "Tag":
        """Call when clicked, or when Enter or Space is pressed on a button or link.

        A double click asks once, and nothing is asked again while it is being done (`at_work`). With `each`, every click
        of a quick series counts, as for undo.

        The handler runs in the page, not in this element: it may take its own menu or row away and go on.
        """
        layout = self.client.layout

        async def click(event: GenericEventArguments) -> None:
            again = event.args["detail"] > 1 or self._props.get("aria-busy") == "true"
            if again and not each:
                return
            with layout:
                result = handler()
                if isawaitable(result):
                    with self.at_work():
                        await result

        # `detail` is which click of a quick series it is, as the browser counts them.
        self.on("click", click, ["detail"])
        return self


def tag(name: str, classes: str = "", text: str | None = None, /, **attributes: Any) -> Tag:
    """An HTML element. Underscores in attribute names become dashes, and `for_`, `type_` lose theirs."""
    return Tag(name, classes, text, **attributes)


def icon(name: str, size: str = "") -> Tag:
    """A Material Symbol, by name; `size` is "", "xs", "s", "l" or "xl". It says nothing to a screen reader."""
    return Tag("span", f"ms ms-{size}" if size else "ms", name, aria_hidden="true")
