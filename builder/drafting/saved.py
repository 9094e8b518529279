"""Whether everything is saved: in words in the bar of an editor; where it is narrow as an icon, with the words in the menu
or the tooltip."""

from builder.parts.tag import Tag, icon, tag


class Saved:
    """Draws itself where it is made. `offline` is what is true while the connection is cut."""

    def __init__(self, offline: str) -> None:
        self._offline = offline
        self._again: Tag | None = None
        with tag("span", "cw-cap fe-saved", role="status") as self._box:
            self._icon = icon("cloud_done")
            self._icon.classes("is-on")
            icon("cloud_off").classes("is-off")
            self._words = tag("span", "on")
            tag("span", "off", offline)

    def show(self, text: str, *, busy: bool = False, warn: bool = False) -> None:
        """What is saved and what is not; always true. `busy` while it is being saved, `warn` when it cannot be."""
        self._words.text = text
        self._box.set(title=text)
        self._icon.text = "sync_problem" if warn else "sync" if busy else "cloud_done"
        self._box.classes(replace="cw-cap fe-saved is-warn" if warn else "cw-cap fe-saved")
        if self._again is not None and not self._again.is_deleted:
            self._again.text = text

    def say_again(self) -> None:
        """The words once more, for a menu; the place before is forgotten."""
        with tag("div", "cw-cap fe-saved-again"):
            self._again = tag("span", "on", self._words.text)
            tag("span", "off", self._offline)
