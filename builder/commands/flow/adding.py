"""flow add: contacts into a live flow, one by their address or all of a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from builder.commands.common import BY, Mistake, opened, progress
from builder.commands.flow.slug import Slug
from builder.commands.person import person

if TYPE_CHECKING:
    from runtime.house import House
    from runtime.intake.add_file import Preview
    from runtime.intake.contact_file import Sheet

MOST_WRONG = 50


def add(
    slug: Slug,
    contact: Annotated[
        str, typer.Option(metavar="ADDRESS", help="An e-mail address, phone number or customer id.")
    ] = "",
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Contacts as CSV: email, phone or customer_id, and any fields.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and do nothing.")] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Add the other lines of a file that has bad ones.")
    ] = False,
) -> None:
    """Add contacts to a live flow that has the trigger “Added by hand”. A line of a file is never added twice."""
    from runtime.engine.by_hand.adding import CannotAdd
    from runtime.words import words

    if bool(contact) == (csv is not None):
        raise Mistake("Say who: --contact ADDRESS or --csv FILE.")
    with opened() as (house, workspace):
        try:
            if csv is not None:
                _add_file(house, workspace, slug, csv, dry_run=dry_run, skip_bad=skip_bad)
            else:
                _add_one(house, workspace, slug, contact, dry_run=dry_run)
        except CannotAdd as refused:
            raise Mistake(words("en").text(refused.phrase)) from None


def _add_one(house: "House", workspace: int, slug: str, address: str, *, dry_run: bool) -> None:
    from runtime.engine.by_hand import adding
    from runtime.words import words

    with house.ledger.read(workspace) as tx:
        who = person(tx, address)
        why = adding.kept_out(tx, adding.door(tx, slug), [who.id], house.clock.now())
    if who.id in why:
        raise Mistake(f"{who.shown_name} cannot come in: {words('en').text(why[who.id])}.")
    if not dry_run:
        adding.add(house, workspace, slug, [who.id], BY)
    print(f"{who.shown_name} {'would be' if dry_run else 'was'} added to {slug}.")


def _add_file(house: "House", workspace: int, slug: str, file: Path, *, dry_run: bool, skip_bad: bool) -> None:
    from runtime.intake import add_file
    from runtime.intake.contact_file import read_sheet

    try:
        data = file.read_bytes()
    except OSError as error:
        raise Mistake(f"{file} cannot be read: {error.strerror}.") from None
    sheet = read_sheet(data)
    found = add_file.preview(house, workspace, slug, sheet)
    _print_found(sheet, found)
    if sheet.wrong and not skip_bad:
        raise Mistake("Nothing was added. Mend these lines, or add the others with --skip-bad.")
    if dry_run:
        return
    with progress(f"Adding to {slug}") as show:
        stored = add_file.add(house, workspace, slug, sheet, found.take, BY, show)
    print(f"{stored:,} added to {slug}.")


def _print_found(sheet: "Sheet", found: "Preview") -> None:
    from runtime.words import words

    w = words("en")
    print(f"{sheet.total:,} lines, read as {sheet.encoding}: {len(found.take):,} to add, {found.new:,} of them new.")
    if found.before:
        print(f"{found.before:,} were added from this file before.")
    for why, n in found.kept_out:
        print(f"{n:,} cannot come in: {w.text(why)}.")
    for dates in sheet.dates:
        print(f"In {dates.column}, {dates.written} was read as {dates.read}.")
    for one in sheet.wrong[:MOST_WRONG]:
        print(f"line {one.number}{', ' + one.column if one.column else ''}: {w.text(one.reason)}")
    if len(sheet.wrong) > MOST_WRONG:
        print(f"and {len(sheet.wrong) - MOST_WRONG:,} more")
