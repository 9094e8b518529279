"""What lies in the bin goes for good after a month, and nothing else does."""

import pytest

from runtime.chores import Chores
from runtime.clock import DAY, SetClock
from runtime.house import House

NOK = "nok@doileaf.example"


def clean(house: House) -> None:
    """What the worker does once a day."""
    Chores(house).do_what_is_due()


def test_what_was_put_into_the_bin_is_there_for_thirty_days(house: House, shop: int, clock: SetClock) -> None:
    drafts = house.desk.drafts(shop)
    for name, put_away in (("Songkran", drafts.bin), ("Loy Krathong", drafts.archive)):
        slug = drafts.create("flow", name, {}, NOK, clock.now()).slug
        put_away("flow", slug, NOK, clock.now())
    drafts.create("flow", "Abandoned cart", {}, NOK, clock.now())

    clock.advance(days=30)
    clean(house)
    assert [draft.name for draft in drafts.list("flow", "bin")] == ["Songkran"]

    clock.advance(seconds=1)
    clean(house)
    assert drafts.list("flow", "bin") == []
    assert [draft.name for draft in drafts.list("flow", "archived")] == ["Loy Krathong"]
    assert [draft.name for draft in drafts.list("flow")] == ["Abandoned cart"]


def test_a_damaged_desk_keeps_no_other_chore_from_being_done(
    house: House, shop: int, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    drafts = house.desk.drafts(shop)
    drafts.bin("flow", drafts.create("flow", "Songkran", {}, NOK, clock.now()).slug, NOK, clock.now())
    clock.set(clock.now() + 31 * DAY)
    (house.settings.data / "desk" / f"{shop}.json").write_text("{half")

    clean(house)

    assert f"The bin of workspace {shop} is not emptied" in caplog.text
