"""flow numbers: how a published flow does, and what came of it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from builder.commands.common import AsJson, Mistake, existing_draft, opened, print_json, print_list, read_flow
from builder.commands.flow.slug import Slug

if TYPE_CHECKING:
    from blocks.flow import Conversion
    from runtime.insight.success import Group, Success


def numbers(slug: Slug, as_json: AsJson = False) -> None:
    """How a flow does: who is inside, what it sent, and how many had what the draft calls a success, beside those held out."""
    from runtime.insight.numbers import flow_numbers
    from runtime.insight.success import success
    from runtime.words import words

    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "flow", slug)
        wanted = read_flow({**draft.document, "name": draft.name}, f"The draft {slug}").conversion
        now = house.clock.now()
        with house.ledger.read(workspace) as tx:
            zone = tx.zone or "UTC"
            found = flow_numbers(tx, now).get(slug)
            came = success(tx, slug, wanted, now) if wanted is not None else None
    if found is None:
        raise Mistake(f"{slug} was never published. All flows: flow list")
    if as_json:
        told = _as_json(wanted, came) if wanted is not None and came is not None else None
        row = {"slug": slug, "state": found.state, "inside": found.inside, "sent_this_week": found.sent_week}
        print_json(row | {"success": told})
        return
    print(f"{slug} is {found.state}. Inside now: {found.inside}. Sent this week: {found.sent_week}.")
    if wanted is None or came is None:
        print("Nothing counts as a success of it. Choose what does, in the settings of the flow.")
        return
    from builder.flow_editor.success import bars, difference, notes

    w = words("en")
    print(f"What counts as a success: “{wanted.event}” within {wanted.days} × 24 h of entering.")
    rows = [{"who": bar.label, "count": bar.count, "share": bar.share} for bar in bars(came, w)]
    print_list(rows, {"who": "Who", "count": "Success", "share": "Share"}, as_json=False, empty="")
    print("\n".join(filter(None, (difference(came, w), *notes(came, wanted.days, zone, w)))))


def _as_json(wanted: "Conversion", came: "Success") -> dict[str, Any]:
    return {
        **wanted.model_dump(mode="json"),
        "entered_from": came.since,
        "entered_until": came.until,
        "inside": _group(came.inside),
        "held_out": _group(came.held) if came.held is not None else None,
        "points": came.points if came.held is not None else None,
        "verdict": came.verdict,
        "open": came.open,
        "early": came.early,
    }


def _group(group: "Group") -> dict[str, Any]:
    return {**asdict(group), "share": group.share}
