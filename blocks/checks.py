"""What is wrong with a flow. The same checks run while drawing and again at publishing; each points to its block."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from blocks.block_name import block_name
from blocks.contract import Block, Farewell, Known, Problem, Send, Trigger
from blocks.flow import BlockDoc, Flow
from blocks.keeping import kept_by
from blocks.offered import Offered
from blocks.phrase import Quoted, say
from blocks.registry import KINDS, read_block
from blocks.rule_problems import RUN_EVENT, field_problems, rule_problems
from blocks.rules import everybody

HOLDS = frozenset({"timing"})
"""Families whose blocks let time pass, so that a cycle through one of them does not spin."""


def check(flow: Flow, known: Known) -> list[Problem]:
    """Every problem of `flow`, blocks in their order. An empty list or only warnings: it may be published."""
    read = [(doc.id, *_read(doc)) for doc in flow.blocks]
    blocks = {id_: block for id_, block, _ in read if block is not None}
    known = replace(
        _with_run_event(seen_from(known, flow), blocks.values()),
        kept=kept_by(blocks.values()),
        run_key=flow.entry.key,
    )
    found: list[Problem] = []
    for id_, block, problems in read:
        found += problems
        if block is not None:
            found += [_at(id_, problem) for problem in block.problems(known)]
        if isinstance(block, Trigger):
            found += _entry_key(flow.entry.key, known, id_, block)
        if isinstance(block, Offered) and not flow.entry.key:
            text = say(
                "Say in the Flow’s settings that there is one Run for each product_id. Else a second product finds the "
                "Contact inside already."
            )
            found.append(Problem("no_product_key", text, "warn", id_))
    found += _shape(flow, blocks, known)
    found += _exits(flow, known)
    found += _examples(flow)
    return found


def _examples(flow: Flow) -> Iterator[Problem]:
    ids = {doc.id for doc in flow.blocks}
    for example in flow.examples:
        if not set(example.blocks()) <= ids:
            text = say(
                "The example {name} speaks of a Block that is not there any more. Change the example, or remove it.",
                name=Quoted(example.name),
            )
            yield Problem("example_lost", text, "warn", field="examples")


def _exits(flow: Flow, known: Known) -> Iterator[Problem]:
    names = Counter(leave.name for leave in flow.exits if leave.name)
    for leave in flow.exits:
        if leave.rule is None:
            yield from rule_problems(leave.where, known, event=leave.event, field="exits")
            yield from field_problems(leave.key, known, event=leave.event, field="exits")
            continue
        yield from rule_problems(leave.rule, known, event=RUN_EVENT, field="exits")
        if everybody(leave.rule):
            text = say("An exit rule without a condition lets everybody leave at once. Add a condition, or remove it.")
            yield Problem("exit_for_all", text, field="exits")
    for name, count in names.items():
        if count > 1:
            text = say("Two exit rules have the name {name}. Give each its own.", name=Quoted(name))
            yield Problem("two_exits", text, field="exits")


def seen_from(known: Known, flow: Flow) -> Known:
    """Knows, too, by whose clocks this flow goes, and which of its blocks send what; nothing for one that is half done."""
    sends = {doc.id: _sent(doc) for doc in flow.blocks if issubclass(KINDS.get(doc.kind, Block), Send)}
    return replace(known, sends=sends, zone=flow.zone)


def _sent(doc: BlockDoc) -> str:
    try:
        block = read_block(doc.kind, doc.settings)
    except ValidationError:
        return ""
    return block.document() if isinstance(block, Send) else ""


def _with_run_event(known: Known, blocks: Iterable[Block]) -> Known:
    """Knows, too, what the event brings on which a run stands: what has been seen of those that start the flow. Nothing
    if one of them has never happened."""
    names = {name for block in blocks if isinstance(block, Trigger) for name in block.listens_to()}
    if not names or not all(known.events.get(name) for name in names):
        return known
    fields = frozenset[str]().union(*(known.events[name] for name in names))
    return replace(known, events={**known.events, RUN_EVENT: fields})


def _entry_key(key: str, known: Known, block: str, trigger: Trigger) -> Iterator[Problem]:
    """A property that is to tell runs apart and never came: all events would count as of one cart."""
    for name in trigger.listens_to():
        if field_problems(key, known, event=name, field=""):
            text = say(
                "{event} has never come with the field {name}, which is to tell Runs apart. "
                "Check it in the settings of the Flow.",
                event=Quoted(name),
                name=Quoted(key),
            )
            yield Problem("unknown_key", text, "warn", block, "event")


def _read(doc: BlockDoc) -> tuple[Block | None, list[Problem]]:
    if doc.kind not in KINDS:
        text = say("There is no Block of the kind {kind}. Remove it.", kind=Quoted(doc.kind))
        return None, [Problem("unknown_kind", text, block=doc.id)]
    try:
        return read_block(doc.kind, doc.settings), []
    except ValidationError as wrong:
        return None, [_setting(doc, error) for error in wrong.errors()]


def _setting(doc: BlockDoc, error: Mapping[str, Any]) -> Problem:
    # The first part of the way to the error is the setting that the form shows; the rest is inside its rule or list.
    field = str(error["loc"][0]) if error["loc"] else "settings"
    model = KINDS[doc.kind]
    title = (model.model_fields[field].title if field in model.model_fields else None) or field
    match error["type"]:
        case "missing" | "string_too_short":
            text = say("{field}: fill this in", field=say_title(title))
        case "greater_than_equal":
            text = say("{field}: must be {least} or more", field=say_title(title), least=_limit(error))
        case "greater_than":
            text = say("{field}: must be more than {least}", field=say_title(title), least=_limit(error))
        case "less_than_equal" | "less_than":
            text = say("{field}: must be {most} or less", field=say_title(title), most=_limit(error))
        case "too_short":
            text = say("{field}: {least} at least", field=say_title(title), least=error["ctx"]["min_length"])
        case "too_long":
            text = say("{field}: {most} at most", field=say_title(title), most=error["ctx"]["max_length"])
        case "extra_forbidden":
            text = say("{field}: this Block has no such setting", field=str(error["loc"][-1]))
        case "value_error":
            text = say("{field}: {wrong}", field=say_title(title), wrong=say_title(str(error["ctx"]["error"])))
        case _ if isinstance(error["input"], str | int | float):
            value = Quoted(str(error["input"])[:80])
            text = say("{field}: {value} does not fit here", field=say_title(title), value=value)
        case _:
            text = say("{field}: this does not fit here", field=say_title(title))
    return Problem("bad_setting", text, block=doc.id, field=field)


def say_title(msgid: str) -> Any:
    """A title or an error's text, which is a message id of its own, found in the models rather than by `say`."""
    return say(msgid)


def _limit(error: Mapping[str, Any]) -> Any:
    return next(iter(error.get("ctx", {}).values()), "")


def _at(block: str, problem: Problem) -> Problem:
    return Problem(problem.code, problem.phrase, problem.level, block, problem.field)


def _shape(flow: Flow, blocks: Mapping[str, Block], known: Known) -> Iterator[Problem]:
    ids = {doc.id for doc in flow.blocks}
    for twice, count in Counter(doc.id for doc in flow.blocks).items():
        if count > 1:
            yield Problem("same_id", say("Two Blocks have the id {id}", id=Quoted(twice)), block=twice)
    triggers = [doc.id for doc in flow.blocks if _is_trigger(doc)]
    if not any(_lets_in(doc) for doc in flow.blocks):
        yield Problem("no_trigger", say("Add a trigger: it says when the Flow starts"))
    yield from _links(flow, blocks, ids)
    yield from _farewells(flow, blocks)
    yield from _followed(flow, blocks)
    yield from _kept_twice(flow, blocks, known)
    reached = flow.onward(*triggers)
    for doc in flow.blocks:
        if triggers and doc.id not in reached:
            yield Problem("unreachable", say("Nothing leads here"), block=doc.id)
        if _is_trigger(doc) and not _leads_on(flow, doc.id):
            yield Problem("goes_nowhere", say("Nothing happens after this. Add a Block."), block=doc.id)
    for block in _spinning(flow, blocks):
        yield Problem(
            "spins", say("This goes round in a circle without waiting. Add a Wait to the circle."), block=block
        )


def _links(flow: Flow, blocks: Mapping[str, Block], ids: set[str]) -> Iterator[Problem]:
    used: Counter[tuple[str, str]] = Counter()
    for link in flow.links:
        if link.from_ not in ids or link.to not in ids:
            lost = link.from_ if link.from_ in ids else link.to
            text = say("A link leads to a Block that is not there. Draw it again.")
            yield Problem("loose_link", text, block=lost if lost in ids else "")
            continue
        used[link.from_, link.outlet] += 1
        source, target = blocks.get(link.from_), blocks.get(link.to)
        if source is not None and link.outlet not in {outlet.id for outlet in source.outlets()}:
            text = say("A link begins at a way out that is no longer there. Remove it, or draw it from another one.")
            yield Problem("no_outlet", text, block=link.from_)
        if isinstance(target, Trigger):
            yield Problem("into_trigger", say("Nothing can lead into a trigger"), block=link.to)
    for (source_id, outlet_id), count in used.items():
        if count > 1:
            text = say("The way out {outlet} leads to two Blocks. Keep one.", outlet=Quoted(outlet_id))
            yield Problem("two_links", text, block=source_id)
    for block_id, block in blocks.items():
        outlets = block.outlets()
        loose = [outlet for outlet in outlets if (block_id, outlet.id) not in used]
        if len(outlets) > 1 and len(loose) == len(outlets):
            both = say("Both ways end here. Add a Block to one of them.")
            every = say("All ways end here. Add a Block to one of them.")
            yield Problem("loose_outlets", both if len(outlets) == 2 else every, "warn", block_id)


def _farewells(flow: Flow, blocks: Mapping[str, Block]) -> Iterator[Problem]:
    ways = {leave.called for leave in flow.exits}
    seen: set[str] = set()
    for block_id, block in blocks.items():
        if not isinstance(block, Farewell):
            continue
        if not ways or (block.event and block.event not in ways):
            text = say("Nobody leaves like this. Say in the Flow’s settings when people leave.")
            yield Problem("nobody_leaves", text, "warn", block_id, "event")
        if block.event in seen:
            text = say("Another Block takes those who leave like this already. Keep one.")
            yield Problem("two_farewells", text, block=block_id, field="event")
        seen.add(block.event)


def _followed(flow: Flow, blocks: Mapping[str, Block]) -> Iterator[Problem]:
    """Blocks that look at the message of one that nobody can have passed before."""
    for block_id, block in blocks.items():
        for sender in block.follows():
            if sender in blocks and block_id not in flow.onward(sender) - {sender}:
                text = say("The Block whose Message this looks at does not come before it.")
                yield Problem("message_later", text, "warn", block_id, "message")


def _kept_twice(flow: Flow, blocks: Mapping[str, Block], known: Known) -> Iterator[Problem]:
    """Two blocks on one way that keep under the same name. On ways that exclude each other it is meant so: what comes after
    them finds one or the other."""
    docs = {doc.id: doc for doc in flow.blocks}
    names = {id_: set(block.keeps()) for id_, block in blocks.items() if block.keeps()}
    onward = {id_: flow.onward(id_) for id_ in names}
    for first, second in combinations(names, 2):
        before, after = (first, second) if second in onward[first] else (second, first)
        if after not in onward[before]:
            continue
        for name in sorted(names[first] & names[second]):
            text = say(
                "Two Blocks on one way keep something under the name {name}: {first}, and {second}. What the later one keeps "
                "takes the place of the other. Give one of them another name.",
                name=Quoted(name),
                first=block_name(docs[before], known),
                second=block_name(docs[after], known),
            )
            yield Problem("kept_twice", text, "warn", after, "name")


def _lets_in(doc: BlockDoc) -> bool:
    return _is_trigger(doc) and not issubclass(KINDS[doc.kind], Farewell)


def _is_trigger(doc: BlockDoc) -> bool:
    kind = KINDS.get(doc.kind)
    return kind is not None and issubclass(kind, Trigger)


def _leads_on(flow: Flow, block: str) -> bool:
    return any(link.from_ == block for link in flow.links)


def _spinning(flow: Flow, blocks: Mapping[str, Block]) -> list[str]:
    """Blocks on a cycle in which nothing holds the contact: peel off all that can be left until only cycles remain."""
    rushing = {doc.id for doc in flow.blocks if doc.id in blocks and blocks[doc.id].card.family not in HOLDS}
    ways = {(link.from_, link.to) for link in flow.links if link.from_ in rushing and link.to in rushing}
    while True:
        onward = {source for source, _ in ways}
        inward = {target for _, target in ways}
        kept = {(source, target) for source, target in ways if target in onward and source in inward}
        if kept == ways:
            return [doc.id for doc in flow.blocks if doc.id in onward]
        ways = kept
