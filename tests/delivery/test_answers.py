"""What follows from what a server says, and when a message is tried again."""

import pytest

from runtime.clock import DAY, HOUR, MINUTE
from runtime.delivery.sending.answers import Answer, Stage
from runtime.delivery.sending.ladder import RUNGS, next_try


def refused(code: int, text: str, stage: Stage = "rcpt") -> Answer:
    return Answer("refused", code, text, stage)


@pytest.mark.parametrize(
    "answer",
    [
        refused(550, "5.1.1 The email account that you tried to reach does not exist."),
        refused(550, "5.1.10 RESOLVER.ADR.RecipientNotFound; not found"),
        refused(553, "5.1.2 We weren't able to find the recipient domain."),
        refused(550, "5.1.1 <ghost@example.com>: Recipient address rejected", "body"),
        refused(550, "No such user here"),
        refused(550, "Unknown user: ghost"),
        refused(551, "User unknown"),
    ],
)
def test_an_address_that_does_not_exist_is_told_from_the_answer(answer: Answer) -> None:
    assert answer.for_good
    assert answer.nobody_there


@pytest.mark.parametrize(
    "answer",
    [
        refused(550, "5.7.1 Message rejected due to content restrictions", "body"),
        refused(550, "5.7.26 Unauthenticated email is not accepted", "body"),
        refused(550, "5.7.515 Access denied, sending domain does not meet the required level"),
        refused(552, "5.2.2 Mailbox full"),
        refused(550, "5.2.1 Mailbox disabled"),
        refused(553, "5.1.8 Sender address rejected: Domain not found"),
        refused(554, "5.5.1 Protocol error"),
        refused(550, "Blocked by our policy"),
        refused(554, "No such user", "body"),
    ],
)
def test_a_refusal_for_any_other_reason_blocks_no_address(answer: Answer) -> None:
    assert answer.for_good
    assert not answer.nobody_there


def test_what_a_server_refuses_for_now_is_tried_again() -> None:
    assert not refused(450, "4.2.0 Greylisted").for_good
    assert not refused(421, "4.3.2 Shutting down").for_good
    assert not refused(450, "4.1.1 no such user, maybe later").nobody_there


def test_a_refused_sender_is_a_matter_of_settings_and_can_be_put_right() -> None:
    assert not refused(550, "5.7.1 Sender address rejected: not owned by user", "mail").for_good


def test_the_tries_of_a_message_reach_over_three_days() -> None:
    at, tries = 0, 1
    waits = []
    while (again := next_try(77, tries, at)) is not None:
        waits.append(again - at)
        at, tries = again, tries + 1
    assert len(waits) == len(RUNGS)
    assert 0.8 * MINUTE <= waits[0] <= 1.2 * MINUTE
    assert 0.8 * HOUR <= waits[3] <= 1.2 * HOUR
    assert 2.4 * DAY < at < 3.6 * DAY


def test_messages_refused_together_do_not_come_back_together() -> None:
    assert len({next_try(message, 1, 0) for message in range(100)}) > 90
    assert next_try(5, 2, 0) == next_try(5, 2, 0)
