"""Changes to a rule that is being drawn.

A rule here is JSON as it is saved, perhaps half done. The builder draws a group of lines, of which some may be groups of
lines themselves; `as_group` brings any rule into that form without changing what it means. What does not fit (a "not"
around a group, groups deeper than two) stays one line that is shown as a sentence. Nothing is changed in place.
"""

from collections.abc import Mapping
from typing import Any, Literal

Node = dict[str, Any]
Join = Literal["all", "any"]
Path = tuple[int, ...]
"""Place of a line: (2,) is the third line, (2, 0) the first line of the group that stands there."""

_OPPOSITE = {
    "is": "is_not",
    "is_not": "is",
    "contains": "contains_not",
    "contains_not": "contains",
    "is_set": "is_not_set",
    "is_not_set": "is_set",
}


def as_group(rule: Mapping[str, Any] | None) -> Node:
    """The rule as a group of lines."""
    node: Node = _plain(dict(rule)) if rule else {"kind": "all", "rules": []}
    if not is_group(node):
        node = {"kind": "all", "rules": [node]}
    lines: list[Node] = []
    for one in node["rules"]:
        line = _plain(one)
        if is_group(line) and len(line["rules"]) == 1:
            line = _plain(line["rules"][0])
        if is_group(line) and line["kind"] == node["kind"]:
            lines += [_plain(inner) for inner in line["rules"]]
        elif is_group(line):
            lines.append({**line, "rules": [_plain(inner) for inner in line["rules"]]})
        else:
            lines.append(line)
    if len(lines) == 1 and is_group(lines[0]):
        # Nothing stands beside it any more: its frame and the brackets of its sentence would hold nothing together.
        return as_group(lines[0])
    return {"kind": node["kind"], "rules": lines}


def is_group(node: Mapping[str, Any]) -> bool:
    """Whether it holds lines."""
    return node.get("kind") in ("all", "any")


def add(group: Node, join: Join, line: Node) -> tuple[Node, Path]:
    """Another line at the end, joined by "and" ("all") or "or" ("any"). Returns where it stands.

    "and" binds closer than "or", as people read it: "a or b" and "and c" is "a or (b and c)". Three lines of "and" with
    "or d" become "(a and b and c) or d".
    """
    lines = group["rules"]
    if group["kind"] == join or len(lines) < 2:
        return {"kind": join, "rules": [*lines, line]}, (len(lines),)
    if join == "any" and not any(is_group(one) for one in lines):
        return {"kind": "any", "rules": [{"kind": "all", "rules": lines}, line]}, (1,)
    last = lines[-1]
    inner = [*last["rules"], line] if is_group(last) else [last, line]
    changed = {"kind": group["kind"], "rules": [*lines[:-1], {"kind": join, "rules": inner}]}
    return changed, (len(lines) - 1, len(inner) - 1)


def add_within(group: Node, index: int, line: Node) -> tuple[Node, Path]:
    """Another line at the end of the group that stands at `index`."""
    inner = group["rules"][index]
    grown = {**inner, "rules": [*inner["rules"], line]}
    return put(group, (index,), grown), (index, len(inner["rules"]))


def put(group: Node, path: Path, node: Node) -> Node:
    """Another line in the place of one."""
    lines = list(group["rules"])
    lines[path[0]] = node if len(path) == 1 else put(lines[path[0]], path[1:], node)
    return {**group, "rules": lines}


def remove(group: Node, path: Path) -> Node:
    """Without that line. A group of which one line is left becomes that line."""
    lines = list(group["rules"])
    if len(path) == 1:
        del lines[path[0]]
    else:
        inner = remove(lines[path[0]], path[1:])
        lines[path[0]] = inner["rules"][0] if len(inner["rules"]) == 1 else inner
    return as_group({**group, "rules": lines})


def rejoin(group: Node, path: Path) -> Node:
    """The other word between the lines of the group at `path` (() is the outermost)."""
    if path:
        return as_group(put(group, path, rejoin(group["rules"][path[0]], ())))
    return as_group({**group, "kind": "any" if group["kind"] == "all" else "all"})


def closed(group: Node, *, optional: bool) -> Node | None:
    """The rule as it is saved: without a line, an optional rule is none at all."""
    return None if optional and not group["rules"] else group


def _plain(node: Node) -> Node:
    """A "not" around a single condition as that condition the other way round, where it has one that means the same."""
    inner = node.get("rule")
    if node.get("kind") != "not" or not isinstance(inner, Mapping):
        return node
    match inner.get("kind"):
        case "not":
            return _plain(dict(inner["rule"]))
        case "did" | "got" | "in_segment" | "reachable":
            return {**inner, "negate": not inner.get("negate", False)}
        case "field" if inner.get("op", "is") in _OPPOSITE:
            return {**inner, "op": _OPPOSITE[inner.get("op", "is")]}
    return node
