"""What the messages of a flow say: the merge tags of its notices, and whether what they read of the run is kept before."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from blocks import read_block
from blocks.actions.notify_team import NotifyTeam
from blocks.contract import Block, Known, Problem, Send
from blocks.flow import Flow
from blocks.phrase import Quoted, say
from runtime.mail import DocumentRefused, TagBroken, read_document, tags_in, tags_of

_ROOTS = frozenset({"contact", "event", "run", "cart", "shop"})


def check_written(document: Flow, emails: Mapping[str, Mapping[str, Any]], known: Known) -> Iterator[Problem]:
    """Problems of what the blocks of a flow send, besides those of each e-mail itself. `emails` are those of the desk."""
    blocks = dict(_readable(document))
    before = _kept_before(document, blocks)
    for id_, block in blocks.items():
        if isinstance(block, NotifyTeam):
            yield from _notice(id_, block, before[id_], known)
        elif isinstance(block, Send) and block.document() in emails:
            try:
                paths = tags_of(read_document(emails[block.document()]))
            except (DocumentRefused, TagBroken):
                continue  # said of the e-mail itself
            yield from _not_kept(id_, "email", paths, before[id_])


def _notice(id_: str, block: NotifyTeam, kept: set[str], known: Known) -> Iterator[Problem]:
    for field, text in (("subject", block.subject), ("text", block.text)):
        try:
            paths = tags_in(text)
        except TagBroken as wrong:
            yield Problem("tag_broken", wrong.phrase, block=id_, field=field)
            continue
        for path in paths:
            root, _, name = path.partition(".")
            own = known.contact_fields
            if root not in _ROOTS or not name:
                yield Problem("unknown_field", say("There is no field {field}", field=Quoted(path)), "bad", id_, field)
            elif root == "contact" and own and name not in own | _COLUMNS:
                yield Problem("unknown_field", say("There is no field {field}", field=Quoted(path)), "warn", id_, field)
        yield from _not_kept(id_, field, paths, kept)


_COLUMNS = frozenset({"email", "phone", "name", "tags", "first_name"})


def _not_kept(id_: str, field: str, paths: list[str], kept: set[str]) -> Iterator[Problem]:
    for name in sorted({path.split(".")[1] for path in paths if path.startswith("run.")} - kept):
        text = say(
            "It shows {field}, which no Block before it keeps. Nothing will stand there.", field=Quoted(f"run.{name}")
        )
        yield Problem("never_kept", text, "warn", id_, field)


def _readable(document: Flow) -> Iterator[tuple[str, Block]]:
    for doc in document.blocks:
        try:
            yield doc.id, read_block(doc.kind, doc.settings)
        except (KeyError, ValidationError):
            continue


def _kept_before(document: Flow, blocks: Mapping[str, Block]) -> dict[str, set[str]]:
    """For each block the names that a run may have kept when it comes there."""
    onward: dict[str, list[str]] = defaultdict(list)
    for link in document.links:
        onward[link.from_].append(link.to)
    found: dict[str, set[str]] = defaultdict(set)
    for id_, block in blocks.items():
        names, todo, seen = set(block.keeps()), [id_], set[str]()
        while names and todo:
            for target in onward[todo.pop()]:
                if target not in seen:
                    seen.add(target)
                    found[target] |= names
                    todo.append(target)
    return found
