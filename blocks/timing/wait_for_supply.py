"""Hold the contact until what they ordered runs out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import floor
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.clocks import where
from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Problem, Reason, Sleep
from blocks.dates import HourSetting
from blocks.durations import LONGEST
from blocks.facts import Item
from blocks.phrase import Moment, Phrase, Quoted, Span, TimeOfDay, say
from blocks.values import amount
from blocks.zones import local_to_utc, next_time

TOGETHER = timedelta(days=3)
"""What runs out so soon after the first is reminded of together with it."""
_DAY = 86_400
_AT_ONCE = timedelta(microseconds=1)
"""After entering: late enough that who comes back has been reminded."""


@dataclass(frozen=True, slots=True)
class Supply:
    """When one product of the order is to be reminded of and when it runs out (UTC), and how that came about."""

    due: datetime
    out: datetime
    reason: Reason


class WaitForSupply(Block):
    """Waits until `lead` + `delivery` days before a product of the event runs out: quantity × days that one lasts, counted
    from entering, at `at` where the contact lives.

    How long one lasts stands in the product's or the item's field `field`, else it is `lasts`. Products of which neither
    says it do not count beside others; where nothing is known of any, it is `unknown` days from entering. Of those that
    run out within three days of one another the first decides. Who orders less than lasts so long goes on at once. Who comes
    back waits for the next; when nothing more is to be reminded of, they leave by "Nothing runs out".
    """

    kind: Literal["wait_for_supply"] = "wait_for_supply"
    looks_at_items: ClassVar = True
    card: ClassVar = Card(
        title="Until supply runs out",
        icon="hourglass_bottom",
        family="timing",
        rank=60,
        describe="Holds the Contact until what they ordered is nearly used up",
        presets=(
            Preset(
                "wait_for_supply",
                "Until supply runs out",
                "hourglass_bottom",
                {"lead": 3, "unknown": 30},
                "replenishment refill reorder consumable capsules run out supply subscription",
            ),
        ),
    )
    reasons: ClassVar = {
        "waits": "Waits until {until}",
        "runs_out": "{quantity} × {product}, {lasts} each, {lead} before: {until}",
        "runs_out_at_once": "{quantity} × {product}, {lasts} each: {until}",
        "runs_out_soon": "{quantity} × {product}, {lasts} each, runs out on {until}: no time to wait",
        "unknown_supply": "How long it lasts is not known, so {time} from entering: {until}",
        "all_over": "The time to remind of it is over",
        "ran_out": "All of it has run out",
    }

    field: Annotated[
        str,
        Field(
            max_length=100,
            title="Quantity × the days that one lasts, by the product’s field",
            json_schema_extra={"widget": "text"},
        ),
    ] = "days_per_unit"
    lasts: Annotated[
        float | None,
        Field(
            gt=0,
            le=731,
            title="or, where that is empty, so many days",
            json_schema_extra={"widget": "number", "unit": "days"},
        ),
    ] = None
    lead: Annotated[
        int,
        Field(
            ge=0, le=365, title="− the days before it runs out", json_schema_extra={"widget": "number", "unit": "days"}
        ),
    ] = 3
    delivery: Annotated[
        int,
        Field(
            ge=0, le=365, title="− the days that delivery takes", json_schema_extra={"widget": "number", "unit": "days"}
        ),
    ] = 0
    unknown: Annotated[
        int,
        Field(
            ge=1,
            le=731,
            title="If nothing is known: from entering",
            json_schema_extra={"widget": "number", "unit": "days"},
        ),
    ] = 30
    at: HourSetting = "09:00"

    def outlets(self) -> tuple[Outlet, ...]:
        return (Outlet("next", "Runs out"), Outlet("over", "Nothing runs out"))

    def say(self, known: Known) -> Phrase:
        early = self.lead + self.delivery
        at = TimeOfDay(self.at)
        if early == 0:
            return say("Wait until what they ordered runs out, {at} {where}", at=at, where=where(known.zone))
        return say(
            "Wait until {time} before what they ordered runs out, {at} {where}",
            time=Span(early * _DAY),
            at=at,
            where=where(known.zone),
        )

    def run(self, ctx: Context) -> Decision:
        supplies = sorted(self._supplies(ctx), key=lambda one: one.due)
        if (first := self._first(supplies, ctx)) is None:
            ran_out = all(supply.out <= ctx.arrived_at for supply in supplies)
            return Go("over", Reason("ran_out" if ran_out else "all_over"))
        if ctx.now < first.due:
            return Sleep(first.due, first.reason)
        return Go(reason=None if ctx.held else first.reason)

    def goes_by_clock(self) -> bool:
        return True

    def in_new_zone(self, ctx: Context) -> Decision:
        decision = self.run(ctx)
        if decision != Go():
            return decision
        due = next_time(time.fromisoformat(self.at), ctx.zone, ctx.now)
        return Sleep(due, Reason("waits", {"until": Moment(due, ctx.zone.key)}))

    def problems(self, known: Known) -> list[Problem]:
        return []

    def _first(self, supplies: Sequence[Supply], ctx: Context) -> Supply | None:
        """The earliest that was still to come on arrival. One that falls within three days of an earlier one that opened a
        reminder belongs to that."""
        opened: datetime | None = None
        for supply in supplies:
            if opened is not None and supply.due <= opened + TOGETHER:
                continue
            if supply.due > ctx.arrived_at:
                return supply
            if supply.due > ctx.entered_at:
                opened = supply.due
        return None

    def _supplies(self, ctx: Context) -> Iterator[Supply]:
        found = False
        for item in ctx.items():
            each = self._lasts(item)
            if each is None or item.quantity <= 0:
                continue
            found = True
            early = self.lead + self.delivery
            out = self._on(ctx, item.quantity * each)
            due = self._on(ctx, item.quantity * each - early)
            soon = due <= ctx.entered_at < out
            said = {
                "quantity": f"{item.quantity:g}",
                "product": Quoted(item.title) if item.title else say("a product"),
                "lasts": Span(round(each * _DAY)),
                "until": Moment(out if soon else due, ctx.zone.key),
            }
            if soon:
                yield Supply(ctx.entered_at + _AT_ONCE, out, Reason("runs_out_soon", said))
            elif early:
                yield Supply(due, out, Reason("runs_out", said | {"lead": Span(early * _DAY)}))
            else:
                yield Supply(due, out, Reason("runs_out_at_once", said))
        if not found:
            due = self._on(ctx, self.unknown)
            said = {"time": Span(self.unknown * _DAY), "until": Moment(due, ctx.zone.key)}
            yield Supply(due, due, Reason("unknown_supply", said))

    def _lasts(self, item: Item) -> float | None:
        told = amount(item.fields.get(self.field))
        return float(told) if told is not None and told > 0 else self.lasts

    def _on(self, ctx: Context, days: float) -> datetime:
        whole = max(-LONGEST.days, min(floor(days), LONGEST.days))
        day = ctx.entered_at.astimezone(ctx.zone).date() + timedelta(days=whole)
        return local_to_utc(datetime.combine(day, time.fromisoformat(self.at)), ctx.zone)
