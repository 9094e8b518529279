"""email: e-mails of the desk, as files and as one contact would get them."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from builder.commands.common import (
    DIGITS,
    AsJson,
    Mistake,
    existing_draft,
    noun,
    opened,
    print_json,
    print_list,
    put_on_desk,
    read_json,
    shown,
)
from builder.commands.person import person
from runtime.pipe import write_whole

if TYPE_CHECKING:
    from runtime.house import House
    from runtime.mail import Brand, EmailDocument, Rendered

app = noun("email", "E-mails that flows send.")
Slug = Annotated[str, typer.Argument(help="The e-mail's slug, from email list.")]


class Form(StrEnum):
    """What a rendered e-mail is printed as."""

    html = "html"
    text = "text"
    eml = "eml"


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All e-mails on the desk."""
    with opened() as (house, workspace):
        rows = [
            {
                "slug": draft.slug,
                "name": draft.name,
                "kind": draft.document.get("kind", "marketing"),
                "subject": draft.document.get("subject", ""),
                "changed_at": draft.changed_at,
                "changed": shown(draft.changed_at),
            }
            for draft in house.desk.drafts(workspace).list("email")
        ]
    columns = {"slug": "Slug", "name": "Name", "kind": "Kind", "subject": "Subject", "changed": "Changed (UTC)"}
    print_list(rows, columns, as_json=as_json, empty="No e-mail yet.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An e-mail as JSON; - reads standard input.")],
    slug: Annotated[
        str | None, typer.Option(help="Replace the draft with this slug instead of making a new one.")
    ] = None,
) -> None:
    """Put an e-mail on the desk as a draft."""
    document = read_json(file)
    name = _read_email(document, str(file)).name or file.stem
    with opened() as (house, workspace):
        print(put_on_desk(house, workspace, "email", slug, name, document).slug)


@app.command()
def export(slug: Slug) -> None:
    """Print an e-mail as JSON."""
    with opened() as (house, workspace):
        print_json(existing_draft(house, workspace, "email", slug).document)


@app.command()
def render(
    slug: Slug,
    contact: Annotated[
        str | None, typer.Option(help="Whose e-mail it is: address, phone or id; else an example.")
    ] = None,
    event: Annotated[
        int | None, typer.Option(help="Id of the event it answers; else an example.", max=10**DIGITS - 1)
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="html, text, or eml: the whole message.")] = Form.html,
) -> None:
    """Print an e-mail as a contact would get it, made by what sends it."""
    from runtime.delivery import preview
    from runtime.engine.publishing.known import brand_of
    from runtime.mail import CompileFailed, HeaderRefused, RenderFailed, TagBroken

    with opened() as (house, workspace):
        document = _read_email(existing_draft(house, workspace, "email", slug).document, slug)
        brand = brand_of(house, workspace)
        who = _contact(house, workspace, contact)
        try:
            rendered = preview(house, workspace, document, brand, who.id if who else None, event)
            said = _eml(house, workspace, document, brand, rendered, who) if form is Form.eml else b""
        except (TagBroken, CompileFailed, RenderFailed, HeaderRefused) as broken:
            raise Mistake(f"{slug} cannot be made: {broken}") from None
    if form is Form.eml:
        write_whole(sys.stdout.buffer, said)
    else:
        print(rendered.html if form is Form.html else rendered.text)


def _read_email(document: Any, where: str) -> "EmailDocument":
    from runtime.mail import DocumentRefused, read_document

    if not isinstance(document, dict):
        raise Mistake(f"{where} is no e-mail: it must be a JSON object.")
    try:
        return read_document(document)
    except DocumentRefused as refused:
        raise Mistake(f"{where} is no e-mail: {' '.join(str(refused).split())}") from None


def _contact(house: "House", workspace: int, wanted: str | None) -> Any:
    if wanted is None:
        return None
    with house.ledger.read(workspace) as tx:
        return person(tx, wanted)


def _eml(
    house: "House", workspace: int, document: "EmailDocument", brand: "Brand", rendered: "Rendered", who: Any
) -> bytes:
    from blocks.values import moment
    from runtime.delivery.letters.press import Press
    from runtime.delivery.preferred import preferred_sender
    from runtime.intake.links import test_unsubscribe_url
    from runtime.mail import compile_email

    press = Press(compile_email(document, brand), brand, document.from_name)
    with house.ledger.read(workspace) as tx:
        sender = press.sender(preferred_sender(tx))
    return press.skeleton(sender).fill(
        rendered,
        to_address=(who.email if who else None) or "dewi@example.com",
        to_name=(who.name if who else None) or "",
        message_id=f"<preview@{sender.domain}>",
        date=moment(house.clock.now()),
        unsubscribe_url=test_unsubscribe_url(house) if press.compiled.marketing else "",
    )
