"""Finds the blocks by listing the families' folders."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any

import blocks as package
from blocks.contract import Block, Timed

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


def read_block(kind: str, settings: Mapping[str, Any], zone: str = "") -> Block:
    """Settings from a flow file as a block. A trigger that time starts comes by clocks in `zone`, the flow's, if it has one.

    Raises KeyError for an unknown kind and pydantic's ValidationError, which names each field, for bad settings.
    """
    block = KINDS[kind].model_validate({**settings, "kind": kind})
    return block.in_zone(zone) if zone and isinstance(block, Timed) else block
