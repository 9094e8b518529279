"""Give the contact a coupon code of their own."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Offer, Preset, Problem, Reason
from blocks.dates import is_over
from blocks.kept_name import EXAMPLE, name_field
from blocks.phrase import Day, Moment, Phrase, Quoted, say


class IssueCoupon(Block):
    """Makes a code that nobody else has and keeps it with the run, for the e-mails and rules that come later.

    It is good until the end of its last day, where the contact lives. A run that comes here again keeps the code it has, good
    anew unless an order has used it.
    """

    kind: Literal["issue_coupon"] = "issue_coupon"
    card: ClassVar = Card(
        title="Issue a coupon",
        icon="confirmation_number",
        family="action",
        describe="Gives the Contact a code of their own, to show in e-mails",
        rank=20,
        presets=(
            Preset(
                "issue_coupon",
                "Issue a coupon",
                "confirmation_number",
                {"prefix": "TEA-", "name": "coupon"},
                "discount code voucher unique",
            ),
        ),
    )
    reasons: ClassVar = {
        "coupon_until": "Got a code of their own, good until {until}",
        "coupon_ever": "Got a code of their own",
    }

    prefix: Annotated[
        str,
        Field(
            max_length=20,
            pattern=r"^[A-Za-z0-9_-]*$",
            title="The code begins with",
            json_schema_extra={"widget": "text"},
        ),
    ] = ""
    length: Annotated[
        int, Field(ge=6, le=20, title="Characters drawn by lot", json_schema_extra={"widget": "number"})
    ] = 8
    lasts: Annotated[
        Literal["days", "date", "ever"],
        Field(
            title="Good for",
            json_schema_extra={
                "widget": "select",
                "choices": {"days": "A number of days", "date": "Until a date", "ever": "As long as the shop takes it"},
            },
        ),
    ] = "days"
    days: Annotated[
        int,
        Field(
            ge=1,
            le=3650,
            title="Days",
            json_schema_extra={"widget": "number", "unit": "days", "only": {"lasts": "days"}},
        ),
    ] = 7
    until: Annotated[
        str,
        Field(
            pattern=r"^(?:\d{4}-\d{2}-\d{2})?$",
            title="Last day",
            json_schema_extra={"widget": "date", "only": {"lasts": "date"}},
        ),
    ] = ""
    name: Annotated[str, name_field("coupon")] = "coupon"

    def keeps(self) -> dict[str, Any]:
        code = f"{self.prefix.upper()}{EXAMPLE}"
        expires = {} if self.lasts == "ever" else {"expires": "2030-01-31T16:59:59+00:00"}
        return {self.name: {"code": code, **expires}} if self.name else {}

    def say(self, known: Known) -> Phrase:
        code = Quoted(f"{self.prefix.upper()}…")
        match self.lasts:
            case "days":
                return say(
                    "Issue a code {code}, good for {n} day | Issue a code {code}, good for {n} days",
                    code=code,
                    n=self.days,
                )
            case "date":
                last = self._last_day()
                return say("Issue a code {code}, good until {day}", code=code, day="…" if last is None else Day(last))
        return say("Issue a code {code}", code=code)

    def run(self, ctx: Context) -> Decision:
        expires = self._expires(ctx)
        ctx.issue(self.name, Offer(self.prefix.upper(), self.length, expires))
        if expires is None:
            return Go(reason=Reason("coupon_ever"))
        return Go(reason=Reason("coupon_until", {"until": Moment(expires, ctx.zone.key)}))

    def problems(self, known: Known) -> list[Problem]:
        found = []
        if not self.name:
            text = say("Type a name under which e-mails find the code, like coupon.")
            found.append(Problem("name_missing", text, field="name"))
        if self.lasts == "date":
            last, today = self._last_day(), known.today
            if last is None:
                found.append(Problem("no_day", say("Choose the date"), field="until"))
            elif today is not None and is_over(last, known.clocks, today.now):
                text = say("This day is over, so no code would be good. Choose one that is still to come.")
                found.append(Problem("day_over", text, field="until"))
        return found

    def _last_day(self) -> date | None:
        try:
            return date.fromisoformat(self.until)
        except ValueError:
            return None

    def _expires(self, ctx: Context) -> datetime | None:
        """The end of the last day by the clocks of the flow, else of the contact, UTC."""
        if self.lasts == "ever":
            return None
        today = ctx.now.astimezone(ctx.zone).date()
        day = self._last_day() if self.lasts == "date" else today + timedelta(days=self.days)
        if day is None:
            return None
        return datetime.combine(day, time(23, 59, 59), ctx.zone).astimezone(UTC)
