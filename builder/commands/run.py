"""up, web, worker: the commands that run until they are stopped."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from builder.commands.common import Mistake, opened, progress
from runtime.places import ROOT

Host = Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1; 0.0.0.0 for every one].")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one [default: 8080].")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="All other commands: ./run help")(up)
    app.command()(demo)
    app.command()(web)
    app.command()(worker)


def up(
    host: Host = None,
    port: Port = None,
    data: Annotated[Path | None, typer.Option(help="Folder for everything that is kept [default: ./data].")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Furnish an empty installation with the demo shop.")] = False,
    browser: Annotated[bool, typer.Option(help="Open the browser when ready.")] = True,
    link: Annotated[bool, typer.Option(help="Print a link that signs in once.")] = True,
) -> None:
    """Start Cartwheel: the web process and the worker, until Ctrl-C."""
    words = [word for word, wanted in (("--demo", demo), ("--browser", browser), ("--link", link)) if wanted]
    _become("builder.up", words, host=host, port=port, data=data)


def demo() -> None:
    """Furnish an empty installation with the demo shop: 60 days of a tea shop, lived through by the real engine."""
    from runtime.demo import fill
    from runtime.demo.fill import NotEmpty

    with opened() as (house, _):
        try:
            with progress("Living through the last 60 days of the demo shop") as said:
                fill(house, said)
        except NotEmpty:
            raise Mistake(
                "There are events here already; the demo shop moves into an empty data folder only."
            ) from None


def web(host: Host = None, port: Port = None) -> None:
    """Run the web process alone: pages, intake and public links."""
    _become("builder.web", [], host=host, port=port)


def worker() -> None:
    """Run the worker alone: it works off events and sends messages."""
    _become("runtime.worker", [])


def _become(module: str, words: list[str], **options: Any) -> NoReturn:
    """Go on as another program, so that what the command line has loaded takes no memory while that one runs."""
    from runtime.settings import BadSetting, load_settings

    try:
        settings = load_settings(**options)
    except BadSetting as wrong:
        raise Mistake(str(wrong)) from None
    sys.stdout.flush()
    environment = os.environ | settings.environment() | {"PYTHONPATH": str(ROOT)}
    os.execve(sys.executable, [sys.executable, "-P", "-m", module, *words], environment)  # noqa: S606 - this Python
