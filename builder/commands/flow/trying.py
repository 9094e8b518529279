"""flow rehearse and backtest: what a draft would do with a contact, and what it would have done in the past."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from builder.commands.common import (
    AsJson,
    Mistake,
    existing_draft,
    opened,
    print_json,
    print_list,
    read_flow,
    read_text,
)
from builder.commands.flow.problems import as_rows as problem_rows
from builder.commands.flow.problems import print_problems
from builder.commands.flow.slug import Slug
from builder.commands.person import person


def rehearse(
    slug: Slug,
    contact: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Whom it is about: an e-mail address, phone number or customer id.")
    ],
    start: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="When it begins, as 2026-11-24T21:10, where the contact lives, or by clocks in the flow's zone.",
        ),
    ] = "",
    events: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="What happens to them; - reads standard input.")
    ] = None,
    until: Annotated[
        str, typer.Option(metavar="TIME", help="When it is over [default: 90 days after the start].")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """What a draft would do with a contact, step by step, with every message; nothing is sent and nothing is kept."""
    from builder.rehearsal.printed import COLUMNS, as_rows, ending
    from builder.rehearsal.printed import as_json as printed
    from runtime.accounts import workspaces
    from runtime.intake.reading import NotRight
    from runtime.rehearsal import NoScript, Question, read_script
    from runtime.rehearsal import rehearse as live_through
    from runtime.words import words

    w = words("en")
    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "flow", slug)
        with house.ledger.read(workspace) as tx:
            who = person(tx, contact)
        shop = workspaces.get(house, workspace)
        document = read_flow(draft.document, f"The draft {slug}")
        zone = document.zone or who.zone or (shop.zone if shop is not None else "UTC")
        begins = _instant(start, zone) if start else house.clock.now()
        ends = _instant(until, zone) if until else None
        if ends is not None and ends < begins:
            raise Mistake("--until is before the start.")
        try:
            script = read_script(read_text(events), begins) if events is not None else []
            result = live_through(house, workspace, Question(slug, document, who.id, begins, ends, script))
        except NoScript as wrong:
            raise Mistake(f"{events}: {wrong}") from None
        except NotRight as wrong:
            raise Mistake(f"{events}: {wrong.wrongs[0].field} {wrong.wrongs[0].reason}.") from None
    if result.problems:
        if as_json:
            print_json({"problems": problem_rows(result.problems)})
        else:
            print_problems(result.problems)
        raise Mistake(f"{slug} cannot be rehearsed before this is mended.")
    if as_json:
        print_json(printed(result, w))
        return
    print(f"{result.contact}, {result.zone}")
    print_list(as_rows(result, w), COLUMNS, as_json=False, empty="Nothing happens.")
    if last := ending(result, w):
        print(last)


def backtest(
    slug: Slug,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days of the past.")] = 90,
    until: Annotated[
        str, typer.Option(metavar="TIME", help="When they end, as 2026-11-24T21:10, where the shop is [default: now].")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """What a draft would have done with the events that are recorded, beside what is live; nothing is sent or kept."""
    from builder.backtest.printed import as_rows
    from builder.commands.common import progress
    from runtime.accounts import workspaces
    from runtime.backtest import backtest as play
    from runtime.clock import DAY
    from runtime.engine.publishing.publish import NotPublishable
    from runtime.process import settle_in
    from runtime.words import words

    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "flow", slug)
        document = read_flow(draft.document, f"The draft {slug}")
        shop = workspaces.get(house, workspace)
        settle_in()
        now = house.clock.now()
        ends = _instant(until, shop.zone if shop is not None else "UTC") if until else now
        if ends > now:
            raise Mistake("--until lies ahead: of that time no events are recorded yet.")
        try:
            with progress("Playing it on the past") as said:
                result = play(house, workspace, slug, document, ends - days * DAY, ends, progress=said)
        except KeyboardInterrupt:
            print("Stopped. Nothing was changed.", file=sys.stderr)
            raise typer.Exit(130) from None
        except NotPublishable as not_yet:
            if as_json:
                print_json({"problems": problem_rows(not_yet.problems)})
            else:
                print_problems(not_yet.problems)
            raise Mistake(f"{slug} cannot be played before this is mended.") from None
        emails = {one.slug: one.name for one in house.desk.drafts(workspace).list("email")}
    if as_json:
        print_json(result.model_dump(mode="json"))
        return
    w = words("en")
    print_list(as_rows(result, document, emails, w), {"name": "What", "value": "How many"}, as_json=False, empty="")


def _instant(text: str, zone: str) -> int:
    """A time as it is typed; one without a zone is meant in `zone`."""
    from datetime import datetime

    from blocks.values import micros
    from blocks.zones import local_to_utc
    from runtime.zones import zone_of

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Mistake(f"{text} is no time. Write it like 2026-11-24T21:10 or 2026-11-24T21:10:00+07:00.") from None
    return micros(found if found.tzinfo is not None else local_to_utc(found, zone_of(zone)))
