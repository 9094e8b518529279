"""What was published of a flow, how two versions differ, and an old one back as the draft."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from runtime.clock import HOUR
from runtime.desk import ChangedElsewhere
from runtime.engine.publishing.known import known_to
from runtime.engine.publishing.publish import publish
from runtime.engine.publishing.restore import NoSuchVersion, NotOnTheDesk, Restored, other_emails, restore, take_back
from runtime.insight.versions import compare, drafted, knowing, numbers, one_version, versions
from runtime.words import words
from tests.engine.stage import Stage, block, in_a_row

NOK, SOMCHAI = "nok@doileaf.example", "somchai@doileaf.example"


def email(subject: str) -> dict[str, Any]:
    sections = [{"kind": "heading", "id": "h", "text": subject}]
    return {"format": 1, "name": "Reminder", "kind": "transactional", "subject": subject, "sections": sections}


def flow(hours: int) -> dict[str, Any]:
    row = in_a_row(
        block("cart", "event_trigger", event="Checkout started"),
        block("hour", "wait", amount=hours, unit="hours"),
        block("mail", "send_email", email="reminder"),
    )
    return {"format": 1, "name": "Cart", **row}


class Desk:
    """Nok's desk, with one flow that was published twice: first with a wait of one hour, then of two."""

    def __init__(self, stage: Stage) -> None:
        self.house, self.shop, self.stage = stage.house, stage.shop, stage
        self.drafts = self.house.desk.drafts(self.shop)
        self.drafts.create("email", "Reminder", email("Your tea is waiting"), NOK, self.now, "reminder")
        self.drafts.create("flow", "Cart", flow(1), NOK, self.now, "cart")
        publish(self.house, self.shop, "cart", NOK)
        stage.clock.advance(hours=1)
        self.draw(flow(2))
        publish(self.house, self.shop, "cart", SOMCHAI)

    @property
    def now(self) -> int:
        return self.house.clock.now()

    def draw(self, document: dict[str, Any]) -> None:
        draft = self.drafts.get("flow", "cart")
        assert draft is not None
        self.drafts.save("flow", "cart", document, draft.rev, NOK, self.now)

    def write(self, subject: str) -> None:
        draft = self.drafts.get("email", "reminder")
        assert draft is not None
        self.drafts.save("email", "reminder", email(subject), draft.rev, NOK, self.now)

    def restore(self, number: int, **options: Any) -> Restored:
        return restore(self.house, self.shop, "cart", number, NOK, copied="{name} (version 1)", **options)

    def hours(self) -> int:
        draft = self.drafts.get("flow", "cart")
        assert draft is not None
        return int(draft.document["blocks"][1]["settings"]["amount"])

    def differences(self, old: int, new: int | None = None) -> list[str]:
        before = one_version(self.house, self.shop, "cart", old)
        assert before is not None
        if new is None:
            draft = self.drafts.get("flow", "cart")
            assert draft is not None
            after = drafted(self.house, self.shop, before.state.flow.model_validate(draft.document))
        else:
            version = one_version(self.house, self.shop, "cart", new)
            assert version is not None
            after = version.state
        known = knowing(known_to(self.house, self.shop), [before])
        return [words("en").text(one.said) for one in compare(before.state, after, known)]


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


def test_who_publishes_at_once_follows_one_another(desk: Desk) -> None:
    together = Barrier(4)

    def one(slug: str) -> int:
        together.wait()
        return publish(desk.house, desk.shop, slug, NOK).number

    desk.drafts.create("flow", "Never published", flow(1), NOK, desk.now, "new")
    with ThreadPoolExecutor(4) as threads:
        numbered = list(threads.map(one, ["cart", "cart", "new", "new"]))
    assert sorted(numbered[:2]) == [3, 4]
    assert sorted(numbered[2:]) == [1, 2]


def test_versions_stand_newest_first_with_who_is_inside(desk: Desk) -> None:
    desk.stage.happens("Checkout started", "dewi@example.com")
    found = versions(desk.house, desk.shop, "cart")
    assert [(one.number, one.published_by, one.inside, one.live) for one in found] == [
        (2, SOMCHAI, 1, True),
        (1, NOK, 0, False),
    ]
    assert found[0].published_at - found[1].published_at == HOUR
    assert numbers(desk.house, desk.shop, "cart") == [2, 1]
    assert versions(desk.house, desk.shop, "cart", before=2)[0].number == 1
    assert versions(desk.house, desk.shop, "unheard-of") == []


def test_versions_and_the_draft_are_compared_with_their_emails(desk: Desk) -> None:
    assert desk.differences(1, 2) == ["Wait lengthened from 1 hour to 2 hours"]
    assert desk.differences(2) == []
    desk.write("Still thirsty?")
    assert desk.differences(2) == [
        "E-mail “Reminder”: Subject changed from “Your tea is waiting” to “Still thirsty?” and 1 section changed"
    ]


def test_an_old_version_is_the_draft_again_and_nothing_live_changes(desk: Desk) -> None:
    done = desk.restore(1)
    assert desk.hours() == 1
    assert done.emails == ()
    assert [one.number for one in versions(desk.house, desk.shop, "cart")] == [2, 1]
    assert desk.differences(1) == []
    take_back(desk.house, desk.shop, done, NOK)
    assert desk.hours() == 2


def test_what_is_live_is_restored_as_published(desk: Desk) -> None:
    desk.draw(flow(9))
    draft = desk.restore(2).draft
    assert draft.rev == draft.published_rev, "there is nothing to publish"


def test_an_email_that_was_changed_comes_along_beside_the_one_of_today(desk: Desk) -> None:
    desk.write("Still thirsty?")
    old = one_version(desk.house, desk.shop, "cart", 1)
    assert old is not None
    assert [(one.name, one.gone) for one in other_emails(desk.drafts, old)] == [("Reminder", False)]
    done = desk.restore(1)
    (slug,) = done.emails
    copy, today = desk.drafts.get("email", slug), desk.drafts.get("email", "reminder")
    assert copy is not None
    assert today is not None
    assert (copy.name, copy.document["subject"]) == ("Reminder (version 1)", "Your tea is waiting")
    assert today.document["subject"] == "Still thirsty?"
    assert done.draft.document["blocks"][2]["settings"]["email"] == slug
    assert desk.restore(1).draft.document == done.draft.document, "once is enough"
    assert len(desk.drafts.list("email")) == 2


def test_an_email_that_is_only_called_differently_is_the_same(desk: Desk) -> None:
    desk.drafts.rename("email", "reminder", "Reminder with tea", NOK, desk.now)
    old = one_version(desk.house, desk.shop, "cart", 1)
    assert old is not None
    assert other_emails(desk.drafts, old) == []
    done = desk.restore(1)
    assert done.emails == ()
    assert done.draft.document["blocks"][2]["settings"]["email"] == "reminder"


def test_the_undo_takes_the_emails_away_that_came_along(desk: Desk) -> None:
    desk.write("Still thirsty?")
    done = desk.restore(1)
    (slug,) = done.emails
    take_back(desk.house, desk.shop, done, NOK)
    binned = desk.drafts.get("email", slug)
    assert binned is not None
    assert binned.state == "bin"


def test_or_the_flow_sends_it_as_it_is_today(desk: Desk) -> None:
    desk.write("Still thirsty?")
    done = desk.restore(1, emails="as_they_are")
    assert done.emails == ()
    assert done.draft.document["blocks"][2]["settings"]["email"] == "reminder"


def test_an_email_that_is_gone_comes_back_in_any_case(desk: Desk) -> None:
    desk.drafts.bin("email", "reminder", NOK, desk.now)
    done = desk.restore(1, emails="as_they_are")
    assert len(done.emails) == 1
    publish(desk.house, desk.shop, "cart", NOK)
    assert numbers(desk.house, desk.shop, "cart") == [3, 2, 1]


def test_the_undo_does_not_overwrite_what_somebody_drew_since(desk: Desk) -> None:
    done = desk.restore(1)
    desk.draw(flow(5))
    with pytest.raises(ChangedElsewhere):
        take_back(desk.house, desk.shop, done, NOK)
    assert desk.hours() == 5


def test_whoever_had_the_draft_open_is_told_when_they_save(desk: Desk) -> None:
    """Somchai opened it before Nok restored; his next change does not take hers away."""
    opened = desk.drafts.get("flow", "cart")
    assert opened is not None
    desk.restore(1)
    with pytest.raises(ChangedElsewhere):
        desk.drafts.save("flow", "cart", flow(7), opened.rev, SOMCHAI, desk.now)


def test_what_is_not_there_cannot_be_restored(desk: Desk) -> None:
    with pytest.raises(NoSuchVersion):
        desk.restore(3)
    desk.drafts.archive("flow", "cart", NOK, desk.now)
    with pytest.raises(NotOnTheDesk):
        desk.restore(1)
