"""What is said of a flow's success, and what is not claimed."""

from builder.flow_editor.success import bars, difference, notes
from runtime.clock import DAY
from runtime.insight.success import Group, Success
from runtime.words import words

W = words("en")
SINCE, UNTIL = 1_790_000_000_000_000, 1_790_000_000_000_000 + 20 * DAY


def said(inside: Group, held: Group | None, open_: int = 0, early: int = 0) -> tuple[str, list[str]]:
    found = Success(SINCE, UNTIL, inside, held, open_, early)
    return difference(found, W), notes(found, 5, "Asia/Bangkok", W)


def test_a_difference_is_named_in_points_and_doubted_where_it_may_be_chance() -> None:
    sure, _ = said(Group(1204, 150), Group(402, 32))
    assert sure == "4.5 points more than among those held out. Chance alone hardly makes that much."
    doubted, _ = said(Group(100, 8), Group(100, 9))
    assert doubted == (
        "1 point less than among those held out. That may still be chance: it takes more people to tell."
    )
    assert said(Group(100, 8), Group(200, 16))[0] == "As many as among those held out."


def test_a_handful_is_not_compared_and_without_a_hold_out_there_is_nothing_to_say() -> None:
    assert said(Group(400, 80), Group(12, 1))[0] == "Too few to compare yet: it takes 30 in each group."
    assert said(Group(), Group())[0] == ""
    assert said(Group(400, 80), None)[0] == ""


def test_whoever_is_still_open_is_said_and_not_counted() -> None:
    _, lines = said(Group(400, 80), None, 13, 5)
    assert lines == [
        "Who came in from 21 Sep 2026 to 11 Oct 2026, each counted once: their 5 days are over.",
        "Came in since: 13 still open, 5 with success already. They count once their time is over.",
    ]
    assert said(Group(), None, 2)[1][0] == "Nobody’s 5 days are over yet."
    assert said(Group(), None)[1] == ["Nobody has come in since 21 Sep 2026."]


def test_a_group_without_anybody_has_no_share() -> None:
    inside, held = bars(Success(SINCE, UNTIL, Group(8, 1), Group(), 0, 0), W)
    assert (inside.label, inside.count, inside.share) == ("In the Flow", "1 of 8", "12.5%")
    assert (held.label, held.count, held.share) == ("Held out", "Nobody yet", "")
