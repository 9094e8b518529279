"""The description of the API for programs, in OpenAPI 3.1; the page at /api/docs is made from it."""

from typing import Any

from runtime.intake.http import MOST_BYTES
from runtime.intake.products import LONGEST as LONGEST_PRODUCT_ID
from runtime.intake.products import MOST as MOST_PRODUCTS
from runtime.intake.reading import (
    DEEPEST,
    LONGEST_ID,
    LONGEST_NAME,
    MOST_EVENTS,
    MOST_PROPERTIES,
    MOST_TAGS,
)

_LIMITS = f"""The body may have {MOST_BYTES // 1_000_000} MB and {MOST_EVENTS:,} events. An event may have
{MOST_PROPERTIES} different properties, nested {DEEPEST} levels deep; in a list of items each property counts once,
however long the list is. Texts must not hold NUL characters. A time may lie an hour ahead at most,
and then counts as the moment at which we got it."""

_CONSENT = {
    "type": "object",
    "description": "What the contact answered to the question whether you may write to them.",
    "properties": {
        "email": {"enum": ["yes", "no"], "description": "May we send marketing e-mails?"},
        "sms": {"enum": ["yes", "no"], "description": "May we send marketing SMS?"},
        "push": {"enum": ["yes", "no"], "description": "May we send push messages?"},
        "source": {
            "type": "string",
            "maxLength": 1000,
            "description": "Where they answered: “Checkout”, “Footer form”.",
        },
        "text": {"type": "string", "maxLength": 1000, "description": "What they read when they answered."},
        "time": {
            "type": "string",
            "format": "date-time",
            "description": "When they answered; without it: the event’s.",
        },
    },
}
_CONTACT = {
    "type": "object",
    "description": "Who it happened to. At least one of email, phone and customer_id; any other field is kept with the "
    "contact. A field that is null is cleared.",
    "properties": {
        "email": {"type": "string", "format": "email", "description": "Upper and lower case are the same."},
        "phone": {"type": "string", "description": "With the country, like +66 81 234 5678."},
        "customer_id": {"type": "string", "maxLength": LONGEST_ID, "description": "Your own id of the customer."},
        "first_name": {"type": "string"},
        "last_name": {"type": "string"},
        "language": {"type": "string", "description": "A language tag: th, id, en-GB."},
        "zone": {"type": "string", "description": "A time zone: Asia/Bangkok."},
        "country": {"type": "string", "description": "Two letters: TH."},
        "birthday": {"type": "string", "format": "date"},
        "tags": {
            "type": "array",
            "maxItems": MOST_TAGS,
            "items": {"type": "string"},
            "description": "Tags to give; none is taken. Upper and lower case are the same.",
        },
        "consent": _CONSENT,
    },
    "additionalProperties": True,
}
_EVENT = {
    "type": "object",
    "required": ["name", "contact"],
    "properties": {
        "id": {
            "type": "string",
            "maxLength": LONGEST_ID,
            "description": "Your id of the event. An event with an id that was sent before is not stored again, so you "
            "can send again whatever you got no answer for. Without an id every event is new.",
        },
        "name": {"type": "string", "maxLength": LONGEST_NAME, "description": "What happened: “Order placed”."},
        "time": {
            "type": "string",
            "format": "date-time",
            "description": "When it happened, in ISO 8601; without a zone it is UTC. Without it: now. A time ahead of our "
            "clock counts as now.",
        },
        "contact": {"$ref": "#/components/schemas/Contact"},
        "properties": {
            "type": "object",
            "additionalProperties": True,
            "description": "Anything about it: amounts, ids, items.",
        },
    },
    "additionalProperties": False,
}
_PRODUCT = {
    "type": "object",
    "required": ["id"],
    "description": "Something that is sold; where a product has variants, one of them. What is left out stays as it was, "
    "null clears it.",
    "properties": {
        "id": {
            "type": "string",
            "maxLength": LONGEST_PRODUCT_ID,
            "description": "Your id of it, the same as “variant_id” or “product_id” in events.",
        },
        "variant_of": {
            "type": "string",
            "maxLength": LONGEST_PRODUCT_ID,
            "description": "Your id of the product that it is a variant of: “product_id” in events.",
        },
        "title": {"type": "string", "description": "Needed for one that is not known yet."},
        "variant": {"type": "string", "description": "What tells it from the other variants: “250 g”."},
        "sku": {"type": "string"},
        "url": {"type": "string", "format": "uri", "description": "Its page in the shop."},
        "image": {"type": "string", "format": "uri", "description": "A picture of it."},
        "price": {"type": "number", "minimum": 0, "description": "What it costs now."},
        "currency": {"type": "string", "description": "ISO 4217: THB."},
        "stock": {"type": "integer", "description": "How many there are; null where it is not counted."},
        "kind": {"type": "string", "description": "What it is: “Tea”."},
        "category": {"type": "string"},
        "fields": {
            "type": "object",
            "additionalProperties": True,
            "description": "Anything else about it, such as “days_per_unit”: how many days one lasts.",
        },
    },
    "additionalProperties": False,
}
_PRODUCT_EXAMPLE = {
    "id": "MSO-100",
    "title": "Mae Salong oolong 100 g",
    "url": "https://shop.example/oolong",
    "image": "https://shop.example/oolong.jpg",
    "price": 960,
    "currency": "THB",
    "stock": 12,
    "kind": "Tea",
    "fields": {"days_per_unit": 30},
}
EXAMPLE = {
    "id": "order-4821",
    "name": "Order placed",
    "time": "2026-11-21T09:00:00Z",
    "contact": {
        "email": "dewi@example.com",
        "first_name": "Dewi",
        "language": "id",
        "consent": {"email": "yes", "source": "Checkout", "text": "Send me news about tea"},
    },
    "properties": {
        "order_id": "4821",
        "total": 1920,
        "currency": "THB",
        "items": [{"sku": "MSO-100", "title": "Mae Salong oolong 100 g", "quantity": 2, "price": 960}],
    },
}


_ADDITION = {
    "type": "object",
    "required": ["contact"],
    "properties": {
        "id": {
            "type": "string",
            "maxLength": LONGEST_ID,
            "description": "Your id of this. With an id that was sent for this flow before, nobody is added again.",
        },
        "contact": {"$ref": "#/components/schemas/Contact"},
        "properties": {
            "type": "object",
            "additionalProperties": True,
            "description": "What the flow and its e-mails may use, like those of an event. flow, how and by are filled in.",
        },
    },
    "additionalProperties": False,
}
ADDITION_EXAMPLE = {
    "id": "tasting-2026-dewi",
    "contact": {"email": "dewi@example.com", "first_name": "Dewi"},
    "properties": {"place": "Chiang Rai"},
}


def _error(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }


def _one_or_list(name: str, most: int) -> dict[str, Any]:
    """One of these, or a list of at most so many."""
    one = {"$ref": f"#/components/schemas/{name}"}
    return {"oneOf": [one, {"type": "array", "minItems": 1, "maxItems": most, "items": one}]}


DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Cartwheel API",
        "version": "1",
        "description": "Tell Cartwheel what happens in your shop, and Flows start, wait and end by it.",
    },
    "components": {
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "description": "A key from the settings page: cw_ing_…"}
        },
        "schemas": {
            "Event": _EVENT,
            "Addition": _ADDITION,
            "Contact": _CONTACT,
            "Stored": {
                "type": "object",
                "properties": {
                    "accepted": {"type": "integer", "description": "Events that are stored now."},
                    "duplicates": {"type": "integer", "description": "Events that were stored before."},
                },
            },
            "Product": _PRODUCT,
            "Kept": {
                "type": "object",
                "properties": {
                    "accepted": {"type": "integer", "description": "Products that were sent."},
                    "changed": {"type": "integer", "description": "Those that were new or are different now."},
                },
            },
            "Error": {
                "type": "object",
                "properties": {
                    "error": {"type": "string", "description": "What is wrong and what to do, in a sentence."},
                    "problems": {
                        "type": "array",
                        "description": "With 422: everything that is wrong, item by item.",
                        "items": {
                            "type": "object",
                            "properties": {
                                "index": {"type": "integer", "description": "Which item of the list; the first is 0."},
                                "field": {"type": "string", "description": "Which field: contact.email"},
                                "reason": {"type": "string", "description": "What is wrong with it."},
                            },
                        },
                    },
                },
            },
        },
    },
    "security": [{"key": []}],
    "paths": {
        "/api/v1/events": {
            "post": {
                "summary": "Send events",
                "description": f"One event, or a list of them. Answered once they are stored for good. If one item of a "
                f"list is wrong, nothing of the list is stored. {' '.join(_LIMITS.split())}",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": _one_or_list("Event", MOST_EVENTS),
                            "example": EXAMPLE,
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "Stored.",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Stored"},
                                "example": {"accepted": 1, "duplicates": 0},
                            }
                        },
                    },
                    "400": _error("The body is no JSON, or no event and no list of 1 to 1,000."),
                    "401": _error("There is no key, or it is not known."),
                    "403": _error("The key is of a kind that cannot send events."),
                    "413": _error("The body is too large."),
                    "415": _error("The body is not sent as application/json."),
                    "422": _error("Some events are not right. Nothing was stored; “problems” names them all."),
                    "429": _error("Too often. “Retry-After” says after how many seconds to try again."),
                    "503": _error("It cannot be stored now. Nothing was stored; send it again later."),
                },
            }
        },
        "/api/v1/products": {
            "post": {
                "summary": "Send products",
                "description": "One product, or a list of them, whenever something about them changes. If one item of a "
                "list is wrong, nothing of the list is stored. Changes of price and stock start Flows.",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": _one_or_list("Product", MOST_PRODUCTS),
                            "example": _PRODUCT_EXAMPLE,
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "Stored.",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Kept"},
                                "example": {"accepted": 1, "changed": 1},
                            }
                        },
                    },
                    "400": _error("The body is no JSON, or no product and no list of 1 to 1,000."),
                    "401": _error("There is no key, or it is not known."),
                    "403": _error("The key is of a kind that cannot send anything."),
                    "413": _error("The body is too large."),
                    "415": _error("The body is not sent as application/json."),
                    "422": _error("Some products are not right. Nothing was stored; “problems” names them all."),
                    "429": _error("Too often. “Retry-After” says after how many seconds to try again."),
                    "503": _error("It cannot be stored now. Some of a list may be; send it again later."),
                },
            }
        },
        "/api/v1/flows/{slug}/contacts": {
            "post": {
                "summary": "Add contacts to a flow",
                "x-key": "cw_api_…",
                "description": "One contact, or a list of them. The flow is live and has the trigger “Added by hand”; its "
                "own rules say who comes in. Contacts that are not known yet are made. If one item of a list is wrong, "
                "nothing of the list is stored. Needs a key of the kind that may add contacts to flows (cw_api_…). The limits of "
                "events hold.",
                "parameters": [
                    {
                        "name": "slug",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "description": "The flow, as in the address of its page: /flows/<slug>.",
                    }
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": _one_or_list("Addition", MOST_EVENTS),
                            "example": ADDITION_EXAMPLE,
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "Stored.",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Stored"},
                                "example": {"accepted": 1, "duplicates": 0},
                            }
                        },
                    },
                    "400": _error("The body is no JSON, or no contact and no list of 1 to 1,000."),
                    "401": _error("There is no key, or it is not known."),
                    "403": _error("The key is of a kind that cannot add contacts."),
                    "404": _error("No flow of this name was ever published."),
                    "409": _error("The flow is archived, or has no trigger “Added by hand”."),
                    "413": _error("The body is too large."),
                    "415": _error("The body is not sent as application/json."),
                    "422": _error("Some contacts are not right. Nothing was stored; “problems” names them all."),
                    "429": _error("Too often. “Retry-After” says after how many seconds to try again."),
                    "503": _error("It cannot be stored now. Nothing was stored; send it again later."),
                },
            }
        },
    },
}
