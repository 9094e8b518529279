"""Rehearsing on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from builder.command import app
from builder.commands.common import Mistake
from tests.rehearsal.conftest import CART, Rehearsals

DEWI = "dewi@example.com"


class Typing:
    """Types `flow rehearse` for the shop of a test."""

    def __init__(self, rehearsals: Rehearsals) -> None:
        self.rehearsals = rehearsals

    def __call__(self, *words: str, slug: str = "", stdin: str = "") -> Any:
        settings = self.rehearsals.house.settings
        environment = {"CARTWHEEL_DATA": str(settings.data), "CARTWHEEL_DATABASE_URL": settings.database_url}
        typed = ["flow", "rehearse", slug or self.rehearsals.slug, *words]
        return CliRunner().invoke(app, typed, env=environment, input=stdin)


@pytest.fixture
def rehearse(rehearsals: Rehearsals) -> Typing:
    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    return Typing(rehearsals)


def test_a_time_without_a_zone_is_the_contacts_own(rehearse: Typing, tmp_path: Path) -> None:
    script = tmp_path / "what-happens.jsonl"
    script.write_text('{"name": "Order placed", "after": "20h", "properties": {"order_number": "#4821"}}\n')
    said = rehearse("--contact", DEWI, "--start", "2026-11-24T21:10", "--events", str(script), "--json")
    assert said.exit_code == 0, said.exception
    told = json.loads(said.stdout)
    assert (told["zone"], told["start"], told["until"]) == (
        "Asia/Jakarta",
        "2026-11-24T21:10:00+07:00",
        "2027-02-22T21:10:00+07:00",
    )
    (message,) = (entry for entry in told["entries"] if entry["kind"] == "message")
    assert message["at"] == "2026-11-24T22:10:00+07:00"
    assert message["message"]["subject"] == "Dewi, your cart is still here"
    assert "Mae Salong oolong" in message["message"]["html"]
    assert told["entries"][-1]["why"] == "Because “Order placed” happened"


def test_the_table_has_the_contacts_hours(rehearse: Typing) -> None:
    said = rehearse("--contact", DEWI, "--start", "2026-11-24T21:10:00+00:00", "--until", "2026-11-25T05:00")
    assert said.exit_code == 0, said.exception
    assert "Dewi, Asia/Jakarta" in said.stdout
    assert "2026-11-25 04:10" in said.stdout
    assert said.stdout.splitlines()[-1] == "Still in the Flow on 25 Nov 2026."


@pytest.mark.parametrize(
    ("words", "stdin", "sentence"),
    [
        (("--contact", "nobody@example.com"), "", "There is no contact nobody@example.com"),
        (("--contact", DEWI, "--start", "tomorrow"), "", "tomorrow is no time"),
        (("--contact", DEWI, "--start", "2026-11-24", "--until", "2026-11-23"), "", "--until is before the start"),
        (("--contact", DEWI, "--events", "-"), "nonsense", "Line 1 is not JSON"),
        (("--contact", DEWI, "--events", "-"), '{"name": "a\\nb"}', "name must be a text of 1 to 200 characters"),
    ],
)
def test_what_can_be_mended_is_one_sentence(
    rehearse: Typing, words: tuple[str, ...], stdin: str, sentence: str
) -> None:
    said = rehearse(*words, stdin=stdin)
    assert isinstance(said.exception, Mistake)
    assert sentence in str(said.exception)


def test_a_draft_with_problems_is_not_rehearsed(rehearse: Typing) -> None:
    shop = rehearse.rehearsals
    drafts = shop.house.desk.drafts(shop.shop)
    drafts.create("flow", "Half done", {"name": "Half done", "blocks": []}, "Nok", shop.clock.now(), "half-done")
    said = rehearse("--contact", DEWI, slug="half-done")
    assert isinstance(said.exception, Mistake)
    assert "Add a trigger" in said.stdout
