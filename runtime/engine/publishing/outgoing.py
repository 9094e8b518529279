"""What keeps the e-mails of a flow from going out by a real mail server, or from being left with one click. The local outbox
is exempt. Delivery asks the same at the moment of sending."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from blocks.contract import Problem
from blocks.phrase import Quoted, say
from runtime.delivery.decision.readiness import NO_SENDER, Readiness
from runtime.public_address import takes_one_click


def check_outgoing(
    sends: Sequence[tuple[str, str]], emails: Mapping[str, Mapping[str, Any]], shop: Readiness
) -> Iterator[Problem]:
    """Problems of what is set. `sends`: the id of each block that sends, and the slug of what it sends."""
    asks_for_click = False
    for block, slug in sends:
        if slug not in emails:
            continue
        marketing = emails[slug].get("kind", "marketing") == "marketing"
        lack = shop.lacks(own_sender=emails[slug].get("from_address"), unsubscribes=marketing)
        if lack is None:
            asks_for_click = asks_for_click or (marketing and shop.leaves)
        elif lack.code == NO_SENDER:
            text = say(
                "No sender’s address is set, so the mail server would refuse it. "
                "Type one in the settings, under Sender, or in this e-mail, then publish again."
            )
            yield Problem(lack.code, text, block=block)
        else:
            text = say(
                "Customers cannot reach this installation: its public address is {address}. "
                "Set CARTWHEEL_BASE_URL to the address they can open, then publish again.",
                address=lack.args["address"],
            )
            yield Problem(lack.code, text, block=block)
    if asks_for_click and not takes_one_click(shop.base_url):
        text = say(
            "The public address {address} is not https, so mailboxes do not show their own button to unsubscribe, and "
            "some treat the e-mail as spam. Set CARTWHEEL_BASE_URL to an address with https.",
            address=Quoted(shop.base_url),
        )
        yield Problem("no_one_click", text, "warn")
