"""Lines about where somebody stands: the segments they are in, what reaches them, the e-mails they got."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from blocks.phrase import Phrase, say
from builder.forms.box import Box, Option
from builder.forms.rule.subjects import past
from runtime.words import Words

if TYPE_CHECKING:
    from builder.forms.rule.lines import Line

DEEDS: Mapping[tuple[str, bool], Phrase] = {
    ("sent", False): say("was sent"),
    ("sent", True): say("was not sent"),
    ("skipped", False): say("was held back"),
    ("skipped", True): say("was not held back"),
    ("failed", False): say("failed"),
    ("failed", True): say("did not fail"),
    ("opened", False): say("was opened"),
    ("opened", True): say("was not opened"),
    ("clicked", False): say("was clicked"),
    ("clicked", True): say("was not clicked"),
}
"""What became of an e-mail, and whether that is denied."""


def draw_segment(line: "Line") -> Box:
    """The published segments by name."""
    w, slug = line.w, str(line.node.get("segment", ""))
    known = sorted(line.around.known().segments.items(), key=lambda one: one[1].casefold())
    options = [_option(one, name, [other for _, other in known].count(name) > 1) for one, name in known]
    if not options and not slug:
        box = line.text("", lambda _: None, w("Segment"), w("No Segment is published yet"))
        box.enable(False)
        return box
    return line.text(
        slug, lambda chosen: line.put(segment=chosen), w("Segment"), w("Choose a Segment"), options=options, own=False
    )


def draw_channel(line: "Line") -> None:
    """By which channel they can be reached."""
    now = str(line.node.get("channel", "email"))
    line.select(now, channels(now, line.w), lambda channel: line.put(channel=channel), line.w("By what"))


def channels(now: str, w: Words) -> list[Option]:
    """What is on offer beside `now`. Nobody has an address for push yet, so only who has chosen it before sees it."""
    options: list[Option] = [{"value": "email", "label": w("E-mail")}, {"value": "sms", "label": w("SMS")}]
    return [*options, {"value": "push", "label": w("Push")}] if now == "push" else options


def draw_got(line: "Line") -> None:
    """Which e-mail, what became of it, how often and in which time."""
    w, node = line.w, line.node
    slug = str(node.get("email", ""))
    known = sorted(line.around.known().emails.items(), key=lambda one: one[1].casefold())
    emails: list[Option] = [{"value": "", "label": w("any e-mail")}]
    emails += [{"value": one, "label": name} for one, name in known]
    if slug and all(one["value"] != slug for one in emails):
        emails.append({"value": slug, "label": slug})
    line.select(slug, emails, lambda chosen: line.put(email=chosen), w("E-mail"))
    deeds: list[Option] = [
        {"value": _deed(what, negate), "label": w.text(phrase)} for (what, negate), phrase in DEEDS.items()
    ]

    def choose(deed: str) -> None:
        what, _, negate = deed.partition("-")
        line.put(what=what, negate=bool(negate))
        times.offer(line.counts())

    now = _deed(str(node.get("what", "sent")), bool(node.get("negate")))
    line.select(now, deeds, choose, w("What became of it"))
    times = line.draw_times()
    line.draw_window(past(line.windows) or ("last_days", "ever"))


def _deed(what: str, negate: bool) -> str:
    return f"{what}-not" if negate else what


def _option(slug: str, name: str, twice: bool) -> Option:
    option: Option = {"value": slug, "label": name, "icon": "group_work"}
    return {**option, "hint": slug} if twice else option
