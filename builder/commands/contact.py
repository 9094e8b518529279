"""contact: who is known, and what happened to them."""

import dataclasses
from typing import Annotated, Any

import typer

from builder.commands.common import AsJson, Mistake, noun, opened, print_json, print_list, shown
from builder.commands.person import person

app = noun("contact", "People the shop knows.")


@app.command("list")
def list_(
    search: Annotated[str, typer.Argument(help="Part of a name or an address.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Contacts, those seen last first."""
    from runtime.people import contacts

    with opened() as (house, workspace), house.ledger.read(workspace) as tx:
        rows = [_row(contact) for contact in contacts.search(tx, search, limit)]
    columns = {"id": "Id", "who": "Name", "email": "E-mail", "phone": "Phone", "labels": "Tags", "seen": "Seen (UTC)"}
    print_list(rows, columns, as_json=as_json, empty="No such contact." if search else "No contact yet.")


@app.command()
def show(
    address: Annotated[str, typer.Argument(help="E-mail address, phone number, customer id or id.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How much of what happened.")] = 20,
    as_json: AsJson = False,
) -> None:
    """One contact: what is known, what they agreed to, what happened and why."""
    from runtime.people import consent
    from runtime.people.timeline import timeline
    from runtime.words import words

    w = words("en")
    with opened() as (house, workspace), house.ledger.read(workspace) as tx:
        contact = person(tx, address)
        agreed = {
            channel: dataclasses.asdict(stands) for channel, stands in consent.standing_of(tx, contact.id).items()
        }
        story: list[dict[str, Any]] = [
            {
                "at": entry.at,
                "kind": entry.kind,
                "what": w.text(entry.what),
                "why": w.text(entry.why) if entry.why else "",
            }
            for entry in timeline(tx, contact.id, limit)
        ]
    if as_json:
        print_json(_row(contact) | {"consent": agreed, "timeline": story})
        return
    print(f"{contact.shown_name} (id {contact.id}), seen {_to_the_hour(contact.seen_at)} UTC")
    for name, value in contact.fields.items():
        print(f"  {name}: {value}")
    if contact.tags:
        print(f"  tags: {', '.join(contact.tags)}")
    for channel, stands in agreed.items():
        print(f"  {channel}: said {stands['answer']} at {shown(stands['at'])} UTC")
    print()
    rows = [entry | {"when": shown(entry["at"])} for entry in story]
    print_list(
        rows, {"when": "When (UTC)", "what": "What", "why": "Why"}, as_json=False, empty="Nothing has happened yet."
    )


@app.command()
def erase(
    address: Annotated[str, typer.Argument(help="E-mail address, phone number, customer id or id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a contact for good: who they are, what happened, what was sent to them. Only counts stay."""
    from runtime.people import erasure

    with opened() as (house, workspace):
        with house.ledger.read(workspace) as tx:
            contact = person(tx, address)
        if not yes and not typer.confirm(f"Erase {contact.shown_name} (id {contact.id}) for good?"):
            raise Mistake("Nothing was done.")
        whole = erasure.erase(house, workspace, contact.id, "command line")
    print("Erased." if whole else "Erased but for a message that is on its way; the worker does the rest.")


def _row(contact: Any) -> dict[str, Any]:
    row = dataclasses.asdict(contact)
    del row["typed"]
    return row | {"who": contact.shown_name, "labels": ", ".join(contact.tags), "seen": _to_the_hour(contact.seen_at)}


def _to_the_hour(us: int) -> str:
    """When somebody was seen is kept to the hour."""
    return f"{shown(us)[:13]}h"
