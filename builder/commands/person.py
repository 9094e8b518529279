"""Whom a command is about: a contact, named as one knows them."""

from typing import TYPE_CHECKING, Any

from builder.commands.common import Mistake

if TYPE_CHECKING:
    from runtime.ledger import Tx


def person(tx: "Tx", named: str) -> Any:
    """The contact with this e-mail address, phone number, customer id or number of ours. Raises Mistake if there is none, or
    if one has it as their customer id and another as our number."""
    from runtime.people import contacts

    found = contacts.meant_by(tx, named)
    if not found:
        raise Mistake(f"There is no contact {named}. Some there are: contact list")
    if len(found) > 1:
        ours, theirs = found[1], found[0]
        raise Mistake(
            f"{named} is the customer id of {theirs.shown_name} and our own number of {ours.shown_name}. Give an address."
        )
    return found[0]
