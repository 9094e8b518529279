"""bounce: mail that came back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from builder.commands.common import Mistake, opened

TRY_AGAIN = 75
"""EX_TEMPFAIL: a mail server that pipes a notification to us keeps it and tries again."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def bounce(
        file: Annotated[
            Path, typer.Argument(metavar="FILE", help="The notification as it arrived; - for standard input.")
        ],
    ) -> None:
        """Take in a delivery status notification (RFC 3464): the message came back.

        For a mail server's alias, which pipes what comes back to it. Mail that is no notification is left alone.
        """
        from runtime.delivery.returned import MOST_BYTES, take_back

        if str(file) == "-":
            notification = sys.stdin.buffer.read(MOST_BYTES)
        else:
            try:
                with file.open("rb") as opened_file:
                    notification = opened_file.read(MOST_BYTES)
            except OSError as error:
                raise Mistake(f"{file} cannot be read: {error.strerror}.") from None
        try:
            with opened() as (house, _):
                found = take_back(house, notification)
        except Mistake as mistake:
            print(mistake, file=sys.stderr)
            raise typer.Exit(TRY_AGAIN) from None
        blocked = " and is not written to any more" if found.suppressed else ""
        print(
            {
                "hard": f"Message {found.message} to {found.address} came back{blocked}: {found.answer}",
                "soft": f"Message {found.message} to {found.address} came back for now: {found.answer}",
                "delayed": f"Message {found.message} has not failed; nothing was changed.",
                "known": f"Message {found.message} had not gone out or has come back already; nothing was changed.",
                "not_ours": "That is about no message of this installation; nothing was changed.",
                "no_report": "That is no delivery status notification; nothing was changed.",
            }[found.outcome]
        )
