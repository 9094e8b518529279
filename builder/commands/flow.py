"""flow: from a file to a draft and back, and what a published flow does."""

import json
import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from builder.commands import flow_test, flow_versions
from builder.commands.adding import add
from builder.commands.common import (
    BY,
    AsJson,
    Mistake,
    existing_draft,
    noun,
    opened,
    print_json,
    print_list,
    put_on_desk,
    read_flow,
    read_json,
    read_text,
)

if TYPE_CHECKING:
    from blocks.contract import Problem
    from runtime.house import House


class Overdue(StrEnum):
    """What becomes of messages that came due while a flow was paused."""

    send = "send"
    spread = "spread"
    skip = "skip"


app = noun("flow", "Flows: drafts, and what was published from them.")
for _command in (flow_versions.versions, flow_versions.diff, flow_versions.restore, add):
    app.command()(_command)
app.command("test")(flow_test.run_them)
Slug = Annotated[str, typer.Argument(help="The flow's slug, from flow list.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All flows, the live ones first."""
    from builder.flow_list.entries import entries
    from runtime.words import words

    w = words("en")
    rows = []
    with opened() as (house, workspace):
        for entry in entries(house, workspace):
            numbers = entry.numbers
            rows.append(
                {
                    "slug": entry.slug,
                    "name": entry.name,
                    "state": entry.look,
                    "starts": w.text(entry.starts),
                    "changed_since_publishing": entry.changed,
                    "inside": numbers.inside if numbers else 0,
                    "sent_this_week": numbers.sent_week if numbers else 0,
                    "changed_at": entry.changed_at,
                }
            )
    columns = {"slug": "Slug", "name": "Name", "state": "State", "starts": "Starts when"}
    columns |= {"inside": "Inside now", "sent_this_week": "Sent this week"}
    print_list(rows, columns, as_json=as_json, empty="No flow yet. The gallery has some: flow import sample_flows/…")


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A flow as JSON; - reads standard input.")],
    as_json: AsJson = False,
) -> None:
    """Check a flow as publishing would, against this shop's e-mails and events; exit code 1 if it could not be published."""

    from runtime.engine.publish import check_draft

    document = read_flow(read_json(file), str(file))
    with opened() as (house, workspace):
        problems = check_draft(house, workspace, document)
    bad = any(problem.level == "bad" for problem in problems)
    if as_json:
        print_json({"publishable": not bad, "problems": _rows(problems)})
    else:
        _print_problems(problems)
        print("It can be published." if not bad else "It cannot be published.")
    if bad:
        raise typer.Exit(1)


@app.command("import")
def import_(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A flow as JSON, or a folder with flow.json and emails/.")
    ],
    slug: Annotated[
        str | None, typer.Option(help="Replace the draft with this slug instead of making a new one.")
    ] = None,
) -> None:
    """Put a flow on the desk as a draft. From a folder its e-mails come along, as copies of its own."""
    from runtime.samples import read_sample, take

    with opened() as (house, workspace):
        if path.is_dir():
            if slug is not None:
                raise Mistake("--slug replaces one draft; a folder brings a flow and its e-mails. Name its flow.json.")
            try:
                sample = read_sample(path)
            except FileNotFoundError:
                raise Mistake(f"{path} has no flow.json.") from None
            except ValueError as error:
                raise Mistake(f"{path} holds a file that is not JSON: {error}.") from None
            read_flow(sample.flow, str(path / "flow.json"))
            print(take(house, workspace, sample, BY))
            return
        document = read_json(path)
        name = read_flow(document, str(path)).name or path.stem
        print(put_on_desk(house, workspace, "flow", slug, name, document).slug)


@app.command()
def export(
    slug: Slug,
    to: Annotated[Path | None, typer.Option(help="A folder for the flow and its e-mails.")] = None,
) -> None:
    """Print a draft as JSON, or write it with its e-mails into a folder that flow import reads."""
    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "flow", slug)
        if to is None:
            print_json(draft.document)
            return
        emails = {block.get("settings", {}).get("email") for block in draft.document.get("blocks", [])} - {None, ""}
        found = {email: house.desk.drafts(workspace).get("email", email) for email in sorted(emails)}
        try:
            (to / "emails").mkdir(parents=True, exist_ok=True)
            _write(to / "flow.json", draft.document)
            for name, email in found.items():
                if email is not None:
                    _write(to / "emails" / f"{name}.json", email.document)
        except OSError as error:
            raise Mistake(f"{to} cannot be written: {error.strerror}.") from None
    print(to)


@app.command()
def publish(
    slug: Slug,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also if one of its examples does not hold.")] = False,
) -> None:
    """Let the draft run from now on, if its examples hold; runs on older versions finish on theirs. Says before, for a
    trigger that some match already, how many enter now and how many later."""
    from builder.commands.flow_test import as_lines
    from runtime.accounts import workspaces
    from runtime.engine.known import known_to
    from runtime.engine.publish import NotPublishable, check_draft
    from runtime.engine.publish import publish as publish_draft
    from runtime.insight.beginnings import said, starts
    from runtime.rehearsal import run_examples
    from runtime.words import words

    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "flow", slug)
        document = read_flow(draft.document, f"The draft {slug}")
        problems = check_draft(house, workspace, document, slug=slug)
        failing = []
        if not any(problem.level == "bad" for problem in problems):
            failing = [one for one in run_examples(house, workspace, slug, document) if not one.holds]
        if failing and not anyway:
            print("\n".join(line for one in failing for line in as_lines(one)))
            raise Mistake(f"{slug} was not published, because of its examples. To do so all the same: --anyway")
        shop = workspaces.get(house, workspace)
        for phrase in said(
            starts(house, workspace, slug, document),
            known_to(house, workspace),
            shop.zone if shop is not None else "UTC",
        ):
            print(words("en").text(phrase))
        try:
            made = publish_draft(house, workspace, slug, BY)
        except NotPublishable as not_yet:
            _print_problems(not_yet.problems)
            raise Mistake(f"{slug} cannot be published; nothing was changed.") from None
    _print_problems(problems)
    print(f"{slug} is live, version {made.number}.")


@app.command()
def rehearse(
    slug: Slug,
    contact: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Whom it is about: an e-mail address or phone number.")
    ],
    start: Annotated[
        str, typer.Option(metavar="TIME", help="When it begins, as 2026-11-24T21:10, where the contact lives.")
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
    from runtime.people import contacts
    from runtime.rehearsal import NoScript, read_script
    from runtime.rehearsal import rehearse as live_through
    from runtime.words import words

    w = words("en")
    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "flow", slug)
        with house.ledger.read(workspace) as tx:
            who = contacts.by_address(tx, contact)
        if who is None:
            raise Mistake(f"No contact has the address {contact}. Some there are: contact list")
        shop = workspaces.get(house, workspace)
        zone = who.zone or (shop.zone if shop is not None else "UTC")
        begins = _instant(start, zone) if start else house.clock.now()
        ends = _instant(until, zone) if until else None
        if ends is not None and ends < begins:
            raise Mistake("--until is before the start.")
        try:
            script = read_script(read_text(events), begins) if events is not None else []
            document = read_flow(draft.document, f"The draft {slug}")
            result = live_through(house, workspace, slug, document, who.id, begins, ends, script)
        except NoScript as wrong:
            raise Mistake(f"{events}: {wrong}") from None
        except NotRight as wrong:
            raise Mistake(f"{events}: {wrong.wrongs[0].field} {wrong.wrongs[0].reason}.") from None
    if result.problems:
        if as_json:
            print_json({"problems": _rows(result.problems)})
        else:
            _print_problems(result.problems)
        raise Mistake(f"{slug} cannot be rehearsed before this is mended.")
    if as_json:
        print_json(printed(result, w))
        return
    print(f"{result.contact}, {result.zone}")
    print_list(as_rows(result, w), COLUMNS, as_json=False, empty="Nothing happens.")
    if last := ending(result, w):
        print(last)


@app.command()
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
    from runtime.engine.publish import NotPublishable
    from runtime.process import settle_in
    from runtime.words import words

    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "flow", slug)
        document = read_flow(draft.document, f"The draft {slug}")
        shop = workspaces.get(house, workspace)
        settle_in()
        now = house.clock.now()
        ends = min(now, _instant(until, shop.zone if shop is not None else "UTC")) if until else now
        try:
            with progress("Playing it on the past") as said:
                result = play(house, workspace, slug, document, ends - days * DAY, ends, progress=said)
        except KeyboardInterrupt:
            print("Stopped. Nothing was changed.", file=sys.stderr)
            raise typer.Exit(130) from None
        except NotPublishable as not_yet:
            if as_json:
                print_json({"problems": _rows(not_yet.problems)})
            else:
                _print_problems(not_yet.problems)
            raise Mistake(f"{slug} cannot be played before this is mended.") from None
        emails = {one.slug: one.name for one in house.desk.drafts(workspace).list("email")}
    if as_json:
        print_json(result.model_dump(mode="json"))
        return
    w = words("en")
    print_list(as_rows(result, document, emails, w), {"name": "What", "value": "How many"}, as_json=False, empty="")


@app.command()
def pause(slug: Slug) -> None:
    """Send nothing until it is resumed; people still enter, wait and leave."""
    from runtime.engine.publish import pause as stop_sending

    _change(slug, stop_sending)
    print(f"{slug} is paused.")


@app.command()
def resume(
    slug: Slug,
    overdue: Annotated[Overdue, typer.Option(help="What becomes of what came due while it was paused.")] = Overdue.send,
    hours: Annotated[int, typer.Option(metavar="N", help="With --overdue spread: over how many hours.")] = 0,
) -> None:
    """Let a paused or finishing flow go on; what came due meanwhile is sent, spread evenly over some hours, or skipped."""
    from runtime.engine.overdue import BadChoice, Choice
    from runtime.engine.overdue import overdue as waiting
    from runtime.engine.publish import resume as send_again

    if hours and overdue is not Overdue.spread:
        raise Mistake("--hours belongs to --overdue spread.")
    try:
        choice = Choice(overdue.value, hours)
    except BadChoice as wrong:
        raise Mistake(f"--hours: {wrong}") from None
    count = 0

    def go_on(house: "House", workspace: int, slug: str) -> None:
        nonlocal count
        count = waiting(house, workspace, slug)
        send_again(house, workspace, slug, choice)

    _change(slug, go_on)
    said = {"send": "are sent now", "spread": f"go out over {hours} hours", "skip": "are not sent"}[overdue.value]
    print(f"{slug} is live." + (f" Messages that were due: {count}; they {said}." if count else ""))


@app.command()
def finish(slug: Slug) -> None:
    """Take nobody in any more; those inside go on, and when the last one is out, the flow is archived by itself."""
    from runtime.engine.publish import NotLive
    from runtime.engine.publish import finish as let_finish

    try:
        _change(slug, let_finish)
    except NotLive:
        raise Mistake(f"{slug} is not live, so nobody in it would get to the end. First: flow resume {slug}") from None
    print(f"{slug} is finishing.")


@app.command()
def schema() -> None:
    """Print the JSON schema of a flow document."""
    from blocks.flow import Flow

    print_json(Flow.model_json_schema())


def _change(slug: str, change: "Callable[[House, int, str], None]") -> None:
    from runtime.engine.publish import NoSuchFlow

    with opened() as (house, workspace):
        try:
            change(house, workspace, slug)
        except NoSuchFlow:
            raise Mistake(f"{slug} was never published. All flows: flow list") from None


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


def _rows(problems: "Iterable[Problem]") -> list[dict[str, str]]:
    from runtime.words import words

    w = words("en")
    return [
        {"level": one.level, "block": one.block, "field": one.field, "code": one.code, "text": w.text(one.phrase)}
        for one in problems
    ]


def _print_problems(problems: "Iterable[Problem]") -> None:
    for row in _rows(problems):
        place = " ".join(filter(None, (row["block"], row["field"])))
        print(f"{row['level']:4}  {place + ': ' if place else ''}{row['text']}")


def _write(file: Path, document: Any) -> None:
    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")
