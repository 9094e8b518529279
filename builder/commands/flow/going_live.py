"""flow publish, pause, resume, finish and archive: what a flow does from now on."""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from builder.commands.common import BY, Mistake, existing_draft, opened, read_flow
from builder.commands.flow.problems import print_problems
from builder.commands.flow.slug import Slug

if TYPE_CHECKING:
    from runtime.engine.publishing.overdue import Choice
    from runtime.house import House


class Overdue(StrEnum):
    """What becomes of messages that came due while a flow was paused."""

    send = "send"
    spread = "spread"
    skip = "skip"


WhatIsOverdue = Annotated[Overdue, typer.Option(help="What becomes of what came due while it was paused.")]
Hours = Annotated[int, typer.Option(metavar="N", help="With --overdue spread: over how many hours.")]


def publish(
    slug: Slug,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also if one of its examples does not hold.")] = False,
    overdue: WhatIsOverdue = Overdue.send,
    hours: Hours = 0,
) -> None:
    """Let the draft run from now on, if its examples hold; runs on older versions finish on theirs. Says before
    how many enter now and how many later. What came due while the flow was paused is sent, spread over some hours, or
    skipped."""
    from builder.commands.flow.examples import as_lines
    from runtime.accounts import workspaces
    from runtime.engine.publishing.known import known_to
    from runtime.engine.publishing.overdue import overdue as waiting
    from runtime.engine.publishing.publish import NotPublishable, check_draft
    from runtime.engine.publishing.publish import publish as publish_draft
    from runtime.insight.outlook import outlook
    from runtime.rehearsal import run_examples
    from runtime.words import words

    choice = _choice(overdue, hours)
    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "flow", slug)
        document = read_flow(draft.document, f"The draft {slug}")
        problems = check_draft(house, workspace, document, slug=slug)
        failing = []
        if not any(problem.level == "bad" for problem in problems):
            failing = [one for one in run_examples(house, workspace, slug, document) if not one.holds]
        if failing and not anyway:
            print("\n".join(line for one in failing for line in as_lines(one)))
            raise Mistake(f"{slug} was not published, because of its examples. To do so all the same: --anyway")
        shop = workspaces.get(house, workspace)
        zone = shop.zone if shop is not None else "UTC"
        for phrase in outlook(house, workspace, slug, document, known_to(house, workspace), zone):
            print(words("en").text(phrase))
        count = waiting(house, workspace, slug)
        try:
            made = publish_draft(house, workspace, slug, BY, choice=choice)
        except NotPublishable as not_yet:
            print_problems(not_yet.problems)
            raise Mistake(f"{slug} cannot be published; nothing was changed.") from None
        _bring_back(house, workspace, slug)
    print_problems(problems)
    print(f"{slug} is live, version {made.number}.{_of_the_overdue(overdue, hours, count)}")


def pause(slug: Slug) -> None:
    """Send nothing until it is resumed; people still enter, wait and leave."""
    from runtime.engine.publishing.publish import pause as stop_sending

    def stop(house: "House", workspace: int, slug: str) -> None:
        stop_sending(house, workspace, slug)
        _bring_back(house, workspace, slug)

    _change(slug, stop)
    print(f"{slug} is paused.")


def resume(
    slug: Slug,
    overdue: WhatIsOverdue = Overdue.send,
    hours: Hours = 0,
) -> None:
    """Let a paused, finishing or archived flow go on; what came due in a pause is sent, spread over some hours, or skipped."""
    from runtime.engine.publishing.overdue import overdue as waiting
    from runtime.engine.publishing.publish import resume as send_again

    choice, count = _choice(overdue, hours), 0

    def go_on(house: "House", workspace: int, slug: str) -> None:
        nonlocal count
        count = waiting(house, workspace, slug)
        send_again(house, workspace, slug, choice)
        _bring_back(house, workspace, slug)

    _change(slug, go_on)
    print(f"{slug} is live.{_of_the_overdue(overdue, hours, count)}")


def _choice(overdue: Overdue, hours: int) -> "Choice":
    from runtime.engine.publishing.overdue import BadChoice, Choice

    if hours and overdue is not Overdue.spread:
        raise Mistake("--hours belongs to --overdue spread.")
    try:
        return Choice(overdue.value, hours)
    except BadChoice as wrong:
        raise Mistake(f"--hours: {wrong}") from None


def _of_the_overdue(overdue: Overdue, hours: int, count: int) -> str:
    """What becomes of so many messages; nothing is said of none."""
    what = {"send": "are sent now", "spread": f"go out over {hours} hours", "skip": "are not sent"}[overdue.value]
    return f" Messages that were due: {count}; they {what}." if count else ""


def finish(slug: Slug) -> None:
    """Take nobody in any more; those inside go on, and when the last one is out, the flow is archived by itself."""
    from runtime.engine.publishing.publish import NotLive
    from runtime.engine.publishing.publish import finish as let_finish

    try:
        _change(slug, let_finish)
    except NotLive:
        raise Mistake(f"{slug} is not live, so nobody in it would get to the end. First: flow resume {slug}") from None
    print(f"{slug} is finishing.")


def archive(slug: Slug, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Stop for good: everybody leaves, and what waits is not sent. Its draft goes into the archive."""
    from runtime.engine.publishing.publish import archive as put_away
    from runtime.insight.numbers import flow_numbers

    def stop(house: "House", workspace: int, slug: str) -> None:
        with house.ledger.read(workspace) as tx:
            found = flow_numbers(tx, house.clock.now()).get(slug)
        inside = found.inside if found is not None else 0
        if inside and not yes and not typer.confirm(f"Archive {slug}? People inside: {inside}; they leave for good."):
            raise Mistake("Nothing was done.")
        put_away(house, workspace, slug)
        drafts = house.desk.drafts(workspace)
        if (draft := drafts.get("flow", slug)) is not None and draft.state == "active":
            drafts.archive("flow", slug, BY, house.clock.now())

    _change(slug, stop)
    print(f"{slug} is archived. It takes people in again with: flow resume {slug}. Who left stays out.")


def _bring_back(house: "House", workspace: int, slug: str) -> None:
    """The draft of a flow that takes people in lies neither in the archive nor in the bin, which is emptied."""
    drafts = house.desk.drafts(workspace)
    if (draft := drafts.get("flow", slug)) is not None and draft.state != "active":
        drafts.restore("flow", slug, BY, house.clock.now())


def _change(slug: str, change: "Callable[[House, int, str], None]") -> None:
    from runtime.engine.publishing.publish import NoSuchFlow
    from runtime.segments.publish import Gone
    from runtime.words import words

    with opened() as (house, workspace):
        try:
            change(house, workspace, slug)
        except NoSuchFlow:
            raise Mistake(f"{slug} was never published. All flows: flow list") from None
        except Gone as gone:
            raise Mistake(f"{slug} does not go on. {words('en').text(gone.phrase)}") from None
