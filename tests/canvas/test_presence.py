"""Who changes a draft, when two have it open."""

from builder.drafting.presence import Presence, Seat

CART = (1, "flow", "cart")


class Page:
    """A tab of somebody's browser."""

    def __init__(self, who: str, tab: str = "") -> None:
        self.connected = True
        self.moves = 0
        self.seen: list[object] = []
        self.seat = Seat(who, 0, tab, lambda: self.connected, self._moved, self.seen.append)

    def _moved(self) -> None:
        self.moves += 1


def test_the_first_page_changes_it_and_the_second_is_told_who_does() -> None:
    presence, hannah, somchai = Presence(), Page("Hannah"), Page("Somchai")
    assert presence.sit(CART, hannah.seat) is None
    assert presence.sit(CART, somchai.seat) is hannah.seat
    assert presence.holder(CART) is hannah.seat


def test_another_draft_is_another_matter() -> None:
    presence, hannah, somchai = Presence(), Page("Hannah"), Page("Somchai")
    presence.sit(CART, hannah.seat)
    assert presence.sit((2, "flow", "cart"), somchai.seat) is None


def test_taking_over_tells_both() -> None:
    presence, hannah, somchai = Presence(), Page("Hannah"), Page("Somchai")
    presence.sit(CART, hannah.seat)
    presence.sit(CART, somchai.seat)
    presence.take(CART, somchai.seat)
    assert presence.holder(CART) is somchai.seat
    assert (hannah.moves, somchai.moves) == (1, 1)


def test_when_the_first_page_closes_the_next_may_change_it() -> None:
    presence, hannah, somchai = Presence(), Page("Hannah"), Page("Somchai")
    presence.sit(CART, hannah.seat)
    presence.sit(CART, somchai.seat)
    presence.leave(CART, hannah.seat)
    assert presence.holder(CART) is somchai.seat
    assert somchai.moves == 1


def test_a_page_that_is_loaded_anew_is_no_second_page() -> None:
    """Its old connection may still be open for a moment: it is the same tab all the same."""
    presence, before, after = Presence(), Page("Hannah", tab="t1"), Page("Hannah", tab="t1")
    presence.sit(CART, before.seat)
    assert presence.sit(CART, after.seat) is None
    presence.leave(CART, before.seat)
    assert presence.holder(CART) is after.seat


def test_a_page_whose_browser_is_gone_gives_way() -> None:
    presence, hannah, somchai = Presence(), Page("Hannah"), Page("Somchai")
    presence.sit(CART, hannah.seat)
    hannah.connected = False
    assert presence.sit(CART, somchai.seat) is None
    assert hannah.moves == 1


def test_the_others_see_what_was_stored() -> None:
    presence, hannah, somchai = Presence(), Page("Hannah"), Page("Somchai")
    presence.sit(CART, hannah.seat)
    presence.sit(CART, somchai.seat)
    presence.tell(CART, hannah.seat, "version 2")
    assert (hannah.seen, somchai.seen) == ([], ["version 2"])


def test_nothing_is_kept_of_a_draft_nobody_has_open() -> None:
    presence, hannah = Presence(), Page("Hannah")
    presence.sit(CART, hannah.seat)
    presence.leave(CART, hannah.seat)
    assert presence.holder(CART) is None
    presence.leave(CART, hannah.seat)
