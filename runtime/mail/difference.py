"""How an e-mail differs from an earlier state of it, in words."""

from collections.abc import Mapping
from typing import Any

from blocks.phrase import Phrase, Quoted, say
from runtime.mail.brand import Brand
from runtime.mail.document import DocumentRefused, EmailDocument, read_document
from runtime.mail.tags import glimpse

_SECTIONS = frozenset({"format", "sections"})


def email_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Phrase]:
    """Parts of a sentence: what stands at its head, then how many sections are new, gone, changed or elsewhere."""
    if before == after:
        return []
    try:
        old, new = read_document(before), read_document(after)
    except DocumentRefused:
        return [say("changed")]
    return [*_of_the_head(old, new), *_of_sections(old, new)]


def brand_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Phrase]:
    """What of a brand kit is another now, by the names that its form has for it."""
    fields = ((name, info) for name, info in Brand.model_fields.items() if name != "format")
    return [Phrase(info.title or name) for name, info in fields if _of(before, name) != _of(after, name)]


def _of(brand: Mapping[str, Any], name: str) -> Any:
    return brand.get(name, Brand.model_fields[name].default)


def _of_the_head(old: EmailDocument, new: EmailDocument) -> list[Phrase]:
    found = []
    for name, info in EmailDocument.model_fields.items():
        was, now = getattr(old, name), getattr(new, name)
        if name in _SECTIONS or was == now:
            continue
        extra: Any = info.json_schema_extra or {}
        choices: Mapping[str, str] = extra.get("choices", {})
        args = {"setting": Phrase(info.title or name), "before": _value(was, choices), "after": _value(now, choices)}
        if not was:
            found.append(say("{setting} is {after}", **args))
        elif not now:
            found.append(say("without the {setting} {before}", **args))
        else:
            found.append(say("{setting} changed from {before} to {after}", **args))
    return found


def _value(value: Any, choices: Mapping[str, str]) -> Any:
    if value in choices:
        return Phrase(choices[value])
    line = glimpse(str(value or ""))
    return Quoted("") if line is None else Phrase("“{line}”", {"line": line})


def _of_sections(old: EmailDocument, new: EmailDocument) -> list[Phrase]:
    before, after = {one.id: one for one in old.sections}, {one.id: one for one in new.sections}
    stay = [id_ for id_ in before if id_ in after]
    counts = (
        (say("{n} section added | {n} sections added"), len(after.keys() - before.keys())),
        (say("{n} section removed | {n} sections removed"), len(before.keys() - after.keys())),
        (say("{n} section changed | {n} sections changed"), sum(before[id_] != after[id_] for id_ in stay)),
    )
    found = [Phrase(phrase.msgid, {"n": count}) for phrase, count in counts if count]
    if stay != [id_ for id_ in after if id_ in before]:
        found.append(say("sections in another order"))
    return found
