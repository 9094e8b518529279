"""How it goes: the last thirty days in numbers that all come from the tallies."""

from dataclasses import dataclass

from fastapi.responses import RedirectResponse

from builder.access import fetch, visitor
from builder.frame import frame, page_at, page_head
from builder.parts.charts import COLOURS, day_chart
from builder.parts.controls import button
from builder.parts.empty import empty
from builder.parts.tag import tag
from runtime.clock import DAY
from runtime.house import House
from runtime.insight.numbers import FlowNumbers, flow_numbers
from runtime.insight.overview import SPAN, Days, last_days
from runtime.words import Words, words


@dataclass(frozen=True, slots=True)
class _Line:
    """One flow of the table."""

    slug: str
    name: str
    inside: int
    entered: int
    sent: int
    skipped: int


@dataclass(frozen=True, slots=True)
class _Numbers:
    days: Days
    flows: list[_Line]


def _read(house: House, workspace: int) -> _Numbers:
    now = house.clock.now()
    with house.ledger.read(workspace) as tx:
        days = last_days(tx, now)
        numbers = flow_numbers(tx, now)
    drafts = house.desk.drafts(workspace)
    names = {draft.slug: draft.name for draft in (*drafts.list("flow"), *drafts.list("flow", "archived"))}
    lines = [_line(slug, names[slug], found, days) for slug, found in numbers.items() if slug in names]
    return _Numbers(days, sorted(lines, key=lambda line: -line.sent))


def _line(slug: str, name: str, found: FlowNumbers, days: Days) -> _Line:
    counted = days.by_flow.get(found.id, {})
    return _Line(
        slug,
        name,
        found.inside,
        counted.get("entered", 0),
        counted.get("sent", 0),
        counted.get("skipped", 0) + counted.get("failed", 0),
    )


def register(house: House) -> None:
    """The overview, and the bare address, which leads to the flows."""

    @page_at("/")
    def start() -> RedirectResponse:
        return RedirectResponse("/flows")

    @page_at("/overview")
    async def overview() -> None:
        user = visitor()
        w = words(user.language)
        numbers = await fetch(_read, house, user.workspace)
        first, last = (w.date(_midnight(numbers.days, place), "UTC", "long") for place in (0, SPAN - 1))
        with frame(house, user, title=w("Overview"), active="overview"):
            page_head(w("Overview"), w("{first} to {last}", first=first, last=last))
            if not numbers.flows:
                text = w("Numbers stand here as soon as a Flow is live.")
                with tag("div", "cw-card"), empty(w("Nothing has happened yet"), text):
                    button(w("To the Flows"), kind="primary", href="/flows")
                return
            _figures(numbers, w)
            _chart(numbers, w)
            _table(numbers, w)


def _figures(numbers: _Numbers, w: Words) -> None:
    days = numbers.days
    unsent = days.total("skipped") + days.total("failed")
    with tag("section", "cw-card ov-kpi"):
        _figure(w("Entered a Flow"), days.total("entered"), _compared(days, "entered", w), w)
        _figure(w("Messages sent"), days.total("sent"), _compared(days, "sent", w), w)
        _figure(w("Messages not sent"), unsent, w("No consent, no address, or refused"), w)
        _figure(w("People inside now"), sum(line.inside for line in numbers.flows), w("In all Flows"), w)


def _figure(label: str, number: int, note: str, w: Words) -> None:
    with tag("div"):
        tag("span", "cw-cap cw-13", label)
        tag("div", "cw-num", w.number(number))
        tag("span", "cw-cap", note)


def _compared(days: Days, what: str, w: Words) -> str:
    before, now = days.before[what], days.total(what)
    if not before:
        return w("Nothing in the 30 days before")
    change = now / before - 1
    if abs(change) < 0.005:
        return w("As many as in the 30 days before")
    sign = "+" if change > 0 else "−"
    return w("{change} on the 30 days before", change=sign + w.percent(round(abs(change), 2)))


def _midnight(days: Days, place: int) -> int:
    """An instant whose date in UTC is that of a day."""
    return (days.first_day + place) * DAY


def _chart(numbers: _Numbers, w: Words) -> None:
    days = numbers.days
    lines = {w("Entered a Flow"): days.by_day["entered"], w("Messages sent"): days.by_day["sent"]}
    labels = [w.date(_midnight(days, place), "UTC", "short") for place in range(SPAN)]
    with tag("section", "cw-card cw-card-pad cw-mt4"):
        with tag("div", "cw-row cw-mb3"):
            tag("h3", "cw-grow", w("By day"))
            with tag("div", "ov-legend"):
                for label, colour in zip(lines, COLOURS, strict=False):
                    with tag("span"):
                        tag("i").style(f"background: {colour}")
                        tag("span", "", label)
        day_chart(labels, lines)


def _table(numbers: _Numbers, w: Words) -> None:
    with tag("section", "cw-card cw-mt4 ov-table"):
        with tag("div", "cw-card-head"):
            tag("h3", "cw-grow", w("Flows"))
            tag("a", "cw-a cw-13", w("All Flows"), href="/flows")
        with tag("div", "scroll-x"), tag("table", "cw-table tight"):
            with tag("thead"), tag("tr"):
                tag("th", "", w("Flow"))
                for label in (w("Inside"), w("Entered"), w("Sent"), w("Not sent")):
                    tag("th", "n", label)
            with tag("tbody"):
                for line in numbers.flows:
                    with tag("tr"):
                        with tag("td"):
                            tag("a", "cw-strong cw-a-quiet", line.name, href=f"/flows/{line.slug}")
                        for figure in (line.inside, line.entered, line.sent, line.skipped):
                            tag("td", "n", w.number(figure))
