"""How often, and when: set on the settings page, said in one sentence."""

import pytest

from blocks.hours import Quiet
from blocks.limits import Cap, Limits
from runtime.accounts import preferences
from runtime.delivery import set_limits
from tests.browser import until
from tests.pages.conftest import Look, Web

pytestmark = pytest.mark.browser


def limits(web: Web) -> Limits:
    """What is kept."""
    with web.house.ledger.read(web.workspace) as tx:
        return preferences.limits(tx)


def test_nok_lets_nobody_be_written_to_more_than_once_a_day_or_at_night(look: Look, web: Web) -> None:
    page = look("/settings")

    card = page.locator("#limits")
    card.get_by_text("No limits: every e-mail goes out as soon as it is due.").wait_for()
    card.get_by_role("button", name="Add a cap").click()
    card.get_by_text("At most 1 e-mail a day; what is over waits.").wait_for()
    card.get_by_role("button", name="Add quiet hours").click()
    card.get_by_text("At most 1 e-mail a day, none between 21:00 and 08:00; what is over waits.").wait_for()
    card.get_by_label("At most", exact=True).fill("2")
    card.get_by_label("In which time").select_option("week")
    card.get_by_role("button", name="Sunday").click()
    card.get_by_label("What is over", exact=True).select_option("skip")
    card.get_by_text(
        "At most 2 e-mails a week; what is over is not sent."
        " No e-mails between 21:00 and 08:00 on Sun; what is due then waits."
    ).wait_for()
    card.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()

    assert limits(web) == Limits(caps=(Cap(most=2, per="week"),), over="skip", quiet=(Quiet(days=(7,)),))


def test_what_is_kept_can_be_taken_away(look: Look, web: Web) -> None:
    set_limits(web.house, web.workspace, Limits(caps=(Cap(most=3, per="hours", hours=48),)))
    page = look("/settings")

    card = page.locator("#limits")
    card.get_by_text("At most 3 e-mails in 48 hours; what is over waits.").wait_for()
    card.get_by_role("button", name="Remove this cap").click()
    card.get_by_text("No limits: every e-mail goes out as soon as it is due.").wait_for()
    card.get_by_role("button", name="Save").click()
    until(lambda: limits(web) == Limits())


def test_a_cap_of_nothing_is_answered_with_what_to_type(look: Look) -> None:
    page = look("/settings")

    card = page.locator("#limits")
    card.get_by_role("button", name="Add a cap").click()
    card.get_by_label("At most", exact=True).fill("0")
    card.get_by_text("How many e-mails at most: type a whole number from 1 to 100.").wait_for()
    card.get_by_label("At most", exact=True).fill("2")
    card.get_by_label("In which time").select_option("hours")
    card.get_by_label("hours", exact=True).fill("1.5")
    card.get_by_text("How many hours: type a whole number from 1 to 8,784.").wait_for()


def test_quiet_hours_all_week_are_refused(look: Look, web: Web) -> None:
    page = look("/settings")

    card = page.locator("#limits")
    card.get_by_role("button", name="Add quiet hours").click()
    card.get_by_label("From", exact=True).fill("08:00")
    card.get_by_text("Quiet hours must leave some time in which e-mails may go out.").wait_for()
    card.get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    assert limits(web) == Limits()
