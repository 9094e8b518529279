"""flow list, validate, import, export and schema: from a file to a draft and back."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from builder.commands.common import (
    BY,
    AsJson,
    Mistake,
    existing_draft,
    opened,
    print_json,
    print_list,
    put_on_desk,
    read_flow,
    read_json,
)
from builder.commands.flow.folder import read_folder
from builder.commands.flow.problems import as_rows, print_problems
from builder.commands.flow.slug import Slug


def list_(as_json: AsJson = False) -> None:
    """All flows, the live ones first."""
    from builder.flow_list.entries import entries
    from runtime.words import words

    w = words("en")
    rows = []
    with opened() as (house, workspace):
        for entry in entries(house, workspace):
            numbers = entry.numbers
            rows.append(
                {
                    "slug": entry.slug,
                    "name": entry.name,
                    "state": entry.look,
                    "starts": w.text(entry.starts),
                    "changed_since_publishing": entry.changed,
                    "inside": numbers.inside if numbers else 0,
                    "sent_this_week": numbers.sent_week if numbers else 0,
                    "changed_at": entry.changed_at,
                }
            )
    columns = {"slug": "Slug", "name": "Name", "state": "State", "starts": "Starts when"}
    columns |= {"inside": "Inside now", "sent_this_week": "Sent this week"}
    print_list(rows, columns, as_json=as_json, empty="No flow yet. The gallery has some: flow import sample_flows/…")


def validate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A flow as JSON; - reads standard input.")],
    slug: Annotated[str, typer.Option(help="Which flow it is, so that it is not held against itself.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check a flow as publishing would, against this shop's e-mails and events; exit code 1 if it could not be published."""

    from runtime.engine.publishing.publish import check_draft

    document = read_flow(read_json(file), str(file))
    with opened() as (house, workspace):
        problems = check_draft(house, workspace, document, slug=slug)
    bad = any(problem.level == "bad" for problem in problems)
    if as_json:
        print_json({"publishable": not bad, "problems": as_rows(problems)})
    else:
        print_problems(problems)
        print("It can be published." if not bad else "It cannot be published.")
    if bad:
        raise typer.Exit(1)


def import_(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A flow as JSON, or a folder with flow.json and emails/.")
    ],
    slug: Annotated[
        str | None, typer.Option(help="Replace the draft with this slug instead of making a new one.")
    ] = None,
) -> None:
    """Put a flow on the desk as a draft. From a folder its e-mails come along, as copies of its own."""
    from runtime.samples import take

    with opened() as (house, workspace):
        if path.is_dir():
            if slug is not None:
                raise Mistake("--slug replaces one draft; a folder brings a flow and its e-mails. Name its flow.json.")
            sample = read_folder(path)
            print(take(house, workspace, sample, BY, alone=False))
            return
        document = read_json(path)
        name = read_flow(document, str(path)).name or path.stem
        print(put_on_desk(house, workspace, "flow", slug, name, document).slug)


def export(
    slug: Slug,
    to: Annotated[Path | None, typer.Option(help="A folder for the flow and its e-mails.")] = None,
) -> None:
    """Print a draft as JSON, or write it with its e-mails into a folder that flow import reads."""
    with opened() as (house, workspace):
        draft = existing_draft(house, workspace, "flow", slug)
        if to is None:
            print_json(draft.document)
            return
        emails = {block.get("settings", {}).get("email") for block in draft.document.get("blocks", [])} - {None, ""}
        found = {email: house.desk.drafts(workspace).get("email", email) for email in sorted(emails)}
        try:
            (to / "emails").mkdir(parents=True, exist_ok=True)
            _write(to / "flow.json", draft.document)
            for name, email in found.items():
                if email is not None:
                    _write(to / "emails" / f"{name}.json", email.document)
        except OSError as error:
            raise Mistake(f"{to} cannot be written: {error.strerror}.") from None
    print(to)


def schema() -> None:
    """Print the JSON schema of a flow document."""
    from blocks.flow import Flow

    print_json(Flow.model_json_schema())


def _write(file: Path, document: Any) -> None:
    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")
