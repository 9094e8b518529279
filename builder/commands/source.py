"""source: shops that send their own notices."""

import dataclasses
import sys
from enum import StrEnum
from typing import Annotated

import typer

from builder.commands.common import AsJson, Mistake, noun, number_of, opened, print_json, print_list, shown

app = noun("source", "Shops that send events of their own accord.")


class Kind(StrEnum):
    """Shops we understand."""

    shopify = "shopify"


@app.command()
def add(
    kind: Annotated[Kind, typer.Argument(help="Which kind of shop.")],
    name: Annotated[str, typer.Argument(help="The shop's name.")],
    secret_stdin: Annotated[bool, typer.Option("--secret-stdin", help="Read the secret from standard input.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add a shop: type the secret that it shows for its webhooks, or leave it empty to have one made."""
    from runtime.accounts import sources

    secret = sys.stdin.readline().strip() if secret_stdin else _typed()
    with opened() as (house, workspace):
        source, kept = sources.create(house, workspace, name, secret or None, kind.value)
        address = house.settings.own_url + source.path
    if as_json:
        print_json(dataclasses.asdict(source) | {"address": address} | ({} if secret else {"secret": kept}))
        return
    print(f"Let the shop send its webhooks to {address}")
    if not secret:
        print(f"Its secret, shown now and never again: {kept}")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All shops, the newest first."""
    from runtime.accounts import sources

    with opened() as (house, workspace):
        found = sources.everything(house, workspace)
        own = house.settings.own_url
    rows = [
        dataclasses.asdict(source)
        | {
            "address": own + source.path,
            "state": "removed" if source.revoked_at else "in use",
            "used": shown(source.used_at),
        }
        for source in found
    ]
    columns = {
        "id": "Id",
        "kind": "Kind",
        "name": "Name",
        "address": "Address",
        "state": "State",
        "used": "Last used (UTC)",
    }
    print_list(rows, columns, as_json=as_json, empty='No shop yet. Add one: source add shopify "My shop"')


@app.command()
def remove(id_: Annotated[int, number_of("From source list.")]) -> None:
    """Take nothing from a shop any more, within 5 seconds."""
    from runtime.accounts import sources

    with opened() as (house, workspace):
        if not sources.revoke(house, workspace, id_):
            raise Mistake(f"There is no source {id_} in use. All there are: source list")
    print(f"Source {id_} is removed.")


def _typed() -> str:
    if not sys.stdin.isatty():
        return ""
    return str(typer.prompt("Secret (empty: one is made)", hide_input=True, default="", show_default=False)).strip()
