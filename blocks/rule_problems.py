"""What a rule asks for that a workspace has never seen: most often a field that is spelled differently."""

from blocks.contract import Known, Problem
from blocks.phrase import Quoted, say
from blocks.rule_words import readable
from blocks.rules import Compare, Did, Got, InSegment, Rule, leaves
from blocks.values import safe_path

RUN_EVENT = ""
"""Among known events: the one that a run stands on, whatever its name."""


def rule_problems(rule: Rule | None, known: Known, *, event: str, field: str) -> list[Problem]:
    """Warnings about fields and events of `rule`; `event` names the event whose fields it reads."""
    found: list[Problem] = []
    for leaf in leaves(rule):
        match leaf:
            case Compare(of="contact"):
                seen = known.contact_fields
                if seen and safe_path(leaf.field) not in seen:
                    found.append(
                        Problem(
                            "unknown_contact_field",
                            say(
                                "No Contact has the field {name} yet. Check how it is spelled.", name=Quoted(leaf.field)
                            ),
                            level="warn",
                            field=field,
                        )
                    )
            case Compare(of="run"):
                if leaf.field.partition(".")[0] not in known.kept:
                    text = say("No Block of this Flow keeps {name}. Check how it is spelled.", name=Quoted(leaf.field))
                    found.append(Problem("unknown_kept", text, level="warn", field=field))
            case Compare():
                found += field_problems(leaf.field, known, event=event, field=field)
            case Did():
                if known.events and leaf.event not in known.events:
                    found.append(
                        Problem(
                            "unknown_event",
                            say("{event} has never happened here. Check how it is spelled.", event=Quoted(leaf.event)),
                            level="warn",
                            field=field,
                        )
                    )
                found += key_problems(leaf.key, known, event=leaf.event, field=field)
                found += rule_problems(leaf.where, known, event=leaf.event, field=field)
            case InSegment() if leaf.segment not in known.segments:
                text = say("There is no published Segment {name}, so nobody is in it.", name=Quoted(leaf.segment))
                found.append(Problem("unknown_segment", text, level="warn", field=field))
            case Got() if leaf.email and leaf.email not in known.emails:
                text = say("There is no e-mail {name}. Check how it is spelled.", name=Quoted(leaf.email))
                found.append(Problem("unknown_email", text, level="warn", field=field))
    return found


def key_problems(key: str, known: Known, *, event: str, field: str) -> list[Problem]:
    """What is wrong with asking for `event` "for the same `key`" ("" asks for none): runs that have no key of their own
    would not be asked for it, and any order would do."""
    if key and known.run_key == "":
        text = say(
            "Runs of this Flow belong to no {name} of their own, so any would do. Choose “One Run for each” in the "
            "Flow’s settings, or leave this out.",
            name=Quoted(readable(key)),
        )
        return [Problem("no_run_key", text, field=field)]
    return field_problems(key, known, event=event, field=field)


def field_problems(name: str, known: Known, *, event: str, field: str) -> list[Problem]:
    """A warning if an event that has happened has never brought the field `name` ("" asks for none)."""
    seen = known.events.get(event)
    if not name or not seen or safe_path(name) in seen:
        return []
    if event == RUN_EVENT:
        text = say(
            "No event that starts this Flow has come with the field {name} yet. Check how it is spelled.",
            name=Quoted(name),
        )
    else:
        text = say(
            "{event} has never come with the field {name}. Check how it is spelled.",
            event=Quoted(event),
            name=Quoted(name),
        )
    return [Problem("unknown_event_field", text, level="warn", field=field)]
