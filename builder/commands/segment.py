"""segment: who belongs together, by a rule or by hand."""

from pathlib import Path
from typing import Annotated, Any

import typer

from builder.commands.common import (
    AsJson,
    Mistake,
    existing_draft,
    noun,
    opened,
    print_json,
    print_list,
    read_json,
    shown,
)

app = noun("segment", "Contacts who meet a rule, and lists that they are put on.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Segments: drafts, and what is published with how many are in it."""
    from runtime.segments.publish import standings

    with opened() as (house, workspace):
        drafts = {draft.slug: draft for draft in house.desk.drafts(workspace).list("segment")}
        with house.ledger.read(workspace) as tx:
            published = {one.slug: one for one in standings(tx) if one.state == "live"}
    rows = []
    for slug in sorted(drafts.keys() | published.keys()):
        draft, live = drafts.get(slug), published.get(slug)
        ruled = live.rule if live is not None else draft is not None and draft.document.get("rule") is not None
        rows.append(
            {
                "slug": slug,
                "name": draft.name if draft is not None else live.name if live is not None else slug,
                "kind": "rule" if ruled else "list",
                "state": "draft" if live is None else "counting" if live.counting else "live",
                "members": live.members if live is not None else None,
            }
        )
    columns = {"slug": "Slug", "name": "Name", "kind": "Kind", "state": "State", "members": "Members"}
    print_list(rows, columns, as_json=as_json, empty="No segment yet.")


@app.command()
def show(slug: Annotated[str, typer.Argument(help="The segment's slug.")], as_json: AsJson = False) -> None:
    """One segment: its rule in words, what is wrong with it, and who asks for it."""
    from blocks.rule_words import say_rule
    from runtime.engine.publishing.known import known_to
    from runtime.segments.document import SegmentDocument
    from runtime.segments.publish import check_segment, users_of
    from runtime.words import words

    w = words("en")
    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "segment", slug)
        document: SegmentDocument = _document(draft.document)
        known = known_to(house, workspace)
        problems = [
            {"level": one.level, "text": w.text(one.phrase)} for one in check_segment(house, workspace, slug, document)
        ]
        with house.ledger.read(workspace) as tx:
            users = users_of(tx, slug)
    says = (
        w.text(say_rule(document.rule, known))
        if document.rule is not None
        else "A list: its members are put on and taken off."
    )
    if as_json:
        print_json({"slug": slug, "document": document.to_json(), "says": says, "problems": problems, "used_by": users})
        return
    print(f"{document.name} ({slug})\n  {says}")
    for problem in problems:
        print(f"  {problem['level']}: {problem['text']}")
    if users:
        print(f"  used by: {', '.join(users)}")


@app.command()
def count(
    file: Annotated[Path, typer.Argument(help="A segment as JSON, or only its rule; - for standard input.")],
    as_json: AsJson = False,
) -> None:
    """How many contacts meet the rule in a file now, without keeping anything."""
    from runtime.segments.counting import count as count_rule
    from runtime.segments.document import NotForSegments
    from runtime.words import words

    found = read_json(file)
    if isinstance(found, dict) and "kind" in found:
        found = {"format": 1, "name": "Rule", "rule": found}
    document = _document(found)
    if document.rule is None:
        raise Mistake(f"{file} has no rule; only members are counted of a list.")
    with opened() as (house, workspace), house.ledger.read(workspace) as tx:
        try:
            number = count_rule(tx, document.rule, house.clock.now())
        except NotForSegments as refused:
            raise Mistake(words("en").text(refused.phrase)) from None
    if as_json:
        print_json({"count": number})
    else:
        print(number)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A segment as JSON; - for standard input.")],
    slug: Annotated[str | None, typer.Option(help="Its slug [default: made from the file's name].")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a draft of a segment, or replace the draft of that slug."""
    document = _document(read_json(file))
    with opened() as (house, workspace):
        drafts = house.desk.drafts(workspace)
        name, now = document.name, house.clock.now()
        slug = slug or (None if str(file) == "-" else file.stem)
        if slug is None:
            draft = drafts.create("segment", name, document.to_json(), "segment import", now)
        else:
            draft = drafts.put("segment", slug, name, document.to_json(), "segment import", now)
    if as_json:
        print_json({"slug": draft.slug, "name": draft.name})
    else:
        print(f"{draft.name} is the draft {draft.slug}. Publish it: segment publish {draft.slug}")


@app.command()
def publish(slug: Annotated[str, typer.Argument(help="The segment's slug.")], as_json: AsJson = False) -> None:
    """Keep up with who is in it from now on. Who is in it already enters silently."""
    from runtime.segments.publish import NotPublishable
    from runtime.segments.publish import publish as publish_segment
    from runtime.words import words

    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "segment", slug)
        _document(draft.document)
        try:
            publish_segment(house, workspace, slug, "segment publish")
        except NotPublishable as refused:
            said = " ".join(words("en").text(problem.phrase) for problem in refused.problems)
            raise Mistake(f"{slug} is not published. {said}") from None
    if as_json:
        print_json({"slug": slug, "state": "live"})
    else:
        print(f"{draft.name} is live.")


@app.command()
def members(
    slug: Annotated[str, typer.Argument(help="The segment's slug.")],
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Who is in a published segment, and since when."""
    from runtime.people import contacts
    from runtime.segments.publish import is_live, members_of

    with opened() as (house, workspace), house.ledger.read(workspace) as tx:
        if not is_live(tx, slug):
            raise Mistake(f"There is no published segment {slug}. All there are: segment list")
        found = members_of(tx, slug, limit)
        people = contacts.many(tx, [contact for contact, _ in found])
    rows = [
        {
            "id": contact,
            "name": people[contact].shown_name,
            "email": people[contact].email,
            "since_at": since,
            "since": shown(since),
        }
        for contact, since in found
    ]
    columns = {"id": "Id", "name": "Name", "email": "E-mail", "since": "Since (UTC)"}
    print_list(rows, columns, as_json=as_json, empty="Nobody is in it.")


def _document(found: Any) -> Any:
    """A segment's document. Raises Mistake that names the field."""
    from pydantic import ValidationError

    from builder.commands.refused import refused
    from runtime.segments.document import SegmentDocument

    try:
        return SegmentDocument.model_validate(found)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise Mistake(f"It is no segment: {place}: {refused(first)}.") from None
