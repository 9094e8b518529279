"""Furnish a data folder for `yardstick_target.py`: a flow, its transactional e-mail, a key. usage: yardstick_setup.py KEYFILE"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from runtime.accounts import keys, preferences, workspaces
from runtime.accounts.preferences import Sender
from runtime.engine.publishing.publish import publish
from runtime.house import open_house
from runtime.settings import load_settings

LINES = (
    "We have taken your order and pack it today. You get a second e-mail with the tracking link as soon as it is on its way.",
    "Wash at thirty degrees with similar colours, hang to dry out of the sun, and iron while it is still a little damp.",
    "Changed your mind? Send it back within thirty days in its bag; the label is in the parcel and costs you nothing.",
)
EMAIL = {
    "format": 1,
    "name": "Order received",
    "kind": "transactional",
    "subject": "Order {{ event.order_id }}",
    "preview_text": "Thank you, {{ contact.first_name | default: 'there' }}",
    "from_name": "Shop",
    "from_address": "shop@shop.example",
    "sections": [
        {"kind": "header", "id": "s1"},
        {"kind": "heading", "id": "s2", "text": "Thank you, {{ contact.first_name | default: 'there' }}"},
        {"kind": "text", "id": "s3", "html": "".join(f"<p>{line}</p>" for line in LINES)},
        {
            "kind": "products",
            "id": "s4",
            "layout": "list",
            "most": 3,
            "show_description": True,
            "button_label": "See my order",
        },
        {"kind": "footer", "id": "s5"},
    ],
}
FLOW = {
    "format": 1,
    "name": "Order received",
    "blocks": [
        {"id": "order", "kind": "event_trigger", "settings": {"event": "Order placed"}},
        {
            "id": "big",
            "kind": "branch",
            "settings": {"rule": {"kind": "field", "field": "total", "op": "over", "value": 100}},
        },
        {"id": "mail", "kind": "send_email", "settings": {"email": "order-received"}},
    ],
    "links": [{"from": "order", "to": "big"}, {"from": "big", "outlet": "yes", "to": "mail"}],
    "entry": {"key": "order_id"},
}


def main() -> None:
    house = open_house(load_settings(), ring=lambda: None)
    workspace = workspaces.first(house)
    now = house.clock.now()
    drafts = house.desk.drafts(workspace)
    brand = {"format": 1, "name": "Shop", "postal_address": "1 Road, Town", "website": "https://shop.example"}
    drafts.put("brand", "brand", "Shop", brand, "bench", now)
    drafts.put("email", "order-received", "Order received", EMAIL, "bench", now)
    drafts.put("flow", "order", "Order received", FLOW, "bench", now)
    publish(house, workspace, "order", "bench")
    preferences.save_sender(house, workspace, Sender(name="Shop", address="shop@shop.example"))
    _, secret = keys.create(house, workspace, "ingest", "bench")
    Path(sys.argv[1]).write_text(secret)
    house.close()


main()
