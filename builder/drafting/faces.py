"""What the canvas shows of a flow besides its shape: the catalog of blocks, and the sentence and problems of each card."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from blocks import KINDS, read_block
from blocks.checks import seen_from
from blocks.contract import Block, Family, Known, Outlet, Preset, Problem, Trigger
from blocks.flow import BlockDoc, Exit, Flow
from blocks.phrase import Quoted, say, worded
from blocks.rule_words import say_rule
from builder.drafting.half_done import without_gaps
from runtime.words import Words

FAMILIES: tuple[Family, ...] = ("trigger", "timing", "split", "send", "action")
Face = dict[str, Any]


def catalog(w: Words, known: Known) -> dict[str, Any]:
    """Families, kinds and palette entries, in the reader's language."""
    titles = {
        "trigger": w("Triggers"),
        "timing": w("Timing"),
        "split": w("Splits"),
        "send": w("Sends"),
        "action": w("Actions"),
    }
    return {
        "families": [{"id": family, "title": titles[family]} for family in FAMILIES],
        "kinds": {kind: _kind(block, w) for kind, block in KINDS.items()},
        "palette": [
            _entry(kind, preset, w, known)
            for kind, block in sorted(KINDS.items(), key=lambda one: one[1].card.rank)
            for preset in block.card.presets
        ],
    }


def _kind(block: type[Block], w: Words) -> dict[str, Any]:
    # Ways out that depend on the settings are in each card's face; these are for a card that is only being carried.
    outlets = block.ways_out(_settings(block.card.presets[0], w))
    return {
        "family": block.card.family,
        "title": w(block.card.title),
        "icon": block.card.icon,
        "outlets": _outlets(outlets, w),
        "hasInput": not issubclass(block, Trigger),
        "compact": block.card.compact,
    }


def _settings(preset: Preset, w: Words) -> dict[str, Any]:
    filled: dict[str, Any] = worded(preset.settings, w.text)
    return filled


def _entry(kind: str, preset: Preset, w: Words, known: Known) -> dict[str, Any]:
    doc = BlockDoc(id="new", kind=kind, settings=_settings(preset, w))
    said = face(doc, known, w)
    # People who know other tools look for their words; those of the reader's own language come first.
    search = " ".join(filter(None, (w(KINDS[kind].card.describe), preset.search)))
    return {
        "id": preset.id,
        "family": KINDS[kind].card.family,
        "kind": kind,
        "title": w(preset.title),
        "icon": preset.icon,
        "search": search,
        "settings": doc.settings,
        "say": said["say"],
    }


def face(doc: BlockDoc, known: Known, w: Words, problems: Sequence[Problem] = ()) -> Face:
    """What the card of a block says. A block that is not filled in yet says what it is for."""
    model = KINDS.get(doc.kind)
    if model is None:
        return {
            "kind": doc.kind,
            "icon": "help",
            "say": w("Not known here"),
            "outlets": [],
            "problems": _problems(problems, w),
        }
    preset = fitting_preset(doc)
    block, whole = _as_far_as_it_goes(doc)
    said = w(model.card.describe) if block is None else w.text(block.say(known)) + ("" if whole else " …")
    kind = w("Trigger") if model.card.family == "trigger" else w(preset.title if preset else model.card.title)
    return {
        "kind": kind,
        "icon": preset.icon if preset else model.card.icon,
        "say": said,
        "outlets": _outlets(model.ways_out(doc.settings), w),
        "problems": _problems(problems, w),
    }


def _as_far_as_it_goes(doc: BlockDoc) -> tuple[Block | None, bool]:
    """The block, if need be without the conditions that are half done; and whether it is whole."""
    try:
        return read_block(doc.kind, doc.settings), True
    except ValidationError:
        pass
    try:
        return read_block(doc.kind, {name: without_gaps(value) for name, value in doc.settings.items()}), False
    except ValidationError:
        return None, False


def fitting_preset(doc: BlockDoc) -> Preset | None:
    """The palette's entry that a block still is: all that the entry fills in is as it was."""
    presets = KINDS[doc.kind].card.presets if doc.kind in KINDS else ()
    told = [preset for preset in presets if any(preset.settings.values())]
    return next((preset for preset in told if preset.settings.items() <= _flat(doc.settings, preset)), None)


def _flat(settings: Mapping[str, Any], preset: Preset) -> Any:
    """The settings that the entry fills in, for comparing."""
    return {name: settings.get(name) for name in preset.settings}.items()


def faces(flow: Flow, known: Known, w: Words, problems: Iterable[Problem] = ()) -> dict[str, Face]:
    """Every card by its block's id."""
    of = defaultdict(list)
    for problem in problems:
        of[problem.block].append(problem)
    known = seen_from(known, flow)
    return {doc.id: face(doc, known, w, of[doc.id]) for doc in flow.blocks}


def said_exits(exits: Sequence[Exit], known: Known, w: Words) -> list[dict[str, str]]:
    """The exit rules as the card beside the trigger says them."""
    return [{"say": said_exit(leave, known, w)} for leave in exits]


def said_exit(leave: Exit, known: Known, w: Words) -> str:
    """An exit rule in one sentence."""
    if leave.rule is not None:
        return w.text(say("Leaves at any point as soon as {rule}", rule=say_rule(leave.rule, known)))
    event = Quoted(leave.event)
    if leave.where is not None:
        return w.text(
            say("Leaves at any point when {event} happens and {rule}", event=event, rule=say_rule(leave.where, known))
        )
    if leave.event == "Order placed":
        return w("Leaves at any point when they place an order")
    return w.text(say("Leaves at any point when {event} happens", event=event))


def _outlets(outlets: Sequence[Outlet], w: Words) -> list[dict[str, str]]:
    return [{"id": outlet.id, "label": w.text(outlet.name)} for outlet in outlets]


def _problems(problems: Sequence[Problem], w: Words) -> list[dict[str, str]]:
    worst_first = sorted(problems, key=lambda problem: problem.level != "bad")
    return [{"level": problem.level, "text": w.text(problem.phrase)} for problem in worst_first]
