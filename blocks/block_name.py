"""What a block is called within a sentence."""

from pydantic import ValidationError

from blocks.contract import Block, Known, Send
from blocks.flow import BlockDoc
from blocks.phrase import Phrase, Quoted, say
from blocks.registry import KINDS, read_block


def block_name(doc: BlockDoc, known: Known) -> Phrase:
    """A block within a sentence: what kind it is and what it says."""
    if doc.kind not in KINDS:
        return say("{name}", name=Quoted(doc.kind))
    model, block = KINDS[doc.kind], read_if_whole(doc)
    title = Phrase(model.card.title)
    if block is None:
        return title
    if isinstance(block, Send):
        return say("{kind} {says}", kind=title, says=block.say(known))
    if model.card.family == "split":
        return say("{kind} ({says})", kind=title, says=block.say(known))
    return block.say(known)


def read_if_whole(doc: BlockDoc) -> Block | None:
    """The block; None if its settings are half done, or its kind is not known here."""
    try:
        return read_block(doc.kind, doc.settings)
    except (KeyError, ValidationError):
        return None
