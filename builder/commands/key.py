"""key: what shops and programs show when they send events or ask for data."""

import dataclasses
from enum import StrEnum
from typing import Annotated

import typer

from builder.commands.common import AsJson, Mistake, noun, number_of, opened, print_json, print_list, shown

app = noun("key", "Keys for the API.")


class Kind(StrEnum):
    """What a key is good for."""

    ingest = "ingest"
    api = "api"


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for, such as the name of the shop.")],
    kind: Annotated[
        Kind, typer.Option(help="ingest: may only send events and products; api: may only add contacts to flows.")
    ] = Kind.ingest,
    as_json: AsJson = False,
) -> None:
    """Make a key. Its secret is shown now and never again."""
    from runtime.accounts import keys

    with opened() as (house, workspace):
        key, secret = keys.create(house, workspace, kind.value, name)
    if as_json:
        print_json(dataclasses.asdict(key) | {"secret": secret})
    else:
        print(secret)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All keys, the newest first."""
    from runtime.accounts import keys

    with opened() as (house, workspace):
        found = keys.everything(house, workspace)
    rows = [
        dataclasses.asdict(key)
        | {
            "state": "revoked" if key.revoked_at else "in use",
            "used": shown(key.used_at),
            "created": shown(key.created_at),
        }
        for key in found
    ]
    columns = {
        "id": "Id",
        "kind": "Kind",
        "name": "Name",
        "hint": "Begins",
        "state": "State",
        "used": "Last used (UTC)",
    }
    print_list(rows, columns, as_json=as_json, empty='No key yet. Make one: key create --kind ingest "My shop"')


@app.command()
def revoke(id_: Annotated[int, number_of("From key list.")]) -> None:
    """Make a key useless, within 5 seconds."""
    from runtime.accounts import keys

    with opened() as (house, workspace):
        if not keys.revoke(house, workspace, id_):
            raise Mistake(f"There is no key {id_} in use. All there are: key list")
    print(f"Key {id_} is revoked.")
