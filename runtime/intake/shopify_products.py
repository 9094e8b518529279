"""What Shopify's notices say of the shelf: its products with their variants, and how many there are of each in which place.

Field names are those of Shopify's webhooks for products and inventory levels (REST, any version since 2022).
"""

import re
from collections.abc import Mapping
from typing import Any

from blocks.values import amount, instant
from runtime import shop
from runtime.house import House
from runtime.shop import MOST_PIECES, Told

Json = Mapping[str, Any]

PRODUCTS = frozenset({"products/create", "products/update"})
TOPICS = PRODUCTS | {"products/delete", "inventory_levels/update"}
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9.-]{0,200}\.[a-z]{2,20}\Z")
_HANDLE = re.compile(r"[\w%-]{1,255}\Z")
_ONLY = "Default Title"
"""What Shopify calls the variant of a product that has none."""


def keep(house: House, workspace: int, topic: str, domain: str, notice: Json) -> bool:
    """Keep what a notice of one of `TOPICS` says. `domain` is the shop's, by which its pages are found. Whether there was
    anything for us in it: what cannot be read, and pieces of what is not known, are passed over."""
    id_ = _id(notice.get("id"))
    if topic == "inventory_levels/update":
        item, place, pieces = (
            _id(notice.get("inventory_item_id")),
            _id(notice.get("location_id")),
            _pieces(notice.get("available")),
        )
        if item is None or place is None or pieces is None:
            return False
        return shop.count_at(house, workspace, item, place, pieces, _instant(notice, house.clock.now()))
    if id_ is None:
        return False
    if topic == "products/delete" or notice.get("status") not in (None, "active"):
        return shop.remove(house, workspace, id_) > 0
    told = variants(notice, domain, house.clock.now())
    shop.remove(house, workspace, id_, but={one.external for one in told})
    shop.take_in(house, workspace, told)
    return bool(told)


def variants(notice: Json, domain: str, now: int) -> list[Told]:
    """A product's variants, each as something that is sold. None of one without an id or a name."""
    title, parent, at = _text(notice.get("title")), _id(notice.get("id")), _instant(notice, now)
    if not title or parent is None:
        return []
    pictures = {_id(one.get("id")): _url(one.get("src")) for one in _list(notice, "images")}
    first = notice.get("image")
    main = _url(first.get("src")) if isinstance(first, dict) else next(iter(pictures.values()), None)
    handle = _text(notice.get("handle"))
    page = f"https://{domain}/products/{handle}" if _DOMAIN.match(domain) and _HANDLE.match(handle) else None
    tags = [tag.strip() for tag in _text(notice.get("tags")).split(",") if tag.strip()]
    found = []
    for one in _list(notice, "variants"):
        if (id_ := _id(one.get("id"))) is None:
            continue
        name, pieces = _text(one.get("title")), _pieces(one.get("inventory_quantity"))
        counted = one.get("inventory_management") is not None
        fields = {
            "vendor": _text(notice.get("vendor")),
            "tags": tags,
            "compare_at_price": _amount(one, "compare_at_price"),
        }
        values = {
            "parent": parent,
            "sku": _text(one.get("sku")) or None,
            "title": title,
            "variant": name if name and name != _ONLY else None,
            "url": f"{page}?variant={id_}" if page else None,
            "picture": pictures.get(_id(one.get("image_id"))) or main,
            "price": _amount(one, "price"),
            "stock": pieces if counted else None,
            "kind": _text(notice.get("product_type")) or None,
            "fields": {key: value for key, value in fields.items() if value not in (None, "", [])},
            "stock_item": _id(one.get("inventory_item_id")),
        }
        found.append(Told(id_, values, at))
    return found


def _instant(notice: Json, now: int) -> int:
    """When the notice says it was so; a shop's clock that is ahead makes no future."""
    told = notice.get("updated_at")
    at = instant(told) if isinstance(told, str) else None
    return now if at is None else min(at, now)


def _list(document: Json, name: str) -> list[Json]:
    found = document.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: Any) -> str:
    # No database keeps a NUL.
    return value.replace("\0", "").strip()[:500] if isinstance(value, str) else ""


def _id(value: Any) -> str | None:
    return str(value) if type(value) is int else _text(value) or None


def _pieces(value: Any) -> int | None:
    return max(-MOST_PIECES, min(value, MOST_PIECES)) if type(value) is int else None


def _url(value: Any) -> str | None:
    return value if isinstance(value, str) and value.startswith("https://") and value.isprintable() else None


def _amount(one: Json, name: str) -> float | None:
    """Shopify writes amounts as text, "403.00"."""
    found = amount(one.get(name))
    return None if found is None else float(found)
