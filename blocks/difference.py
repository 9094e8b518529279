"""How a flow differs from an earlier state of it, in words: between two versions, or a draft and what is live.

Only what somebody in the flow would notice, and what its examples hold it to: where cards stand and what notes say is no
difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from blocks.block_name import block_name, read_if_whole
from blocks.checks import seen_from
from blocks.clocks import place_name
from blocks.contract import Known
from blocks.examples import Example
from blocks.flow import BlockDoc, Conversion, Exit, Flow
from blocks.pauses import Pause
from blocks.phrase import Day, Joined, Phrase, Quoted, say
from blocks.registry import KINDS
from blocks.rule_difference import rule_difference
from blocks.rule_words import readable, say_rule
from blocks.setting_difference import lengths, longer, setting_differences

What = Literal["added", "removed", "changed", "email", "links", "flow"]
PRIORITIES = (say("Very low"), say("Low"), say("Normal"), say("High"), say("Very high"))
"""What each priority from 1 to 5 is called."""
AGAIN: Mapping[str, Phrase] = {
    "always": say("As often as it happens"),
    "once_each": say("Once for each cart, order or whatever has a Run"),
    "after_days": say("Again after some days"),
    "never": say("Never: everyone gets it once"),
}
"""What each choice of how often somebody may come in is called."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `block` is the block's id, "" for the flow itself; `said` is a sentence without a full stop."""

    what: What
    block: str
    said: Phrase


def differences(before: Flow, after: Flow, known: Known) -> list[Difference]:
    """Every difference: blocks that came, went and changed, ways that lead elsewhere, then the flow's own settings."""
    sends = {**seen_from(known, before).sends, **seen_from(known, after).sends}
    known = replace(known, zone=after.zone, sends=sends)
    return [
        *_of_blocks(before, after, known),
        *(Difference("flow", "", said) for said in _of_the_flow(before, after, known)),
    ]


def _of_blocks(before: Flow, after: Flow, known: Known) -> Iterator[Difference]:
    old, new = {doc.id: doc for doc in before.blocks}, {doc.id: doc for doc in after.blocks}
    for id_, doc in new.items():
        if id_ not in old:
            yield Difference("added", id_, say("Added: {block}", block=block_name(doc, known)))
    for id_, doc in old.items():
        if id_ not in new:
            yield Difference("removed", id_, say("Removed: {block}", block=block_name(doc, known)))
    for id_, doc in new.items():
        if (was := old.get(id_)) is None:
            continue
        if (said := _of_a_block(was, doc, known)) is not None:
            yield Difference("changed", id_, said)
        for leads in _leads_elsewhere(before, after, doc, old, new, known):
            yield Difference("links", id_, leads)


def _of_a_block(was: BlockDoc, doc: BlockDoc, known: Known) -> Phrase | None:
    if was.kind != doc.kind:
        return say("{before} became {after}", before=block_name(was, known), after=block_name(doc, known))
    before, after = read_if_whole(was), read_if_whole(doc)
    name = block_name(was, known)
    if before is None or after is None:
        return None if was.settings == doc.settings else say("Changed: {block}", block=name)
    found = setting_differences(before, after, known)
    if not found:
        return None
    first = next((name for name in type(after).model_fields if name != "kind"), "")
    then, now = lengths(before, first), lengths(after, first)
    if then is not None and now is not None and then != now and len(found) == 1:
        # A block that is a length of time and little else: its title says which.
        args = {"block": Phrase(KINDS[doc.kind].card.title), "before": then, "after": now}
        if longer(then, now):
            return say("{block} lengthened from {before} to {after}", **args)
        return say("{block} shortened from {before} to {after}", **args)
    return say("{block}: {changes}", block=name, changes=Joined(tuple(found)))


def _leads_elsewhere(
    before: Flow,
    after: Flow,
    doc: BlockDoc,
    old: Mapping[str, BlockDoc],
    new: Mapping[str, BlockDoc],
    known: Known,
) -> Iterator[Phrase]:
    """Ways between two blocks that stay and go elsewhere; what comes or goes in between is said for itself."""
    names = {outlet.id: outlet.name for outlet in KINDS[doc.kind].ways_out(doc.settings)} if doc.kind in KINDS else {}
    for outlet in dict.fromkeys(outlet for source, outlet in (*before.ways, *after.ways) if source == doc.id):
        was, now = before.ways.get((doc.id, outlet)), after.ways.get((doc.id, outlet))
        if was == now or (was is not None and was not in new) or (now is not None and now not in old):
            continue
        block, way = block_name(doc, known), names.get(outlet)
        if way is not None and way.msgid:
            block = say("{block}, “{way}”", block=block, way=way)
        if now is None:
            yield say("{block} leads nowhere now", block=block)
        else:
            yield say("{block} now leads to: {next}", block=block, next=block_name(new[now], known))


def _of_the_flow(before: Flow, after: Flow, known: Known) -> Iterator[Phrase]:
    if before.name != after.name:
        yield say("Renamed from {before} to {after}", before=Quoted(before.name), after=Quoted(after.name))
    yield from _of_entry(before, after)
    yield from _of_exits(before.exits, after.exits, known)
    if before.conversion != after.conversion:
        yield _of_conversion(after.conversion)
    if before.zone != after.zone:
        yield _of_zone(after.zone)
    if before.priority != after.priority:
        args = {"before": PRIORITIES[before.priority - 1], "after": PRIORITIES[after.priority - 1]}
        yield say("Priority from {before} to {after}", **args)
    yield from _of_pauses(before.pauses, after.pauses)
    yield from _of_examples(before.examples, after.examples)
    if before.hold_out != after.hold_out:
        yield say("Holds out {after}% instead of {before}%", before=before.hold_out, after=after.hold_out)
    for name, info in Flow.model_fields.items():
        if name not in _SAID and getattr(before, name) != getattr(after, name):
            yield say("{setting}: changed", setting=Phrase(info.title or name))


_SAID = {
    "format", "name", "blocks", "links", "notes", "entry", "exits", "conversion", "zone", "priority", "pauses",
    "hold_out", "examples",
}  # fmt: skip
"""What has sentences of its own, or is no difference."""


def _of_entry(before: Flow, after: Flow) -> Iterator[Phrase]:
    was, now = before.entry, after.entry
    if was.key != now.key:
        if now.key:
            yield say("One Run for each {key}", key=readable(now.key))
        else:
            yield say("One Run for each Contact")
    if was.again != now.again:
        yield say("Coming back: {after} (before: {before})", before=AGAIN[was.again], after=AGAIN[now.again])
    if now.again == "after_days" and (was.again, was.again_days) != (now.again, now.again_days):
        yield say("Coming back after {days} day | Coming back after {days} days", days=now.again_days)
    if was.newest_wins != now.newest_wins:
        if now.newest_wins:
            yield say("A newer Run replaces the older one")
        else:
            yield say("A newer Run no longer replaces the older one")


def _of_exits(before: Sequence[Exit], after: Sequence[Exit], known: Known) -> Iterator[Phrase]:
    old, new = _by_event(before), _by_event(after)
    for name, leave in new.items():
        was = old.get(name)
        if was is None:
            yield say("Now leaves when {exit}", exit=_said_exit(leave, known))
        elif was != leave:
            if was.key == leave.key and was.where is not None and leave.where is not None:
                change = rule_difference(was.where, leave.where, known)
                yield say("Leaves when {event} happens: {change}", event=Quoted(leave.event), change=change)
            else:
                yield say(
                    "Leaves when {after} (before: {before})",
                    before=_said_exit(was, known),
                    after=_said_exit(leave, known),
                )
    for name, leave in old.items():
        if name not in new:
            yield say("No longer leaves when {exit}", exit=_said_exit(leave, known))


def _by_event(exits: Sequence[Exit]) -> dict[tuple[str, int], Exit]:
    """Several rules may name one event; they are told apart by which of them it is."""
    seen: dict[str, int] = {}
    found = {}
    for leave in exits:
        seen[leave.event] = seen.get(leave.event, 0) + 1
        found[leave.event, seen[leave.event]] = leave
    return found


def _said_exit(leave: Exit, known: Known) -> Phrase:
    if leave.rule is not None:
        return say_rule(leave.rule, known)
    said = say("{event} happens", event=Quoted(leave.event))
    if leave.key:
        said = say("{exit} for the same {key}", exit=said, key=readable(leave.key))
    return said if leave.where is None else say("{exit} and {rule}", exit=said, rule=say_rule(leave.where, known))


def _of_pauses(before: Sequence[Pause], after: Sequence[Pause]) -> Iterator[Phrase]:
    for pause in after:
        if pause not in before:
            args = {"first": Day(pause.from_), "last": Day(pause.to)}
            if pause.yearly:
                yield say("Now pauses from {first} to {last}, every year", **args)
            else:
                yield say("Now pauses from {first} to {last}", **args)
    for pause in before:
        if pause not in after:
            yield say("No longer pauses from {first} to {last}", first=Day(pause.from_), last=Day(pause.to))


def _of_examples(before: Sequence[Example], after: Sequence[Example]) -> Iterator[Phrase]:
    old, new = {one.name: one for one in before}, {one.name: one for one in after}
    for name, one in new.items():
        if name not in old:
            yield say("Example {name} added", name=Quoted(name))
        elif old[name] != one:
            yield say("Example {name} changed", name=Quoted(name))
    for name in old:
        if name not in new:
            yield say("Example {name} removed", name=Quoted(name))


def _of_zone(now: str) -> Phrase:
    if now:
        return say("Goes by clocks in {place} for everybody", place=place_name(now))
    return say("Goes by each Contact’s own clocks again")


def _of_conversion(now: Conversion | None) -> Phrase:
    if now is None:
        return say("Nothing counts as a success any more")
    return say(
        "A success is {event} within {n} day of entering | A success is {event} within {n} days of entering",
        event=Quoted(now.event),
        n=now.days,
    )
