"""The values that merge tags read: `contact.`, `event.`, `run.`, `cart.`, `shop.` and a few addresses.

Runs once per message. Shops call the same thing by different names, so the products of an event are brought into one
form: name, price, quantity, url, image, description, variant.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from blocks.values import instant, moment
from runtime.mail.brand import Brand
from runtime.mail.urls import is_web, usable

_LISTS = ("items", "products", "line_items", "cart_items", "order_items", "product", "item")
_CARTS = ("cart", "order", "checkout")
_NAME = ("name", "title", "product_name", "product_title")
_IMAGE = ("image", "img", "image_url", "image_src", "picture", "thumbnail")
_PRICE = ("price", "unit_price", "item_price", "amount")
_QUANTITY = ("quantity", "qty", "count")
_URL = ("url", "link", "product_url", "href", "permalink")
_DESCRIPTION = ("description", "desc", "summary")
_VARIANT = ("variant", "variant_title", "option", "size")
_CART_URL = ("checkout_url", "abandoned_checkout_url", "cart_url", "url", "order_status_url", "order_url")
_TOTAL = ("total", "total_price", "cart_total", "order_total", "value", "grand_total")
_MOST = 50
"""Products looked at in one event; an e-mail shows 12 at most."""


def mail_data(
    contact: Mapping[str, Any],
    event: Mapping[str, Any] | None,
    brand: Brand,
    *,
    run: Mapping[str, Any] | None = None,
    unsubscribe_url: str = "",
    pixel_url: str = "",
    language: str = "",
    currency: str = "",
    timezone: str = "UTC",
) -> dict[str, object]:
    """What `Renderer.render` needs for one contact, from their fields and the properties of the event.

    `run` is what the run has kept; the instants in it are printed as dates.

    `language` (BCP 47) and `currency` (ISO 4217) are the contact's, else the brand's; the event's own currency comes
    first. `timezone` is an IANA name. About 5 us for three products.
    """
    properties = event or {}
    inner = properties
    for key in _CARTS:
        if isinstance(nested := properties.get(key), Mapping):
            inner = {**properties, **nested}
            break
    money = inner.get("currency")
    if not isinstance(money, str) or len(money) != 3:
        money = currency or brand.currency
    url = _text(inner, _CART_URL) or brand.website
    items = _products(inner, url)
    total = _first(inner, _TOTAL)
    return {
        "contact": contact,
        "event": properties,
        "run": _with_instants(run) if run else {},
        "shop": brand.shop,
        "cart": {
            "items": items,
            "url": url,
            "total": total if total is not None else _sum(items),
            "currency": money.upper(),
            "count": len(items),
            "pictured": any(item["image"] for item in items),
        },
        # None, not "": to Liquid an empty text is something, and `if` would print a link that leads nowhere.
        "unsubscribe_url": unsubscribe_url or None,
        "pixel_url": pixel_url or None,
        "language": language or brand.language,
        "currency": money.upper(),
        "timezone": timezone,
    }


def _with_instants(value: Any) -> Any:
    """What a run has kept, with an instant in the place of each text that is one."""
    if isinstance(value, str):
        us = instant(value) if "T" in value[10:11] else None
        return value if us is None else moment(us)
    if isinstance(value, Mapping):
        return {key: _with_instants(one) for key, one in value.items()}
    return [_with_instants(one) for one in value] if isinstance(value, list) else value


def normalised(products: Sequence[Any], url: str) -> list[dict[str, Any]]:
    """Products in the form that e-mails print. `url` is where those without an address of their own lead."""
    found = []
    for product in products[:_MOST]:
        if not isinstance(product, Mapping):
            continue
        name = _text(product, _NAME)
        if not name:
            continue
        quantity = _first(product, _QUANTITY)
        several = quantity > 1 if isinstance(quantity, (int, float)) else isinstance(quantity, str) and quantity != "1"
        price = _first(product, _PRICE)
        found.append(
            {
                "name": name,
                "price": price,
                "quantity": 1 if quantity is None else quantity,
                "times": ""
                if not several
                else f"{_count(quantity)} × "
                if price is not None
                else f"× {_count(quantity)}",
                "url": _text(product, _URL) or url,
                "image": _image(product),
                "description": _text(product, _DESCRIPTION),
                "variant": _text(product, _VARIANT),
            }
        )
    return found


def _products(event: Mapping[str, Any], url: str) -> list[dict[str, Any]]:
    for key in _LISTS:
        value = event.get(key)
        if isinstance(value, (list, tuple)):
            return normalised(value, url)
        if isinstance(value, Mapping):
            return normalised((value,), url)
    return []


def _first(source: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        value = source.get(name)
        if value is not None and value != "":
            return value
    return None


def _text(source: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = source.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _image(product: Mapping[str, Any]) -> str | None:
    value = _first(product, _IMAGE)
    if value is None:
        value = product.get("images")
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        value = value.get("src") or value.get("url")
    url = usable(value)
    return url if url and is_web(url) else None


def _count(quantity: Any) -> str:
    return str(int(quantity)) if isinstance(quantity, float) and quantity.is_integer() else str(quantity)


def _sum(items: list[dict[str, Any]]) -> float | None:
    total = 0.0
    for item in items:
        try:
            total += float(item["price"]) * float(item["quantity"])
        except (TypeError, ValueError):
            return None
    return total if items else None
