"""A calendar rule, with the next times at which it comes below it."""

from pydantic import ValidationError

from blocks.scheduled import Scheduled
from blocks.values import micros
from builder.forms.field import Field, Show
from builder.forms.widgets.text import draw_area
from builder.parts.tag import tag

SHOWN = 5


def draw_recurrence(field: Field) -> Show:
    """The rule as it is typed, and when the schedule would come by it."""
    show = draw_area(field)
    coming = tag("div", "cw-help", role="status")
    said: list[str] = []

    def follow() -> None:
        now = _coming(field)
        if now == said:
            return
        said[:] = now
        coming.clear()
        if now:
            with coming:
                tag("p", "", field.w("It comes next on"))
                with tag("ul", "cw-dates"):
                    for one in now:
                        tag("li", "", one)

    field.form.when_settled(follow)
    return show


def _coming(field: Field) -> list[str]:
    known = field.around.known()
    today = known.today
    try:
        trigger = field.form.model.model_validate(field.form.settings)
    except ValidationError:
        return []
    if today is None or not isinstance(trigger, Scheduled):
        return []
    zone, w = known.clocks.key, field.w
    times = map(micros, trigger.upcoming(today.now, known.clocks, today.calendar, SHOWN))
    return [w("{first}, {more}", first=w.date(at, zone, "full"), more=w.date(at, zone, "time")) for at in times]
