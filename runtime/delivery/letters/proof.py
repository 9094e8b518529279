"""Seeing an e-mail before anybody gets it: as a preview, or sent to oneself by the way that all mail goes."""

from typing import Any

from sqlalchemy import Text, cast, select

from blocks.keeping import kept_in
from runtime.delivery.decision.facts import Person, parsed, person_of, shop_of
from runtime.delivery.letters.letter import letter_data
from runtime.house import House
from runtime.intake import links
from runtime.ledger import Tx
from runtime.ledger.tables import event, message, version_mail
from runtime.mail import Brand, EmailDocument, HeaderRefused, Rendered, Renderer, compile_email
from runtime.people.addresses import email_of

BLOCK = "test"


def preview(
    house: House,
    workspace: int,
    document: EmailDocument,
    brand: Brand,
    contact_id: int | None = None,
    event_id: int | None = None,
) -> Rendered:
    """The e-mail as this contact would get it on this event; an example stands in for what is not given.

    Raises TagBroken and CompileFailed for an e-mail that cannot be made, RenderFailed for one that cannot be filled in.
    """
    compiled = compile_email(document, brand)
    with house.ledger.read(workspace) as tx:
        shop = shop_of(tx)
        person, properties = _person(tx, contact_id), _properties(tx, event_id)
    data = letter_data(
        shop,
        person,
        properties,
        brand,
        compiled.language,
        kept=_kept(house, workspace),
        unsubscribe_url=links.test_unsubscribe_url(house) if compiled.marketing else "",
        invent=True,
    )
    return Renderer(compiled).render(data)


def send_test(
    house: House,
    workspace: int,
    document: EmailDocument,
    brand: Brand,
    to: str,
    contact_id: int | None = None,
    event_id: int | None = None,
) -> int:
    """Queue the e-mail, marked as a test, for `to`; as this contact would get it on this event. The message's id.

    Raises HeaderRefused if `to` is no address, TagBroken and CompileFailed for an e-mail that cannot be made.
    """
    address = email_of(to)
    if address is None:
        raise HeaderRefused("To")
    compiled = compile_email(document, brand)
    now = house.clock.now()
    mail = {"email": document.model_dump(mode="json"), "brand": brand.model_dump(mode="json")}
    mail["kept"] = _kept(house, workspace)
    with house.ledger.write(workspace) as tx:
        (id_,) = tx.reserve(1)
        # A test is of no version, so it brings its e-mail along, under its own number.
        parts = {"version": id_, "block": BLOCK, "marketing": compiled.marketing}
        tx.insert(version_mail, [{**parts, "document": mail, "compiled": compiled.model_dump(mode="json")}])
        row = {
            "id": id_, "contact": contact_id, "event": event_id, "channel": "email", "test": True, "address": address,
            "state": "queued", "queued_at": now, "due_at": now, "tries": 0,
        }  # fmt: skip
        tx.insert(message, [parts | row])
    house.ring()
    return id_


def _kept(house: House, workspace: int) -> dict[str, Any]:
    """What runs keep, as the examples that their blocks give."""
    flows = house.desk.drafts(workspace).list("flow")
    return {name: example for draft in flows for name, example in kept_in(draft.document).items()}


def _person(tx: Tx, contact_id: int | None) -> Person | None:
    return None if contact_id is None else person_of(tx, contact_id)


def _properties(tx: Tx, event_id: int | None) -> dict[str, object] | None:
    if event_id is None:
        return None
    found = tx.scalar(select(cast(event.c.properties, Text)).where(tx.mine(event), event.c.id == event_id))
    return None if found is None else parsed(found)
