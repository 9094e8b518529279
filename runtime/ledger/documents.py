"""Documents as the ledger keeps them."""

from collections.abc import Mapping
from typing import Any

import orjson

from blocks.phrase import dump_arg
from blocks.values import type_document


def in_both_forms(document: Mapping[str, Any]) -> tuple[str, str]:
    """JSON as it was told, and in the typed form that rules compare."""
    return orjson.dumps(document).decode(), orjson.dumps(type_document(document)).decode()


def dump_args(args: Mapping[str, Any]) -> str | None:
    """The arguments of a reason."""
    return orjson.dumps({name: dump_arg(value) for name, value in args.items()}).decode() if args else None
