"""What a run keeps under names for later blocks, rules and e-mails."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from blocks.contract import Block
from blocks.registry import KINDS, read_block


def kept_by(blocks: Iterable[Block]) -> dict[str, Any]:
    """Everything that these blocks keep, by name, with an example of each."""
    return {name: example for block in blocks for name, example in block.keeps().items()}


def kept_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a flow as it stands on the desk, where blocks may be half done."""
    found: list[Block] = []
    for doc in document.get("blocks", ()):
        kind = KINDS.get(doc.get("kind", ""))
        if kind is not None and kind.keeps is not Block.keeps:
            try:
                found.append(read_block(doc["kind"], doc.get("settings", {})))
            except ValidationError:
                continue
    return kept_by(found)
