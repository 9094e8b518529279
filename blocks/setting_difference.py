"""How the settings of a block differ from earlier ones, in words, each said by its title as the form shows it.

What a setting holds is told by its type and by the widget that draws it; a setting of a kind that is not known here is
said to be another now, without how.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from blocks.contract import Known
from blocks.durations import SECONDS, span
from blocks.named_ways import NamedWay
from blocks.phrase import Months, Phrase, Quoted, Span, TimeOfDay, Weekdays, say
from blocks.rule_difference import rule_difference
from blocks.rule_words import readable, say_rule
from blocks.rules import All, AnyOf, Compare, Did, Got, InSegment, Not, Reachable

_RULES = (Compare, Did, Got, InSegment, Reachable, All, AnyOf, Not)
_A_MONTH = 30 * SECONDS["days"]
"""Only for saying which of two lengths is the longer one."""


def setting_differences(before: BaseModel, after: BaseModel, known: Known) -> list[Phrase]:
    """Each setting that is another now, as part of a sentence; those that apply to neither are left out."""
    return [
        said
        for name, info in type(after).model_fields.items()
        if _applies(before, info) or _applies(after, info)
        for said in _setting(name, info, before, after, known)
    ]


def lengths(model: BaseModel, name: str) -> Months | Span | None:
    """The length of time that this setting and its unit make; None if it is none."""
    unit = next((one for one, info in type(model).model_fields.items() if _part_of(info) == name), None)
    amount = getattr(model, name, None)
    if unit is None or not isinstance(amount, int) or (chosen := getattr(model, unit, None)) not in _UNITS:
        return None
    return span(amount, chosen)


def longer(before: Months | Span, after: Months | Span) -> bool:
    """Whether the later one is the longer one."""
    return _seconds(after) > _seconds(before)


_UNITS = (*SECONDS, "months")


def _seconds(length: Months | Span) -> int:
    return length.count * _A_MONTH if isinstance(length, Months) else length.seconds


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, Mapping) else {}


def _part_of(info: FieldInfo) -> str:
    extra = _extra(info)
    return str(extra.get("field", "")) if extra.get("widget") == "part_of" else ""


def _applies(model: BaseModel, info: FieldInfo) -> bool:
    only: Mapping[str, Any] = _extra(info).get("only", {})
    return all(
        getattr(model, name, None) in wanted if isinstance(wanted, tuple) else getattr(model, name, None) == wanted
        for name, wanted in only.items()
    )


def _setting(name: str, info: FieldInfo, before: BaseModel, after: BaseModel, known: Known) -> Iterator[Phrase]:
    if name == "kind" or _part_of(info):
        return
    was, now = lengths(before, name), lengths(after, name)
    old, new = getattr(before, name, None), getattr(after, name, None)
    title = Phrase(info.title or name)
    if was is not None and now is not None:
        if was != now:
            yield say("{setting} from {before} to {after}", setting=title, before=was, after=now)
    elif old == new:
        return
    elif isinstance(old, _RULES) and isinstance(new, _RULES):
        yield say("{setting}: {change}", setting=title, change=rule_difference(old, new, known))
    elif _ways(old) and _ways(new):
        yield from _of_ways(old, new, known)
    elif isinstance(old, bool) and isinstance(new, bool):
        yield say("{setting}: now on", setting=title) if new else say("{setting}: now off", setting=title)
    else:
        said, says = _value(old, info, known), _value(new, info, known)
        if said is None or says is None:
            yield say("{setting}: changed", setting=title)
        else:
            yield say("{setting} from {before} to {after}", setting=title, before=said, after=says)


def _value(value: Any, info: FieldInfo, known: Known) -> Any:
    """A value as it is said; None if there are no words for it."""
    widget, choices = _extra(info).get("widget"), _extra(info).get("choices", {})
    match value:
        case None | "" | ():
            return say("any day") if widget == "weekdays" else say("nothing")
        case str() if isinstance(choices, Mapping) and value in choices:
            return Phrase(choices[value])
        case str() if widget == "time":
            return TimeOfDay(value)
        case str() if widget == "email":
            return Quoted(known.email_name(value))
        case str() if widget == "send_block":
            slug = known.sends.get(value)
            return Quoted(known.email_name(slug)) if slug else None
        case str() if widget == "segment":
            return Quoted(known.segments.get(value, value))
        case str() if widget == "property":
            return readable(value)
        case str():
            return Quoted(value)
        case int() | float():
            return say("{share}%", share=value) if _extra(info).get("unit") == "%" else value
        case tuple() if widget == "weekdays":
            return Weekdays(value)
        case Compare() | Did() | Got() | InSegment() | Reachable() | All() | AnyOf() | Not():
            return say_rule(value, known)
    return None


def _ways(value: Any) -> TypeGuard[tuple[NamedWay, ...]]:
    return isinstance(value, tuple) and bool(value) and all(isinstance(way, NamedWay) for way in value)


def _of_ways(old: tuple[NamedWay, ...], new: tuple[NamedWay, ...], known: Known) -> Iterator[Phrase]:
    before, after = {way.id: way for way in old}, {way.id: way for way in new}
    for id_, way in after.items():
        if (was := before.get(id_)) is None:
            yield say("the way {name} is new", name=way.said)
            continue
        if was.name.strip() != way.name.strip():
            yield say("the way {before} is called {after}", before=was.said, after=way.said)
        yield from (
            say("way {name}: {change}", name=way.said, change=change)
            for name, info in type(way).model_fields.items()
            if name not in ("id", "name")
            for change in _of_a_way(getattr(was, name, None), getattr(way, name), info, known)
        )
    for id_, way in before.items():
        if id_ not in after:
            yield say("the way {name} is gone", name=way.said)
    stay = [id_ for id_ in before if id_ in after]
    if stay != [id_ for id_ in after if id_ in before]:
        yield say("its ways stand in another order")


def _of_a_way(old: Any, new: Any, info: FieldInfo, known: Known) -> Iterator[Phrase]:
    if old == new:
        return
    if isinstance(old, _RULES) and isinstance(new, _RULES):
        yield rule_difference(old, new, known)
        return
    said, says = _value(old, info, known), _value(new, info, known)
    if said is None or says is None:
        yield say("changed")
    else:
        yield say("{before} → {after}", before=said, after=says)
