"""A rehearsal in which somebody opens and clicks, and a backtest that knows who did."""

from itertools import pairwise
from typing import Any

import pytest

from blocks.flow import Flow
from runtime.clock import DAY, SetClock
from runtime.house import House
from runtime.rehearsal import Happening
from tests.rehearsal.conftest import Rehearsals, at

DEWI, MORNING = "dewi@example.com", "2026-11-21T10:00:00Z"


def document(email: str) -> dict[str, Any]:
    """A cart, an e-mail, a day, and a split by what they did with it."""
    blocks = [
        ("cart", "event_trigger", {"event": "Checkout started"}),
        ("mail", "send_email", {"email": email}),
        ("day", "wait", {"amount": 1, "unit": "days"}),
        ("split", "by_message", {"message": "mail", "ways": "engagement"}),
    ]
    order = ["cart", "mail", "day", "split"]
    return {
        "format": 1,
        "name": "Rehearsed",
        "blocks": [{"id": id_, "kind": kind, "settings": settings} for id_, kind, settings in blocks],
        "links": [{"from": a, "to": b} for a, b in pairwise(order)],
    }


@pytest.fixture
def rehearsals(house: House, shop: int, clock: SetClock) -> Rehearsals:
    made = Rehearsals(house, shop, clock)
    made.happened("Checkout started", DEWI, says="yes", ago=1, total=640)
    return made


@pytest.mark.parametrize(
    ("name", "way"), [("Email opened", "opened"), ("Email clicked", "clicked"), ("", "not_opened")]
)
def test_a_script_says_that_they_read_the_mail(rehearsals: Rehearsals, name: str, way: str) -> None:
    email = rehearsals.house.desk.drafts(rehearsals.shop).list("email")[0].slug
    flow = Flow.model_validate(document(email))
    script = [Happening("Checkout started", at(MORNING), {"total": 640})]
    if name:
        script.append(Happening(name, at(MORNING) + DAY // 2, {"email": email}))
    before = rehearsals.rows()
    result = rehearsals.rehearse(DEWI, MORNING, *script, document=flow)
    assert not result.problems
    assert [entry.outlet for entry in result.entries if entry.block == "split" and entry.outlet] == [way]
    assert rehearsals.rows() == before, "nothing of it is real"
