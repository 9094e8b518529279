"""flow versions, diff and restore: what was published, how it differs, and an old one back as the draft."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from builder.commands.common import (
    BY,
    AsJson,
    Mistake,
    existing_draft,
    number_of,
    opened,
    print_json,
    print_list,
    shown,
)
from builder.commands.flow.slug import Slug

if TYPE_CHECKING:
    from blocks.difference import Difference
    from runtime.house import House
    from runtime.insight.versions import State, Version


def versions(slug: Slug, as_json: AsJson = False) -> None:
    """The versions of a flow, newest first, with what each changed."""
    from itertools import pairwise

    from runtime.engine.publishing.known import known_to
    from runtime.insight.versions import compare, knowing
    from runtime.insight.versions import versions as read

    with opened() as (house, workspace):
        found: list[Version] = []
        while some := read(house, workspace, slug, found[-1].number if found else None):
            found += some
        if not found:
            raise Mistake(f"{slug} was never published. All flows: flow list")
        known = knowing(known_to(house, workspace), found)
    changed = [_said(compare(old.state, new.state, known)) for new, old in pairwise(found)]
    rows: list[dict[str, Any]] = [
        {
            "number": one.number,
            "published_at": one.published_at,
            "published_by": one.published_by,
            "inside": one.inside,
            "latest": one.latest,
            "changes": changes,
        }
        for one, changes in zip(found, [*changed, []], strict=True)
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        row["published_at"], row["changes"] = shown(row["published_at"]), "; ".join(row["changes"])
    columns = {"number": "Version", "published_at": "Published (UTC)", "published_by": "By"}
    print_list(rows, columns | {"inside": "Inside now", "changes": "Changes"}, as_json=False, empty="")


def diff(
    slug: Slug,
    old: Annotated[int | None, number_of("A version [default: the newest].", "N")] = None,
    new: Annotated[int | None, number_of("Another version [default: the draft].", "M")] = None,
    as_json: AsJson = False,
) -> None:
    """How version M, or the draft, differs from version N, or from the newest one."""
    from runtime.engine.publishing.known import known_to
    from runtime.insight.versions import compare, knowing, numbers

    with opened() as (house, workspace):
        every = numbers(house, workspace, slug)
        if not every:
            raise Mistake(f"{slug} was never published. All flows: flow list")
        before = _version(house, workspace, slug, every[0] if old is None else old)
        after = _draft(house, workspace, slug) if new is None else _version(house, workspace, slug, new).state
        found = compare(before.state, after, knowing(known_to(house, workspace), [before]))
    if as_json:
        print_json([{"what": one.what, "block": one.block, "text": text} for one, text in _texts(found)])
        return
    print("\n".join(_said(found)) or "They are the same.")


def restore(
    slug: Slug,
    number: Annotated[int, number_of("The version, from flow versions.", "N")],
    today: Annotated[
        bool, typer.Option("--emails-of-today", help="Send the e-mails as they stand today, where they are there.")
    ] = False,
) -> None:
    """Make an old version the draft. Nothing live changes; e-mails that were changed since come along as new drafts."""
    from runtime.engine.publishing.restore import NoSuchVersion, NotOnTheDesk
    from runtime.engine.publishing.restore import restore as bring_back

    with opened() as (house, workspace):
        existing_draft(house, workspace, "flow", slug)
        emails: Any = "as_they_are" if today else "as_they_were"
        copied = f"{{name}} (version {number})"
        try:
            done = bring_back(house, workspace, slug, number, BY, emails=emails, copied=copied)
        except NoSuchVersion:
            raise Mistake(f"{slug} has no version {number}. Those there are: flow versions {slug}") from None
        except NotOnTheDesk:
            raise Mistake(f"{slug} is archived or in the bin. Bring it back first, in the list of flows.") from None
    print(f"Version {number} is the draft of {slug} now. Nothing live has changed.")
    for email in done.emails:
        print(f"New e-mail: {email}")


def _version(house: "House", workspace: int, slug: str, number: int) -> "Version":
    from runtime.insight.versions import one_version

    found = one_version(house, workspace, slug, number)
    if found is None:
        raise Mistake(f"{slug} has no version {number}. Those there are: flow versions {slug}")
    return found


def _draft(house: "House", workspace: int, slug: str) -> "State":
    from pydantic import ValidationError

    from blocks.flow import Flow
    from runtime.insight.versions import drafted

    draft = existing_draft(house, workspace, "flow", slug)
    try:
        return drafted(house, workspace, Flow.model_validate({**draft.document, "name": draft.name}))
    except ValidationError:
        raise Mistake(f"The draft {slug} is no flow. See what is wrong: flow export {slug} | flow validate -") from None


def _texts(found: "list[Difference]") -> "list[tuple[Difference, str]]":
    from runtime.words import words

    w = words("en")
    return [(one, w.text(one.said)) for one in found]


def _said(found: "list[Difference]") -> list[str]:
    return [text for _, text in _texts(found)]
