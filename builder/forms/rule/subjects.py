"""What a line of a rule can be about, and how an empty one begins."""

from collections.abc import Mapping, Sequence

from builder.forms.box import Option
from builder.forms.rule.tree import Node
from runtime.words import Words

DRAWN = frozenset({"did", "got", "in_segment", "reachable", "field"})
"""Kinds of conditions that a line draws; any other is shown as a sentence."""
OPPOSITES: Mapping[str, str] = {"did": "did_not", "in_segment": "not_in_segment", "reachable": "not_reachable"}
"""Kinds whose opposite is a subject of its own."""


def subject_of(node: Node) -> str:
    """What the line is about, as it is chosen at its beginning."""
    kind = str(node["kind"])
    if kind == "field":
        return str(node.get("of", "event"))
    return OPPOSITES.get(kind, kind) if node.get("negate") else kind


def subjects(w: Words, *, event: bool, run: bool) -> list[Option]:
    """What can be chosen; `event` and `run`: whether there is an event, and a run that keeps something."""
    they, are, fields = w("What they did"), w("Where they stand"), w("Fields")
    found: list[Option] = [
        {"value": "did", "label": w("They did"), "group": they},
        {"value": "did_not", "label": w("They did not do"), "group": they},
        {"value": "got", "label": w("E-mail to them"), "group": they},
        {"value": "in_segment", "label": w("Is in Segment"), "group": are},
        {"value": "not_in_segment", "label": w("Is not in Segment"), "group": are},
        {"value": "reachable", "label": w("Can be reached by"), "group": are},
        {"value": "not_reachable", "label": w("Cannot be reached by"), "group": are},
        {"value": "contact", "label": w("Contact field"), "group": fields},
    ]
    if event:
        found.append({"value": "event", "label": w("Event field"), "group": fields})
    if run:
        found.append({"value": "run", "label": w("Kept with the Run"), "group": fields})
    return found


def new_line(subject: str, windows: Sequence[str]) -> Node:
    """An empty line about one of `subjects`."""
    kind = next((one for one, opposite in OPPOSITES.items() if opposite == subject), subject)
    negate = kind != subject
    match kind:
        case "did":
            return {"kind": "did", "event": "", "negate": negate, "times": 1, "window": _window(windows)}
        case "got":
            window = _window(past(windows))
            return {"kind": "got", "what": "sent", "email": "", "negate": False, "times": 1, "window": window}
        case "in_segment":
            return {"kind": "in_segment", "segment": "", "negate": negate}
        case "reachable":
            return {"kind": "reachable", "channel": "email", "negate": negate}
        case _:
            return {"kind": "field", "of": subject, "field": "", "op": "is", "value": ""}


def past(windows: Sequence[str]) -> Sequence[str]:
    """Those windows that mean something to whom no run has."""
    return tuple(kind for kind in windows if kind != "since_entering")


def _window(windows: Sequence[str]) -> Node:
    kind = windows[0] if windows else "ever"
    return {"kind": kind, "days": 30} if kind == "last_days" else {"kind": kind}
