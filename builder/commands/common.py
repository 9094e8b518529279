"""What every command does alike: open the installation, print a list, and excuse itself in one sentence."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

if TYPE_CHECKING:
    from blocks.flow import Flow
    from runtime.desk import Draft, Kind
    from runtime.house import House
    from runtime.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Row = Mapping[str, Any]
BY = "command line"
"""Who it was, where a command changes something."""
DIGITS = 18
"""No number of ours has more, and the databases hold not many more."""
DEEPEST = 100
"""Levels to which objects and lists may be nested in a document."""


def number_of(what: str, metavar: str = "ID") -> Any:
    """An argument that is an id, or the number of a version."""
    return typer.Argument(metavar=metavar, help=what, max=10**DIGITS - 1)


class Mistake(Exception):
    """What the user can mend; the message is one sentence. Ends the command with exit code 1."""


@contextmanager
def opened() -> Iterator[tuple["House", int]]:
    """The installation of the data folder and the number of its shop. What the user can mend is raised as Mistake."""
    from runtime.accounts import workspaces
    from runtime.accounts.refused import Refused
    from runtime.desk.file import DeskDamaged
    from runtime.house import open_house
    from runtime.ledger import CannotMigrate, SchemaTooNew
    from runtime.process import database_trouble
    from runtime.settings import BadSetting, load_settings
    from runtime.vault import CannotDecrypt
    from runtime.words import words

    try:
        house = open_house(_as_running(load_settings()))
        try:
            yield house, workspaces.first(house)
        finally:
            house.close()
    except (BadSetting, SchemaTooNew, CannotMigrate, DeskDamaged, CannotDecrypt) as mistake:
        raise Mistake(str(mistake)) from None
    except Refused as refused:
        raise Mistake(words("en").text(refused.phrase)) from None
    except PermissionError as error:
        raise Mistake(f"{error.filename} belongs to another user of this machine: {error.strerror}.") from None
    except Exception as error:
        if (trouble := database_trouble(error)) is None:
            raise
        raise Mistake(str(trouble)) from None


def _as_running(settings: "Settings") -> "Settings":
    """The settings with the address of the web process of this data folder, if it runs: addresses that a command prints
    lead there. --port may have chosen another port, and this terminal need not know the public address."""
    if settings.base_url:
        return settings
    try:
        address = str(json.loads((settings.data / "running.lock").read_text("utf-8") or "null")["address"])
        parts = urlsplit(address)
        # An address that it only listens on is no public one: what publishing says about that stays true.
        listens = parts.scheme == "http" and parts.hostname is not None and parts.port is not None
        found = {"host": parts.hostname, "port": parts.port} if listens else {"base_url": address}
    except (OSError, ValueError, TypeError, KeyError):
        return settings
    return settings.model_copy(update=found)


def shown(us: int | None) -> str:
    """An instant (UTC microseconds) for a table, in UTC; "" for none."""
    return datetime.fromtimestamp(us / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S") if us is not None else ""


def print_list(rows: Iterable[Row], columns: Mapping[str, str], *, as_json: bool, empty: str) -> None:
    """Rows as a table with `columns` (key to heading), or whole as JSON; `empty` is said where there are none."""
    found = list(rows)
    if as_json:
        print_json(found)
    elif not found:
        print(empty)
    else:
        _table(columns, ([_cell(row.get(key)) for key in columns] for row in found))


def print_json(value: Any) -> None:
    """A value as JSON, with its own letters."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _table(columns: Mapping[str, str], rows: Iterable[list[str]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    # Into a file or a pipe the whole text goes, however wide.
    Console(width=None if sys.stdout.isatty() else 400, highlight=False).print(table)


def put_on_desk(house: "House", workspace: int, kind: "Kind", slug: str | None, name: str, document: Any) -> "Draft":
    """A draft in place of the one with this slug, else a new one."""
    drafts, now = house.desk.drafts(workspace), house.clock.now()
    if slug:
        return drafts.put(kind, slug, name, document, BY, now)
    return drafts.create(kind, name, document, BY, now)


def existing_draft(house: "House", workspace: int, kind: Any, slug: str) -> "Draft":
    """A draft of the desk. Raises Mistake if there is none."""
    draft = house.desk.drafts(workspace).get(kind, slug)
    if draft is None:
        raise Mistake(f"There is no {kind} {slug}. All there are: {kind} list")
    return draft


def read_text(file: Path) -> str:
    """The text in a file, or on standard input for "-". Raises Mistake."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except OSError as error:
        raise Mistake(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Mistake(f"{file} is not text in UTF-8.") from None


def read_json(file: Path) -> Any:
    """The JSON in a file, or on standard input for "-". Raises Mistake."""
    from runtime.intake.reading import nested_within

    text = read_text(file)
    too_deep = Mistake(f"{file} is nested in more than {DEEPEST} levels, which nothing of ours is.")
    whole, finite = partial(_whole, file), partial(_finite, file)
    try:
        found = json.loads(text, parse_constant=_no_number, parse_int=whole, parse_float=finite)
    except RecursionError:
        raise too_deep from None
    except ValueError as error:
        raise Mistake(f"{file} is not JSON: {error}.") from None
    if not nested_within([found], DEEPEST + 1):
        raise too_deep
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"it has no {name}, write a number")


def _whole(file: Path, digits: str) -> int:
    if len(digits) > DIGITS:
        raise _too_large(file, digits)
    return int(digits)


def _finite(file: Path, digits: str) -> float:
    if isinf(number := float(digits)):
        raise _too_large(file, digits)
    return number


def _too_large(file: Path, digits: str) -> Mistake:
    return Mistake(f"{file} has a number that is too large to be kept: {digits[:30]}.")


def read_flow(document: Any, where: str) -> "Flow":
    """The flow in a document. Raises Mistake, which names the first thing that is wrong and where it is."""
    from pydantic import ValidationError

    from blocks.examples import place_in_words
    from blocks.flow import Flow
    from builder.commands.refused import refused

    try:
        return Flow.model_validate(document)
    except ValidationError as wrong:
        error = wrong.errors(include_url=False)[0]
        place = place_in_words(document, error["loc"]) or "the document"
        raise Mistake(f"{where} is no flow: {place}: {refused(error)}.") from None


@contextmanager
def progress(what: str) -> Iterator[Callable[[float], None]]:
    """A bar on the terminal, moved by the share that is done (0 to 1)."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def noun(name: str, about: str) -> typer.Typer:
    """A group of commands about one thing."""
    return typer.Typer(name=name, help=about, no_args_is_help=True, rich_markup_mode=None)
