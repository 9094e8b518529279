"""Which flow a command is about."""

from typing import Annotated

import typer

Slug = Annotated[str, typer.Argument(help="The flow's slug, from flow list.")]
