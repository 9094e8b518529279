"""Examples on the command line: flow test, and flow publish, which runs them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from builder.command import app
from builder.commands.common import Mistake
from runtime.places import SAMPLES
from tests.rehearsal.conftest import Rehearsals
from tests.rehearsal.test_examples import with_wait


class Typing:
    """Types commands about flows for the shop of a test."""

    def __init__(self, rehearsals: Rehearsals) -> None:
        self.rehearsals = rehearsals

    def __call__(self, *words: str) -> Any:
        settings = self.rehearsals.house.settings
        environment = {"CARTWHEEL_DATA": str(settings.data), "CARTWHEEL_DATABASE_URL": settings.database_url}
        return CliRunner().invoke(app, ["flow", *words], env=environment)

    def change(self, document: dict[str, Any]) -> None:
        """Another draft."""
        shop = self.rehearsals
        drafts = shop.house.desk.drafts(shop.shop)
        drafts.put("flow", shop.slug, document["name"], document, "Nok", shop.clock.now())


@pytest.fixture
def flow(rehearsals: Rehearsals) -> Typing:
    return Typing(rehearsals)


def test_a_line_for_each_example(flow: Typing) -> None:
    said = flow("test", "abandoned-cart")
    assert said.exit_code == 0, said.exception
    assert said.stdout.splitlines() == [
        "abandoned-cart",
        "  pass  Nobody comes back to a large cart",
        "  pass  A small cart gets no incentive",
        "  pass  Once the order is placed, nothing more",
        "3 of 3 examples hold.",
    ]


def test_one_that_fails_says_what_differs_and_ends_with_1(flow: Typing) -> None:
    flow.change(with_wait(flow.rehearsals.draft, 2))
    said = flow("test")
    assert said.exit_code == 1
    assert "  FAIL  Nobody comes back to a large cart" in said.stdout
    assert "        Expected “Your cart is waiting” 1 hour after the start; it went out after 2 hours." in said.stdout
    assert said.stdout.splitlines()[-1] == "0 of 3 examples hold."
    told = json.loads(flow("test", "--json").stdout)
    assert told["holds"] is False
    assert [one["holds"] for one in told["flows"]["abandoned-cart"]] == [False, False, False]


def test_a_folder_is_tested_with_the_e_mails_in_it(flow: Typing) -> None:
    before = flow.rehearsals.desk_files()
    said = flow("test", str(SAMPLES / "cart-abandonment"))
    assert (said.exit_code, said.stdout.splitlines()[-1]) == (0, "3 of 3 examples hold.")
    assert flow.rehearsals.desk_files() == before


def test_a_file_is_tested_with_the_e_mails_of_the_shop(flow: Typing, tmp_path: Path) -> None:
    file = tmp_path / "later.json"
    file.write_text(json.dumps(with_wait(flow.rehearsals.draft, 2)))
    assert flow("test", str(file)).exit_code == 1
    file.write_text(
        json.dumps({"name": "Empty", "examples": [{"name": "First", "expects": [{"message": "a", "on": 1}]}]})
    )
    wrong = flow("test", str(file))
    assert isinstance(wrong.exception, Mistake)
    assert "the example “First”, line 1 of expects, on" in str(wrong.exception)


def test_what_is_not_there(flow: Typing) -> None:
    said = flow("test", "welcome")
    assert isinstance(said.exception, Mistake)
    assert "There is no flow welcome, and no such file" in str(said.exception)


def test_publishing_runs_them_and_refuses_unless_told(flow: Typing) -> None:
    flow.change(with_wait(flow.rehearsals.draft, 2))
    refused = flow("publish", "abandoned-cart")
    assert isinstance(refused.exception, Mistake)
    assert "--anyway" in str(refused.exception)
    assert "it went out after 2 hours." in refused.stdout
    assert "is live, version 1" in flow("publish", "abandoned-cart", "--anyway").stdout
    flow.change(with_wait(flow.rehearsals.draft, 1))
    assert "is live, version 2" in flow("publish", "abandoned-cart").stdout
