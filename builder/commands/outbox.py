"""outbox: what is waiting, what went out, what did not and why."""

import dataclasses
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from builder.commands.common import AsJson, Mistake, noun, number_of, opened, print_json, print_list, shown
from runtime.pipe import write_whole

app = noun("outbox", "Messages: waiting, sent, and not sent.")


class State(StrEnum):
    """How a message stands."""

    queued = "queued"
    sending = "sending"
    sent = "sent"
    failed = "failed"
    skipped = "skipped"
    uncertain = "uncertain"
    cancelled = "cancelled"


class Form(StrEnum):
    """What a message is printed as."""

    story = "story"
    html = "html"
    text = "text"
    eml = "eml"


@app.command("list")
def list_(
    state: Annotated[State | None, typer.Option(help="Only these.")] = None,
    find: Annotated[str, typer.Option(help="Part of an address, a subject or a name.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Messages, the newest first."""
    from runtime.delivery import held, outbox, told

    with opened() as (house, workspace):
        on_hold = held(house, workspace)
        with house.ledger.read(workspace) as tx:
            entries = outbox.recent(tx, limit, state=state.value if state else None, find=find)
        rows = [_row(entry) for entry in told(entries, on_hold, house.clock.now())]
    columns = {"id": "Id", "queued": "Queued (UTC)", "state": "State", "to": "To", "subject": "Subject", "why": "Why"}
    print_list(rows, columns, as_json=as_json, empty="No such message." if state or find else "No message yet.")


@app.command()
def show(
    id_: Annotated[int, number_of("From outbox list.")],
    form: Annotated[
        Form, typer.Option("--format", help="story: what became of it; html, text or eml: what it says.")
    ] = Form.story,
    as_json: AsJson = False,
) -> None:
    """One message: every attempt to send it, or what it says."""
    from runtime.delivery import held, outbox, told
    from runtime.mail import HeaderRefused, RenderFailed

    with opened() as (house, workspace), house.ledger.read(workspace) as tx:
        try:
            entry, attempts = outbox.one(tx, id_)
            (entry,) = told([entry], held(house, workspace), house.clock.now())
            said = outbox.said(house, tx, id_) if form in (Form.html, Form.text) else None
            source = outbox.source(house, tx, id_) if form is Form.eml else None
        except outbox.NoSuchMessage:
            raise Mistake(f"There is no message {id_}. The latest: outbox list") from None
        except (RenderFailed, HeaderRefused) as broken:
            raise Mistake(f"Message {id_} is not kept and cannot be made again: {broken}") from None
    if form is not Form.story:
        if said is None and source is None:
            raise Mistake(f"What message {id_} said is not kept any more.")
        if said is not None:
            print(said.rendered.html if form is Form.html else said.rendered.text)
        else:
            write_whole(sys.stdout.buffer, source or b"")
        return
    tries = [dataclasses.asdict(one) for one in attempts]
    if as_json:
        print_json(_row(entry) | {"attempts": tries})
        return
    print(f"{entry.subject or '(not made yet)'}\n  to {entry.to}, {entry.state}{', a test' if entry.test else ''}")
    if why := _why(entry):
        print(f"  {why}")
    rows = [one | {"began": shown(one["at"]), "ended": shown(one["answered_at"])} for one in tries]
    columns = {"number": "Try", "began": "Began (UTC)", "ended": "Answered (UTC)", "carrier": "By", "answer": "Answer"}
    print_list(rows, columns, as_json=False, empty="  Never tried.")


def _row(entry: Any) -> dict[str, Any]:
    return dataclasses.asdict(entry) | {"to": entry.to, "why": _why(entry), "queued": shown(entry.queued_at)}


def _why(entry: Any) -> str:
    from runtime.reasons import reason_phrase
    from runtime.words import words

    return words("en").text(reason_phrase(entry.code, entry.args)) if entry.code else ""
