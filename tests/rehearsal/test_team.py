"""What a rehearsal shows of notices to the team: what they would get, once, and nobody gets it."""

from blocks.flow import Flow
from runtime.accounts import users
from tests.engine.stage import block, in_a_row
from tests.rehearsal.conftest import Rehearsals, said
from tests.rehearsal.test_splits import DEWI, MORNING

DRAFT = Flow.model_validate(
    {
        "name": "Large carts",
        **in_a_row(
            block("cart", "event_trigger", event="Checkout started"),
            block(
                "tell",
                "notify_team",
                subject="Cart of {{ contact.first_name }}",
                text="{{ event.total }} {{ run.crm }}",
            ),
        ),
    }
)


def test_the_team_sees_what_it_would_get(rehearsals: Rehearsals) -> None:
    users.first(rehearsals.house)
    users.create(rehearsals.house, "nok@doileaf.example", "Nok", password="a good password")
    users.create(rehearsals.house, "somchai@doileaf.example", "Somchai")
    rehearsals.happened("Checkout started", DEWI, says="no", total=640)
    before = rehearsals.rows()
    result = rehearsals.rehearse(DEWI, MORNING, document=DRAFT)
    assert result.problems == ()
    (entry,) = [one for one in result.entries if one.kind == "message"]
    assert said(entry).startswith("The team was told: “Cart of Dewi” (To nok@doileaf.example, somchai@doileaf.example)")
    assert entry.letter is not None
    assert entry.letter.text.startswith("640")
    assert entry.block == "tell"
    assert rehearsals.rows() == before


def test_that_nobody_would_be_told_is_said(rehearsals: Rehearsals) -> None:
    users.first(rehearsals.house)
    rehearsals.happened("Checkout started", DEWI)
    result = rehearsals.rehearse(DEWI, MORNING, document=DRAFT)
    assert [problem for problem in result.problems if problem.level == "bad"] == []
    (entry,) = [one for one in result.entries if one.kind == "message"]
    assert said(entry).startswith("The team was not told: “…” (Because nobody who is to be told may sign in")
