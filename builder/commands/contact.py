"""contact: who is known, and what happened to them."""

import dataclasses
from typing import Annotated, Any

import typer

from builder.commands.common import AsJson, Mistake, noun, opened, print_json, print_list, shown
from builder.commands.person import person

app = noun("contact", "People the shop knows.")
Address = Annotated[str, typer.Argument(help="E-mail address, phone number, customer id or id.")]


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
    address: Address,
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


@app.command("set")
def set_(
    address: Address,
    field: Annotated[str, typer.Argument(help="The field, like city.")],
    value: Annotated[str, typer.Argument(help="What is in it from now on; after -- if it begins with -.")] = "",
    clear: Annotated[bool, typer.Option("--clear", help="Take the field away.")] = False,
) -> None:
    """Change a field of a contact, as the block "Change a field" does, with all that follows from it."""
    if clear == bool(value):
        raise Mistake("Say what is to be in the field, or --clear.")
    who = _change(address, "clear_field" if clear else "set_field", field, value)
    print(f"{who}: has no {field} any more." if clear else f"{who}: {field} is now {value}.")


@app.command()
def tag(
    address: Address,
    name: Annotated[str, typer.Argument(metavar="TAG", help="The tag.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the tag away.")] = False,
) -> None:
    """Give a contact a tag, as the block "Add a tag" does, with all that follows from it."""
    who = _change(address, "remove_tag" if remove else "add_tag", name)
    print(f"{who}: has no tag {name} any more." if remove else f"{who}: has the tag {name}.")


def _change(address: str, change: str, name: str, value: str = "") -> str:
    """Change a contact by the rules of the block that changes contacts. Who it was."""
    from pydantic import ValidationError

    from blocks.actions.update_contact import UpdateContact
    from blocks.contract import Known
    from blocks.values import fold
    from runtime.engine.by_hand.changing import change_contacts
    from runtime.people import contacts
    from runtime.people.contacts import Change
    from runtime.words import words

    try:
        block = UpdateContact.model_validate({"change": change, "name": name, "value": value})
    except ValidationError as wrong:
        raise Mistake(f"That cannot be kept: {wrong.errors()[0]['msg']}.") from None
    if bad := [problem for problem in block.problems(Known()) if problem.level == "bad"]:
        raise Mistake(words("en").text(bad[0].phrase))
    with opened() as (house, workspace):
        with house.ledger.read(workspace) as tx:
            contact = person(tx, address)
        match change:
            case "add_tag":
                wanted = Change(contact.id, add_tags=(name,))
            case "remove_tag":
                wanted = Change(contact.id, remove_tags=(name,))
            case _:
                wanted = Change(contact.id, set_fields={name: value if change == "set_field" else None})
        change_contacts(house, workspace, [wanted])
        with house.ledger.read(workspace) as tx:
            after = contacts.get(tx, contact.id)
    if after is not None and (
        (change == "set_field" and after.fields.get(name) != value)
        or (change == "add_tag" and fold(name) not in map(fold, after.tags))
    ):
        raise Mistake(f"{contact.shown_name} has as many fields or tags as a contact can have.")
    return str(contact.shown_name)


@app.command()
def erase(
    address: Address,
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
