"""What Shopify's notices mean in our words. Pure: JSON in, an event out.

Field names are those of Shopify's webhooks for checkouts and orders (REST, any version since 2022); ours are the same
whichever shop an event comes from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from blocks.values import amount, instant
from runtime.people.addresses import customer_id_of, email_of, phone_of
from runtime.shop import MOST_PIECES

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """An event as Shopify told it. `at` is UTC microseconds, None if the notice does not say."""

    name: str
    at: int | None
    who: dict[str, Any]
    properties: dict[str, Any]


def translate(topic: str, notice: Json) -> Told | None:
    """The event that a notice tells of; None if there is none for us in it.

    None for a topic that we do not use, for a checkout before its visitor has typed who they are, and for a checkout
    that is completed: its order comes as a notice of its own, and must not be followed by a reminder of the cart.
    """
    tell = _TOPICS.get(topic)
    told = None if tell is None else tell(notice)
    return told if told is not None and any(told.who.get(kind) for kind in ("email", "phone", "customer_id")) else None


def is_used(topic: str) -> bool:
    """Whether notices of this topic can become events."""
    return topic in _TOPICS


def _started(notice: Json) -> Told | None:
    return _checkout("Checkout started", "created_at", notice)


def _updated(notice: Json) -> Told | None:
    return _checkout("Checkout updated", "updated_at", notice)


def _checkout(name: str, time: str, notice: Json) -> Told | None:
    if notice.get("completed_at"):
        return None
    properties = {
        "checkout_token": _id(notice.get("token")),
        "checkout_id": _id(notice.get("id")),
        "checkout_url": _url(notice.get("abandoned_checkout_url")),
        **_common(notice),
    }
    return Told(name, _instant(notice.get(time)), _who(notice), _without_nothing(properties))


def _ordered(notice: Json) -> Told:
    properties = {
        "order_id": _id(notice.get("id")),
        "order_number": _id(notice.get("order_number") or notice.get("name")),
        "order_url": _url(notice.get("order_status_url")),
        "checkout_token": _id(notice.get("checkout_token")),
        "orders_count": _count(_part(notice, "customer").get("orders_count")),
        **_common(notice),
    }
    return Told("Order placed", _instant(notice.get("created_at")), _who(notice), _without_nothing(properties))


_TOPICS: dict[str, Callable[[Json], Told | None]] = {
    "checkouts/create": _started,
    "checkouts/update": _updated,
    "orders/create": _ordered,
}


def _common(notice: Json) -> dict[str, Any]:
    items = [_item(item) for item in _list(notice, "line_items")]
    return {
        "cart_token": _id(notice.get("cart_token")),
        "total": _amount(notice.get("total_price")),
        "subtotal": _amount(notice.get("subtotal_price")),
        "discount": _amount(notice.get("total_discounts")),
        "currency": _text(notice.get("currency")),
        "items": items,
        "quantity": sum(item.get("quantity", 0) for item in items),
        "discount_codes": [code for one in _list(notice, "discount_codes") if (code := _text(one.get("code")))],
        "shipping_country": _text(_part(notice, "shipping_address").get("country_code")),
        "shipping_province": _text(_part(notice, "shipping_address").get("province")),
        "locale": _text(notice.get("customer_locale")),
    }


def _item(item: Json) -> dict[str, Any]:
    image = item.get("image") or item.get("image_url")
    return _without_nothing(
        {
            "product_id": _id(item.get("product_id")),
            "variant_id": _id(item.get("variant_id")),
            "sku": _text(item.get("sku")),
            "title": _text(item.get("title") or item.get("presentment_title")),
            "variant": _text(item.get("variant_title") or item.get("presentment_variant_title")),
            "quantity": _count(item.get("quantity")) or 0,
            "price": _amount(item.get("price")),
            "image": _url(image.get("src") if isinstance(image, dict) else image),
            "url": _url(item.get("url")),
        }
    )


def _who(notice: Json) -> dict[str, Any]:
    customer = _part(notice, "customer")
    address = (
        _part(notice, "shipping_address") or _part(notice, "billing_address") or _part(customer, "default_address")
    )
    return _without_nothing(
        {
            "email": email_of(notice.get("email") or notice.get("contact_email") or customer.get("email")),
            "phone": phone_of(notice.get("phone") or customer.get("phone")),
            "customer_id": customer_id_of(customer.get("id")),
            "first_name": _text(customer.get("first_name") or address.get("first_name")),
            "last_name": _text(customer.get("last_name") or address.get("last_name")),
            "language": _text(notice.get("customer_locale")),
            "country": _text(address.get("country_code")),
            "consent": _consents(notice, customer),
        }
    )


def _consents(notice: Json, customer: Json) -> list[dict[str, Any]]:
    return [
        said
        for channel, of_customer, ticked in (
            ("email", "email_marketing_consent", "buyer_accepts_marketing"),
            ("sms", "sms_marketing_consent", "buyer_accepts_sms_marketing"),
        )
        if (said := _consent(channel, _part(customer, of_customer), notice.get(ticked) is True)) is not None
    ]


def _consent(channel: str, customers: Json, ticked: bool) -> dict[str, Any] | None:
    """The answer for one channel. Who was never asked, and who has yet to confirm, has given none."""
    state, since = customers.get("state"), customers.get("consent_updated_at")
    since = since if _instant(since) is not None else None
    said = {"source": "Shopify", "time": since, "text": _text(customers.get("opt_in_level"))}
    match state:
        case "subscribed":
            # Without its time it is a state and no answer: Shopify does not know who unsubscribed here since.
            return _without_nothing({channel: "yes", **said, "unless_answered": None if since else True})
        case "unsubscribed":
            return _without_nothing({channel: "no", **said})
        case "pending" | "redacted" | "invalid":
            return None
    return {channel: "yes", "source": "Shopify checkout", "unless_answered": True} if ticked else None


def _without_nothing(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value not in (None, "", [])}


def _part(document: Json, name: str) -> Json:
    part = document.get(name)
    return part if isinstance(part, dict) else {}


def _list(document: Json, name: str) -> list[Json]:
    found = document.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: Any) -> str:
    # No database keeps a NUL.
    return value.replace("\0", "").strip() if type(value) is str else ""


def _id(value: Any) -> str | None:
    return str(value) if type(value) is int else _text(value) or None


def _url(value: Any) -> str | None:
    return value if type(value) is str and value.startswith(("https://", "http://")) and value.isprintable() else None


def _amount(value: Any) -> float | None:
    """Shopify writes amounts as text, "403.00"."""
    found = amount(value)
    return None if found is None else float(found)


def _count(value: Any) -> int | None:
    return max(0, min(value, MOST_PIECES)) if type(value) is int else None


def _instant(value: Any) -> int | None:
    return instant(value) if type(value) is str else None
