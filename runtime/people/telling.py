"""The sentences of the timeline: an event, an answer, a message, each in words with an icon and a tone."""

from collections.abc import Mapping
from typing import Any, Literal

from blocks.beginning import INCLUDED
from blocks.phrase import Money, Phrase, Quoted, say
from blocks.triggers.added_trigger import ADDED
from blocks.values import amount
from runtime.people.consent import BY_FLOW, BY_HAND, UNDONE, UNSUBSCRIBE_LINK

Tone = Literal["trigger", "timing", "split", "send", "action", "ok", "bad"]
"""Which colour goes with it: a family of blocks, or good and bad news."""
_ITEMS = 3
_TITLES = ("title", "name", "product", "product_title", "product_name")
"""Properties under which shops say what something was about."""
_LONGEST = 80
_SAID_IN_FULL = frozenset({"Order placed", "Checkout started", "Checkout updated"})
"""Their sentences carry the number and the amount already."""


OF_A_FLOW = (ADDED, INCLUDED)
"""Events that name the flow they are meant for, by its slug."""


def with_names(name: str, properties: Mapping[str, Any], flows: Mapping[str, str]) -> Mapping[str, Any]:
    """What an event says, with the flows in it by their names; `flows` are these by slug."""
    if name not in OF_A_FLOW:
        return properties
    slugs = ("flow", "by") if properties.get("how") == "flow" else ("flow",)
    return {**properties, **{key: flows.get(str(properties.get(key)), properties.get(key)) for key in slugs}}


def happened(name: str, properties: Mapping[str, Any]) -> tuple[str, Tone, Phrase]:
    total = _total(properties)
    match name:
        case "Order placed":
            order = str(properties.get("order_number") or "")
            if order and total:
                what = say("Placed order {number} of {total}", number=order, total=total)
            elif order:
                what = say("Placed order {number}", number=order)
            else:
                what = say("Placed an order of {total}", total=total) if total else say("Placed an order")
            return "shopping_bag", "ok", what
        case "Checkout started":
            what = say("Started a checkout of {total}", total=total) if total else say("Started a checkout")
            return "shopping_cart", "trigger", what
        case "Checkout updated":
            what = say("Changed the checkout to {total}", total=total) if total else say("Changed the checkout")
            return "shopping_cart", "trigger", what
        case "Added to flow":
            return "person_add", "trigger", _added(properties)
        case "Included at start":
            flow = Quoted(str(properties.get("flow") or "…"))
            return "group_add", "trigger", say("Matched already when the Flow {flow} was published", flow=flow)
        case "Email opened":
            return "drafts", "trigger", say("Opened the e-mail {title}", title=_mail_of(properties))
        case "Email clicked" if isinstance(on := properties.get("words"), str) and on:
            what = say("Clicked {link} in the e-mail {title}", link=Quoted(on[:_LONGEST]), title=_mail_of(properties))
            return "ads_click", "trigger", what
        case "Email clicked":
            return "ads_click", "trigger", say("Clicked in the e-mail {title}", title=_mail_of(properties))
        case "Form submitted" if isinstance(form := properties.get("form"), str) and form:
            return "assignment", "trigger", say("Sent the form {form}", form=Quoted(form[:_LONGEST]))
    return "bolt", "trigger", say("{name}", name=name)


def _mail_of(properties: Mapping[str, Any]) -> Quoted:
    """The e-mail as they saw it, else what it is called here."""
    return Quoted(str(properties.get("subject") or properties.get("email_name") or properties.get("email") or "…"))


def by_machine(what: str, title: Quoted) -> Phrase:
    """A machine opened a message, or followed a link of it."""
    if what == "open":
        return say("A machine opened the e-mail {title}", title=title)
    return say("A machine clicked in the e-mail {title}", title=title)


def _added(properties: Mapping[str, Any]) -> Phrase:
    flow, by = Quoted(str(properties.get("flow") or "…")), str(properties.get("by") or "…")[:_LONGEST]
    match properties.get("how"):
        case "hand":
            return say("Added to the Flow {flow} by {who}", flow=flow, who=by)
        case "file":
            return say("Added to the Flow {flow} with a file, by {who}", flow=flow, who=by)
        case "api":
            return say("Added to the Flow {flow} over the API, with the key {key}", flow=flow, key=Quoted(by))
        case "flow":
            return say("Added to the Flow {flow} by the Flow {other}", flow=flow, other=Quoted(by))
    return say("Added to the Flow {flow}", flow=flow)


def about_of(name: str, properties: Mapping[str, Any]) -> Phrase | None:
    """What an event was about: its products, else its order; with the amount, where its own sentence has none."""
    if name in ("Email opened", "Email clicked"):
        link, flow = properties.get("link"), properties.get("flow_name")
        if isinstance(link, str):
            return say("{link}", link=link if len(link) <= _LONGEST else link[: _LONGEST - 1] + "…")
        return say("From the Flow {flow}", flow=Quoted(str(flow))) if flow else None
    about = items_of(properties) or _title(properties)
    if name in _SAID_IN_FULL:
        return about
    if about is None and (number := properties.get("order_number")):
        about = say("Order {number}", number=str(number)[:_LONGEST])
    total = _total(properties) or _total(properties, "price")
    if total is None:
        return about
    return say("{about} · {total}", about=about, total=total) if about is not None else say("{total}", total=total)


def _title(properties: Mapping[str, Any]) -> Phrase | None:
    found = [properties.get(key) for key in _TITLES]
    found += [inner.get(key) for inner in properties.values() if isinstance(inner, Mapping) for key in _TITLES[:2]]
    title = next((one.strip() for one in found if isinstance(one, str) and one.strip()), "")
    return say("{title}", title=title if len(title) <= _LONGEST else title[: _LONGEST - 1] + "…") if title else None


def _total(properties: Mapping[str, Any], key: str = "total") -> Money | None:
    total, currency = amount(properties.get(key)), properties.get("currency")
    if total is None or not isinstance(currency, str):
        return None
    return Money(float(total), currency[:3].upper())


def items_of(properties: Mapping[str, Any]) -> Phrase | None:
    items = properties.get("items")
    if not isinstance(items, list):
        return None
    titles = [
        str(item.get("title") or item.get("name"))
        for item in items
        if isinstance(item, dict) and (item.get("title") or item.get("name"))
    ]
    if not titles:
        return None
    named = ", ".join(titles[:_ITEMS])
    more = len(titles) - _ITEMS
    if more <= 0:
        return say("{items}", items=named)
    return say("{items} and {n} more", items=named, n=more)


def answered(channel: str, yes: bool) -> Phrase:
    match channel, yes:
        case "email", True:
            return say("Said yes to e-mails")
        case "email", False:
            return say("Said no to e-mails")
        case "sms", True:
            return say("Said yes to SMS")
        case "sms", False:
            return say("Said no to SMS")
        case _, True:
            return say("Said yes to push messages")
    return say("Said no to push messages")


_SOURCES = {
    UNSUBSCRIBE_LINK: say("By the link in an e-mail"),
    UNDONE: say("Took the unsubscribing back on the same page"),
    BY_HAND: say("Set by somebody in your shop"),
    BY_FLOW: say("Unsubscribed by a Flow"),
    "api": say("Told by the shop"),
}


def source_of(source: str) -> Phrase:
    return _SOURCES.get(source) or say("{source}", source=source)


def title_of(*names: str | None) -> Quoted:
    """The first there is: its subject, else what the e-mail is called here, else the flow."""
    return Quoted(next(filter(None, names), "…"))


def sent(state: str, code: str | None, title: Quoted, channel: str = "email") -> tuple[str, Tone, Phrase]:
    if channel == "webhook":
        return _called(state, title)
    if channel == "team":
        return _team(state, title)
    match state:
        case "sent" if code == "kept_here":
            return "inbox", "send", say("The e-mail {title} was put into the local outbox", title=title)
        case "sent":
            return "mail", "send", say("Got the e-mail {title}", title=title)
        case "queued" | "sending":
            return "schedule_send", "send", say("Will get the e-mail {title}", title=title)
        case "uncertain":
            return "help", "bad", say("May have got the e-mail {title}", title=title)
    return "block", "bad", say("Not sent: the e-mail {title}", title=title)


def _called(state: str, app: Quoted) -> tuple[str, Tone, Phrase]:
    match state:
        case "sent":
            return "webhook", "action", say("Told the other app {app}", app=app)
        case "queued" | "sending":
            return "schedule_send", "action", say("Will tell the other app {app}", app=app)
    return "block", "bad", say("Not told: the other app {app}", app=app)


def _team(state: str, title: Quoted) -> tuple[str, Tone, Phrase]:
    match state:
        case "sent":
            return "campaign", "action", say("The team was told: {title}", title=title)
        case "queued" | "sending":
            return "schedule_send", "action", say("The team will be told: {title}", title=title)
        case "uncertain":
            return "help", "bad", say("The team may have been told: {title}", title=title)
    return "block", "bad", say("The team was not told: {title}", title=title)


def waits(title: Quoted, channel: str = "email") -> Phrase:
    """A message that is put off."""
    if channel == "team":
        return say("What the team is to be told waits: {title}", title=title)
    return say("The e-mail {title} waits", title=title)
