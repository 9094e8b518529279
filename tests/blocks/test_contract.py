"""What every block promises. A new file in `blocks/` is held to it without being named here."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from blocks import KINDS, read_block
from blocks.contract import Block, Card, Go, Known, Preset, Sleep, Stop, Trigger
from blocks.phrase import worded
from blocks.registry import FAMILIES
from runtime.words import LANGUAGES, words
from tests.blocks.facts import NOTHING_KNOWN, Stand

GAPS = {"event": {"event": "Something"}, "emit_event": {"event": "Joined the club"}, "date_comes": {"field": "renewal"}}
"""Presets that leave a setting to be filled in before they are a block, with such a setting."""
LONGEST_LINE = 120

kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


presets = pytest.mark.parametrize(
    ("kind", "preset"),
    [
        pytest.param(kind, preset, id=f"{kind}-{preset.id}")
        for kind, block in KINDS.items()
        for preset in block.card.presets
    ],
)


def made(kind: str, preset: Preset) -> Block:
    """The block that dragging the preset onto the canvas gives, gaps filled."""
    return read_block(kind, settings(preset))


def settings(preset: Preset, language: str = "en") -> dict[str, Any]:
    """What an entry of the palette fills in for a reader of this language, with its gap filled."""
    filled: dict[str, Any] = worded(preset.settings, words(language).text)
    return {**filled, **GAPS.get(preset.id, {})}


def test_every_family_has_a_block() -> None:
    assert {block.__module__.split(".")[1] for block in KINDS.values()} == set(FAMILIES)


@kinds
def test_its_card_is_complete(kind: type[Block]) -> None:
    card = kind.card
    assert isinstance(card, Card)
    assert all((card.title, card.icon, card.describe)), "a card without words"
    assert not card.describe.endswith("."), "a caption has no full stop"
    assert card.presets, "a block that is not in the palette cannot be used"
    assert kind.model_fields["kind"].default == kind.model_fields["kind"].annotation.__args__[0]  # type: ignore[union-attr]
    assert kind.__doc__


@kinds
def test_its_folder_is_its_family(kind: type[Block]) -> None:
    folder = {"trigger": "triggers", "timing": "timing", "split": "splits", "send": "sends", "action": "actions"}
    assert kind.__module__.startswith(f"blocks.{folder[kind.card.family]}.")
    assert issubclass(kind, Trigger) == (kind.card.family == "trigger")


def test_no_two_entries_of_the_palette_are_called_the_same() -> None:
    for every in (
        [p.id for k in KINDS.values() for p in k.card.presets],
        [p.title for k in KINDS.values() for p in k.card.presets],
    ):
        assert sorted(every) == sorted(set(every))


@kinds
def test_every_setting_has_a_title_and_a_widget(kind: type[Block]) -> None:
    for name, about in kind.model_fields.items():
        if name != "kind":
            assert about.title, f"{name} has no title"
            assert isinstance(about.json_schema_extra, dict), f"{name} has no widget"
            assert about.json_schema_extra["widget"]


@presets
def test_a_preset_is_a_block_or_names_its_gap(kind: str, preset: Preset) -> None:
    if preset.id not in GAPS:
        assert all(read_block(kind, settings(preset, language)) for language in LANGUAGES)
        return
    with pytest.raises(ValidationError) as wrong:
        read_block(kind, preset.settings)
    assert {str(error["loc"][0]) for error in wrong.value.errors()} == set(GAPS[preset.id])


@presets
@pytest.mark.parametrize("language", LANGUAGES)
def test_its_sentence_is_one_short_line_in_every_language(kind: str, preset: Preset, language: str) -> None:
    said = words(language).text(made(kind, preset).say(NOTHING_KNOWN))
    assert 0 < len(said) <= LONGEST_LINE
    assert "\n" not in said
    assert not said.endswith(".")
    assert "{" not in said


@presets
def test_its_ways_out_are_told_apart(kind: str, preset: Preset) -> None:
    outlets = made(kind, preset).outlets()
    assert len({outlet.id for outlet in outlets}) == len(outlets)
    if len(outlets) > 1:
        names = [words("en").text(outlet.name) for outlet in outlets]
        assert len(set(names)) == len(outlets), "two ways out with the same name"
        assert all(names)


@presets
def test_its_ways_out_are_there_while_somebody_types(kind: str, preset: Preset) -> None:
    block, given = made(kind, preset), settings(preset)
    assert type(block).ways_out(given) == block.outlets()
    assert type(block).ways_out({**given, "tracking_pixel": True}) == block.outlets(), "a mistake takes no way out away"
    junk: tuple[Any, ...] = ("", None, "?", [], [None, {}], {"kind": "did"})
    for name in given:
        for typed in junk:
            outlets = type(block).ways_out({**given, name: typed})
            assert len({outlet.id for outlet in outlets}) == len(outlets)


@presets
def test_what_people_call_their_ways_is_shown_as_they_typed_it(kind: str, preset: Preset) -> None:
    """No name is read as a message id, a place or markup: {x}, “Yes” in another language, <b>."""
    for setting, ways in settings(preset).items():
        if isinstance(ways, list) and all(isinstance(way, dict) and "name" in way for way in ways):
            odd = ["{x}", "Yes", "<b>one | many</b>", "{name} %s $& {{ tag }}"][: len(ways)]
            named = [{**way, "name": name} for way, name in zip(ways, odd, strict=False)]
            block = read_block(kind, {**settings(preset), setting: named})
            for language in LANGUAGES:
                w = words(language)
                assert [w.text(outlet.name) for outlet in block.outlets()][: len(odd)] == odd
                assert all(f"“{name}”" in w.text(block.say(NOTHING_KNOWN)) for name in odd)


@presets
def test_its_settings_survive_a_flow_file(kind: str, preset: Preset) -> None:
    block = made(kind, preset)
    settings = json.loads(json.dumps(block.model_dump(mode="json", exclude={"kind"})))
    assert read_block(kind, settings) == block


@presets
def test_it_decides_and_never_raises(kind: str, preset: Preset) -> None:
    block, stand = made(kind, preset), Stand()
    decision = block.run(stand)
    match decision:
        case Go(outlet=outlet):
            assert outlet in {way.id for way in block.outlets()}
        case Sleep(until=until, reason=reason):
            assert until > stand.now
            assert reason is not None, "somebody who waits wants to know for what"
        case Stop():
            assert block.outlets() == (), "what stops everyone has no way out"
    if decision.reason is not None:
        assert decision.reason.code in block.reasons


@presets
def test_after_its_sleep_it_goes_on(kind: str, preset: Preset) -> None:
    block, stand = made(kind, preset), Stand()
    decision = block.run(stand)
    if isinstance(decision, Sleep):
        stand.now = decision.until
        assert isinstance(block.run(stand), Go)


@presets
def test_its_warnings_point_at_settings_it_has(kind: str, preset: Preset) -> None:
    block = made(kind, preset)
    for known in (
        NOTHING_KNOWN,
        Known(emails={"other": "Other"}, events={"Else": frozenset({"x"})}, contact_fields=frozenset({"x"})),
    ):
        for problem in block.problems(known):
            assert problem.field in type(block).model_fields
            assert problem.code


@kinds
def test_an_unknown_setting_is_refused_by_name(kind: type[Block]) -> None:
    with pytest.raises(ValidationError) as wrong:
        read_block(str(kind.model_fields["kind"].default), {"tracking_pixel": True})
    assert ("tracking_pixel",) in [error["loc"] for error in wrong.value.errors()]


@kinds
def test_a_block_does_not_change(kind: type[Block]) -> None:
    block = made(str(kind.model_fields["kind"].default), kind.card.presets[0])
    with pytest.raises(ValidationError):
        setattr(block, "kind", "other")  # noqa: B010 - mypy knows already that it cannot be set


def test_an_unknown_kind_is_no_block() -> None:
    with pytest.raises(KeyError):
        read_block("crystal_ball", {})
