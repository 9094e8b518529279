"""One row of the list of flows."""

from collections.abc import Callable

from builder.access import Visitor
from builder.flow_list.entries import Entry
from builder.parts.controls import chip, icon_button, state
from builder.parts.picture import flow_picture, spark
from builder.parts.rich import sentence, strong
from builder.parts.tag import Tag, tag
from runtime.words import Words


class Row:
    """A row whose numbers can be brought up to date without drawing it again."""

    def __init__(self, entry: Entry, user: Visitor, w: Words, open_menu: Callable[[Tag], None]) -> None:
        self.entry = entry
        self._w = w
        self._zone = user.zone
        now = user.house.clock.now()
        self.root = tag("li", "fl-row")
        with self.root:
            flow_picture(entry.document)
            with tag("a", "cw-grow cw-cover", href=f"/flows/{entry.slug}"):
                tag("span", "name cw-trunc cw-block-el", entry.name)
                tag("span", "cw-cap cw-trunc says", w.text(entry.starts))
                with tag("span", "cw-row"):
                    self._state(now)
                    if entry.changed:
                        tag("span", "cw-cap", w("Changes not published"))
            self._phone = tag("span", "phone show-s")
            figure = "n cw-cap" if entry.numbers is None else "n figure"
            self._inside = tag("span", figure)
            self._sent = tag("span", figure)
            self._last = tag("span", "n cw-cap")
            if entry.numbers is None:
                tag("span", "n cw-cap hide-m", w("No numbers yet"))
            else:
                spark(entry.numbers.sent_weeks, lit=entry.look == "live")
            more = icon_button("more_horiz", w("More for {name}", name=entry.name))
            more.classes(add="more")
            more.on_click(lambda: open_menu(more))
        self.show(entry, now)

    def show(self, entry: Entry, now: int) -> None:
        """Put in the numbers as they are now."""
        w, numbers = self._w, entry.numbers
        self.entry = entry
        if numbers is None:
            self._phone.text = w("Not live yet. Nobody is inside.")
            self._inside.text = self._sent.text = self._last.text = "–"
            return
        inside, sent = strong(w.number(numbers.inside)), strong(w.number(numbers.sent_week))
        self._phone.clear()
        with self._phone:
            sentence(w("{inside} inside · {sent} sent this week", inside=inside, sent=sent))
        self._inside.text = w.number(numbers.inside)
        self._sent.text = w.number(numbers.sent_week)
        at = numbers.last_entry_at
        self._last.text = w("Nobody yet") if at is None else w.ago(at, now, self._zone)

    def _state(self, now: int) -> None:
        w, numbers = self._w, self.entry.numbers
        match self.entry.look:
            case "live":
                state(w("Live"), "live")
                if numbers is not None and numbers.pauses_until is not None:
                    day = w.date(numbers.pauses_until, self._zone, "short")
                    chip(w("Pauses until {day}", day=day), tone="warn", symbol="pause")
            case "paused":
                day = w.date(numbers.since_at if numbers else now, self._zone, "short")
                state(w("Paused since {day}", day=day), "paused")
            case "finishing":
                state(w("Finishing: nobody enters any more"), "live")
            case "archived" if numbers is not None and numbers.finished:
                day = w.date(numbers.since_at, self._zone, "short")
                state(w("Archived: everybody was out on {day}", day=day), "")
            case "archived":
                state(w("Archived"), "")
            case "bin":
                state(w("In the bin"), "")
            case _:
                state(w("Draft"), "draft")
