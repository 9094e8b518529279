"""Finds the blocks by listing the families' folders."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any

import blocks as package
from blocks.contract import Block

FAMILIES = ("triggers", "timing", "splits", "sends", "actions")


def _found() -> Iterator[type[Block]]:
    for family in FAMILIES:
        folder = importlib.import_module(f"{package.__name__}.{family}")
        for entry in pkgutil.iter_modules(folder.__path__):
            module = importlib.import_module(f"{folder.__name__}.{entry.name}")
            for thing in vars(module).values():
                if isinstance(thing, type) and issubclass(thing, Block) and thing.__module__ == module.__name__:
                    yield thing


KINDS: Mapping[str, type[Block]] = {block.model_fields["kind"].default: block for block in _found()}
"""Every block by its kind, the word that stands in flow files and never changes."""


def read_block(kind: str, settings: Mapping[str, Any]) -> Block:
    """Settings from a flow file as a block.

    Raises KeyError for an unknown kind and pydantic's ValidationError, which names each field, for bad settings.
    """
    return KINDS[kind].model_validate({**settings, "kind": kind})
