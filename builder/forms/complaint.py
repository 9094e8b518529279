"""What is wrong with what was typed into fields that stand together, said below them."""

import json

from builder.forms.box import Box
from builder.parts.tag import icon, tag


class Complaint:
    """Draws itself where it is made; nothing is to be seen until something is wrong."""

    def __init__(self) -> None:
        self._said = ""
        self._place = tag("span", "cw-help is-bad hidden", role="status")
        self._id = f"says-{self._place.id}"
        self._place.set(id=self._id)

    def say(self, *found: tuple[Box, str]) -> None:
        """What is wrong with each field, "" where nothing is; the first that is wrong is spoken of."""
        for box, text in found:
            box.outline(wrong=bool(text))
            box.describe_by(self._id if text else None)
        said = next((text for _, text in found if text), "")
        if said == self._said:
            return
        self._said = said
        self._place.clear()
        self._place.classes(remove="hidden") if said else self._place.classes(add="hidden")
        if said:
            with self._place:
                icon("error", "xs")
                tag("span", "", said)
            # Below a field at the lower end of a panel it would stand where nobody sees it.
            self._place.client.run_javascript(
                f"requestAnimationFrame(() =>"
                f" document.getElementById({json.dumps(self._id)})?.scrollIntoView({{block: 'nearest'}}))"
            )
