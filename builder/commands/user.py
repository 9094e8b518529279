"""user: people who may sign in."""

import dataclasses
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from builder.commands.common import AsJson, Mistake, noun, opened, print_list, shown

if TYPE_CHECKING:
    from runtime.accounts.users import User
    from runtime.house import House

app = noun("user", "People who may sign in.")
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The user's e-mail address.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Everybody who may sign in."""
    from runtime.accounts import users

    with opened() as (house, _):
        rows = [dataclasses.asdict(user) | {"created": shown(user.created_at)} for user in users.everybody(house)]
    columns = {
        "email": "Address",
        "name": "Name",
        "language": "Language",
        "has_password": "Password",
        "created": "Since (UTC)",
    }
    print_list(rows, columns, as_json=as_json, empty="Nobody yet. Add somebody: user add ADDRESS")


@app.command()
def add(
    address: Address,
    name: Annotated[str, typer.Option(help="What to call them on screen.")] = "",
    language: Annotated[str, typer.Option(help="Language of their screens: en, id or th.")] = "en",
    password_stdin: FromStdin = False,
) -> None:
    """Let somebody sign in: with a password typed here, or, without one, by a link (user link ADDRESS)."""
    from runtime.accounts import users
    from runtime.words import LANGUAGES

    if language not in LANGUAGES:
        raise Mistake(f"{language} is no language of the screens; choose one of {', '.join(LANGUAGES)}.")
    password = _password(password_stdin, may_be_empty=True)
    with opened() as (house, _):
        user = users.create(house, address, name, password or None, language)
    print(f"{user.email} may sign in now.")


@app.command()
def password(address: Address, password_stdin: FromStdin = False) -> None:
    """Set a user's password. All their sessions end."""
    from runtime.accounts import users

    with opened() as (house, _):
        user = _user(house, address)
        users.set_password(house, user.id, _password(password_stdin, may_be_empty=False))
    print(f"{user.email} has a new password and is signed out everywhere.")


@app.command()
def rename(
    address: Address, new: Annotated[str, typer.Argument(metavar="NEW", help="Their address from now on.")]
) -> None:
    """Give a user another e-mail address. Their password and their sessions stay."""
    from runtime.accounts import users

    with opened() as (house, _):
        user = _user(house, address)
        users.change(house, user.id, email=new)
        found = users.get(house, user.id)
    print(f"{user.email} is {found.email if found else new} now.")


@app.command()
def remove(address: Address) -> None:
    """Let somebody sign in no more; they are signed out everywhere at once. The last user stays."""
    from runtime.accounts import users

    with opened() as (house, _):
        user = _user(house, address)
        users.remove(house, user.id)
    print(f"{user.email} may not sign in any more and is signed out everywhere.")


@app.command()
def link(
    address: Annotated[
        str | None, typer.Argument(metavar="[ADDRESS]", help="Whom it lets in; else the first user.")
    ] = None,
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long it can be used.")] = 30,
) -> None:
    """Print a link that signs in once, without a password."""
    from runtime.accounts import links, users

    with opened() as (house, _):
        user = users.first(house) if address is None else _user(house, address)
        token = links.make(house, user.id, minutes)
        base = house.settings.own_url
    print(f"{base}/sign-in/{token}")


def _user(house: "House", address: str) -> "User":
    from runtime.accounts import users

    user = users.by_email(house, address)
    if user is None:
        raise Mistake(f"There is no user {address}. All there are: user list")
    return user


def _password(from_stdin: bool, *, may_be_empty: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        if may_be_empty:
            return ""
        raise Mistake("Type the password in a terminal, or pass it with --password-stdin.")
    words = "Password (empty: signs in by link only)" if may_be_empty else "New password"
    typed: str = typer.prompt(words, hide_input=True, default="" if may_be_empty else None, show_default=False)
    if typed and typer.prompt("The same again", hide_input=True) != typed:
        raise Mistake("The two are not the same; nothing was changed.")
    return typed
