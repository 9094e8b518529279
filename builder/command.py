"""`cartwheel`, the command line. Each command's own imports wait until it is called: `cartwheel --help` loads nothing."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from builder.commands import bounce, contact, doctor, email, flow, key, outbox, run, segment, source, user
from builder.commands.common import Mistake
from runtime.places import VERSION

app = typer.Typer(
    name="cartwheel",
    help="Draw what a shop should say to whom and when, and let it run. Without a command: up.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for module in (run, doctor, bounce):
    module.register(app)
for module in (flow, email, segment, key, source, contact, outbox, user):
    app.add_typer(module.app)


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"Cartwheel {VERSION}")
        raise typer.Exit


@app.callback()
def everywhere(
    data: Annotated[Path | None, typer.Option(help="Folder for everything that is kept [default: ./data].")] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """Options of every command; they may stand before or after its words."""
    os.umask(0o077)  # whatever makes or writes the data folder: customers' addresses are nobody else's business
    if data is not None:
        os.environ["CARTWHEEL_DATA"] = str(data)


def main(words: list[str] | None = None) -> None:
    """Run one command and exit. What the user can mend is one sentence on standard error, never a stack trace."""
    try:
        app(_data_first(sys.argv[1:] if words is None else words), prog_name="cartwheel")
    except Mistake as mistake:
        print(mistake, file=sys.stderr)
        sys.exit(1)


def _data_first(words: list[str]) -> list[str]:
    """`flow list --data shop` as `--data shop flow list`, which is where Typer looks for it."""
    for place, word in enumerate(words):
        if word == "--":
            break
        if word == "--data":
            return words[place : place + 2] + words[:place] + words[place + 2 :]
        if word.startswith("--data="):
            return [word, *words[:place], *words[place + 1 :]]
    return words


if __name__ == "__main__":
    main()
