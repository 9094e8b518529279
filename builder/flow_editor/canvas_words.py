"""The words that the canvas itself says. The same table as in `static/canvas/src/words.js`, held to it by a test."""

import re

from runtime.words import Words

WORDS = {
    "canvas": "Flow",
    "canvasHelp": "Tab walks the Blocks, arrow keys follow the links, Enter opens a Block.",
    "blocks": "Blocks",
    "findBlock": "Find a Block",
    "foundBlocks": "Blocks found: {count}",
    "noBlockFound": "No Block found. Try another word.",
    "addBlock": "Add a Block",
    "addBetween": "Add a Block between {from} and {to}",
    "addAfter": "Add a Block after {from}",
    "addAfterOutlet": "Add a Block after {from}, {outlet}",
    "leadTo": "Lead to another Block",
    "leadToTitle": "Blocks in this Flow",
    "back": "Back",
    "removeLink": "Remove this link",
    "close": "Close",
    "zoom": "Zoom",
    "zoomIn": "Zoom in",
    "zoomOut": "Zoom out",
    "fit": "Fit the whole Flow",
    "map": "Map of the Flow",
    "addNote": "Add a note",
    "note": "Note",
    "noteHint": "Write a note",
    "exitRule": "Exit rule",
    "exitRules": "Exit rules",
    "addExit": "Add an exit rule",
    "lostOutlet": "No longer used",
    "emptyTitle": "Start with a trigger",
    "emptyText": "Choose what lets people into this Flow.",
    "chooseTrigger": "Choose a trigger",
    "problem": "Problem:",
    "warning": "Warning:",
    "saidAdded": "{block} added.",
    "saidAddedBetween": "{block} added between {from} and {to}.",
    "saidAddedAfter": "{block} added after {from}.",
    "saidLinked": "{from} now leads to {to}.",
    "saidUnlinked": "Link removed.",
    "saidNoLink": "A link cannot lead into a trigger, nor back into the Block it comes from.",
    "holdToMove": "Hold a Block to move it.",
    "saidMoved": "Moved.",
    "saidDeleted": "{block} deleted.",
    "saidDeletedMany": "{count} deleted.",
    "saidSelected": "{count} selected.",
    "saidCopied": "Copied: {count}.",
    "saidPasted": "Pasted: {count}.",
    "saidDuplicated": "Duplicated: {count}.",
    "saidTidied": "Tidied up.",
    "saidUndone": "Undone.",
    "saidRedone": "Done again.",
    "saidRestored": "Changes that had not been saved are back.",
}
_PLACE = re.compile(r"\{(\w+)\}")


def canvas_words(w: Words) -> dict[str, str]:
    """All of them in the reader's language, their places still open."""
    return {key: w(text, **{name: f"{{{name}}}" for name in _PLACE.findall(text)}) for key, text in WORDS.items()}
