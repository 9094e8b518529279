"""Limits in one sentence."""

import pytest

from blocks.hours import Quiet
from blocks.limits import Limits
from runtime.words import words
from tests.delivery.limits.stage import FIVE_A_WEEK, NIGHT, ONE_A_DAY, ONE_IN_24_HOURS, TWO_A_DAY


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(), "No limits: every e-mail goes out as soon as it is due"),
        (
            Limits(caps=(ONE_A_DAY,), quiet=(NIGHT,)),
            "At most 1 e-mail a day, none between 21:00 and 08:00; what is over waits",
        ),
        (Limits(caps=(TWO_A_DAY, FIVE_A_WEEK)), "At most 2 e-mails a day and 5 e-mails a week; what is over waits"),
        (Limits(caps=(ONE_IN_24_HOURS,), over="skip"), "At most 1 e-mail in 24 hours; what is over is not sent"),
        (
            Limits(quiet=(NIGHT, Quiet(start="00:00", end="00:00", days=(7,))), in_quiet="skip"),
            "No e-mails between 21:00 and 08:00 and on Sun; what is due then is not sent",
        ),
        (
            Limits(caps=(ONE_A_DAY,), over="skip", quiet=(Quiet(days=(5, 6)),)),
            "At most 1 e-mail a day; what is over is not sent."
            " No e-mails between 21:00 and 08:00 on Fri and Sat; what is due then waits",
        ),
    ],
)
def test_limits_in_one_sentence(limits: Limits, sentence: str) -> None:
    assert words("en").text(limits.say()) == sentence
