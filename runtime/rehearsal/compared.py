"""An example beside what happened: where the two differ, in words."""

from collections.abc import Iterator
from typing import Any

from blocks.block_name import block_name
from blocks.contract import Known, Send
from blocks.examples import ComesTo, Ends, Example, GetsMessage, HasField, HasTag, NoMessage, block_of
from blocks.flow import Flow
from blocks.phrase import Phrase, Quoted, Span, Within, dump_arg, say
from blocks.registry import KINDS
from blocks.rule_words import say_rule
from blocks.values import fold
from runtime.clock import MINUTE, SECOND
from runtime.people.who import CHANNELS
from runtime.reasons import reason_phrase
from runtime.rehearsal.told import Entry, Rehearsal

_SENT = frozenset({"sent", "uncertain"})
_LEFT = frozenset({"left", "departed", "replaced"})


class Compared:
    """One example beside what happened."""

    def __init__(self, example: Example, document: Flow, known: Known, result: Rehearsal) -> None:
        self._example, self._document, self._known, self._result = example, document, known, result
        self._docs = {doc.id: doc for doc in document.blocks}
        self._messages = [entry for entry in result.entries if entry.kind == "message"]
        self._ends = [entry for entry in result.entries if entry.kind == "end"]

    def differences(self) -> Iterator[Phrase]:
        """Line by line; then what went out besides, and what broke."""
        gets = [line for line in self._example.expects if isinstance(line, GetsMessage)]
        taken = self._share_out(gets)
        unwanted = set()
        for line in self._example.expects:
            gone = block_of(line)
            if gone and gone not in self._docs:
                yield say("Expected something of the Block {id}, which is not in this Flow", id=Quoted(gone))
                continue
            match line:
                case GetsMessage():
                    yield from self._gets(line, taken.get(id(line)))
                case NoMessage():
                    for entry in self._sent(line.no_message):
                        unwanted.add(id(entry))
                        expected = say("Expected {message} not to go out", message=self._name(line.no_message))
                        yield _but(expected, say("it went out {when}", when=self._when(entry.at)))
                case ComesTo():
                    yield from self._comes(line)
                case Ends():
                    yield from self._ending(line)
                case HasTag():
                    yield from self._tag(line)
                case HasField():
                    yield from self._field(line)
        if self._example.nothing_else:
            spoken_for = {id(entry) for entry in taken.values()} | unwanted
            for entry in self._messages:
                if entry.state in _SENT and id(entry) not in spoken_for and self._to_them(entry.block):
                    args = {"message": self._name(entry.block), "when": self._when(entry.at)}
                    yield say("{message} went out too, {when}, which was not expected", **args)
        for entry in self._ends:
            if entry.state == "failed":
                yield say("A Block failed: {why}", why=Within(entry.why or entry.what))
        if self._result.cut:
            yield say("So much happened that the rest was left out")

    # ---- messages

    def _share_out(self, gets: list[GetsMessage]) -> dict[int, Entry]:
        """Which message each line is about: one that fits it, else the first of its block that no other line took."""
        taken: dict[int, Entry] = {}
        left = list(self._messages)
        for fits in (self._fits, lambda line, entry: line.message == entry.block):
            for line in gets:
                if id(line) in taken:
                    continue
                entry = next((entry for entry in left if fits(line, entry)), None)
                if entry is not None:
                    taken[id(line)] = entry
                    left = [one for one in left if one is not entry]
        return taken

    def _fits(self, line: GetsMessage, entry: Entry) -> bool:
        if line.message != entry.block or (line.state == "sent") != (entry.state in _SENT):
            return False
        return (not line.because or line.because == entry.code) and self._in_time(line.span, entry.at)

    def _gets(self, line: GetsMessage, entry: Entry | None) -> Iterator[Phrase]:
        if entry is not None and self._fits(line, entry):
            return
        name = self._name(line.message)
        if line.state == "sent":
            expected = say("Expected {message} {when}", message=name, when=_expected_when(line.span))
        elif line.because:
            expected = say("Expected {message} not to be sent: {why}", message=name, why=Within(_reason(line.because)))
        else:
            expected = say("Expected {message} not to be sent {when}", message=name, when=_expected_when(line.span))
        if entry is None:
            yield _but(expected, self._why_not(line.message))
        elif entry.state in _SENT:
            yield _but(expected, say("it went out {when}", when=self._when(entry.at)))
        elif entry.why is None:
            yield _but(expected, say("it was not sent {when}", when=self._when(entry.at)))
        elif line.state == "sent" or line.because:
            yield _but(expected, say("it was not sent: {why}", why=Within(entry.why)))
        else:
            args = {"when": self._when(entry.at), "why": Within(entry.why)}
            yield _but(expected, say("it was not sent {when}: {why}", **args))

    def _to_them(self, block: str) -> bool:
        """Whether what the block sends goes to the contact, and not to another app."""
        made = KINDS[self._docs[block].kind]
        return issubclass(made, Send) and made.channel in CHANNELS

    def _sent(self, block: str) -> list[Entry]:
        return [entry for entry in self._messages if entry.block == block and entry.state in _SENT]

    def _why_not(self, block: str) -> Phrase:
        """Why there is no message of a block."""
        waits = [entry for entry in self._result.entries if entry.kind == "postponed" and entry.block == block]
        if waits:
            return say("it was still waiting: {why}", why=Within(waits[-1].why or waits[-1].what))
        return self._how_it_ended()

    # ---- the way

    def _comes(self, line: ComesTo) -> Iterator[Phrase]:
        came = [passed for passed in self._result.way if passed.block == line.at]
        if any(self._in_time(line.span, one.at) for one in came) and (
            not line.outlet or any(one.outlet == line.outlet for one in came)
        ):
            return
        block = self._name(line.at)
        expected = say("Expected them at {block} {when}", block=block, when=_expected_when(line.span))
        if not came:
            yield _but(expected, self._how_it_ended())
        elif not any(self._in_time(line.span, one.at) for one in came):
            yield _but(expected, say("they came {when}", when=self._when(came[0].at)))
        else:
            expected = say(
                "Expected them to leave {block} by {outlet}", block=block, outlet=self._way(line.at, line.outlet)
            )
            really = next((one.outlet for one in reversed(came) if one.outlet), "")
            if really:
                yield _but(expected, say("they went on by {outlet}", outlet=self._way(line.at, really)))
            else:
                yield _but(expected, self._how_it_ended())

    def _way(self, block: str, outlet: str) -> Phrase:
        doc = self._docs[block]
        ways = KINDS[doc.kind].ways_out(doc.settings) if doc.kind in KINDS else ()
        name = next((one.name for one in ways if one.id == outlet), None)
        return say("“{way}”", way=name) if name is not None and name.msgid else say("{way}", way=Quoted(outlet))

    def _ending(self, line: Ends) -> Iterator[Phrase]:
        if line.ends == self._stands() and (not line.by or self._left_by(line.by)):
            return
        expected = say("Expected them to leave by {exit}", exit=Quoted(line.by)) if line.by else _ENDS[line.ends]
        yield _but(expected, self._how_it_ended())

    def _stands(self) -> str:
        if self._result.inside:
            return "inside"
        if not self._ends:
            return "outside"
        last = self._ends[-1]
        return "left" if last.state in _LEFT else "end" if last.state == "ended" else last.state

    def _left_by(self, exit_: str) -> bool:
        why = self._ends[-1].why
        args = why.args if why is not None else {}
        for leave in self._document.exits:
            if leave.called != exit_:
                continue
            if leave.rule is not None and "rule" in args:
                # Said with what the engine knows of a shop.
                said = say_rule(leave.rule, Known(segments=self._known.segments))
                return bool(dump_arg(args["rule"]) == dump_arg(said))
            if leave.rule is None and args.get("event") == Quoted(leave.event):
                return True
        return False

    def _how_it_ended(self) -> Phrase:
        outside = next((entry for entry in self._result.entries if entry.kind == "outside"), None)
        stands = self._stands()
        if stands == "outside":
            if outside is not None and outside.why is not None:
                return say("they did not enter: {why}", why=Within(outside.why))
            return say("nothing that happened let them in")
        if stands == "inside":
            return say("they were still in the Flow at the end")
        last = self._ends[-1]
        if stands == "end":
            return say("they reached the end of the Flow {when}", when=self._when(last.at))
        args = {"when": self._when(last.at), "why": Within(last.why or last.what)}
        if stands == "left":
            return say("they left {when}: {why}", **args)
        return say("they were stopped {when}: {why}", **args)

    # ---- the contact

    def _tag(self, line: HasTag) -> Iterator[Phrase]:
        has = fold(line.tag) in map(fold, self._result.tags)
        if has and not line.has:
            yield say("Expected them without the tag {tag}; they have it", tag=Quoted(line.tag))
        elif line.has and not has:
            yield say("Expected them to have the tag {tag}; they do not have it", tag=Quoted(line.tag))

    def _field(self, line: HasField) -> Iterator[Phrase]:
        now = self._result.fields.get(line.field)
        if now == line.is_ or (line.is_ is None and now == ""):
            return
        yield say(
            "Expected the field {field} to be {expected}; it is {now}",
            field=Quoted(line.field),
            expected=_value(line.is_),
            now=_value(now),
        )

    # ---- words

    def _name(self, block: str) -> Phrase:
        """A block as the marketer knows it: an e-mail by its name."""
        doc = self._docs[block]
        email = str(doc.settings.get("email") or "")
        if email in self._known.emails:
            return say("{name}", name=Quoted(self._known.emails[email]))
        return say("“{block}”", block=block_name(doc, self._known))

    def _in_time(self, span: tuple[int, int] | None, at: int) -> bool:
        if span is None:
            return True
        earliest, latest = (self._result.start + seconds * SECOND for seconds in span)
        return earliest <= at < latest + MINUTE

    def _when(self, at: int) -> Phrase:
        minutes = (at - self._result.start) // MINUTE
        return say("after {length}", length=Span(minutes * 60)) if minutes else say("at once")


_ENDS = {
    "end": say("Expected them to reach the end of the Flow"),
    "left": say("Expected them to leave the Flow"),
    "inside": say("Expected them to be in the Flow still"),
    "outside": say("Expected them not to enter the Flow"),
}


def _but(expected: Phrase, really: Phrase) -> Phrase:
    return say("{expected}; {really}", expected=expected, really=really)


def _expected_when(span: tuple[int, int] | None) -> Phrase:
    if span is None:
        return say("at any time")
    earliest, latest = span
    if earliest == latest:
        return say("{length} after the start", length=Span(latest)) if latest else say("at the start")
    return say("between {from_} and {to} after the start", from_=Span(earliest), to=Span(latest))


def _reason(code: str) -> Phrase:
    """A reason by its code; one that tells of something else besides (an hour, a name) has only the code here."""
    phrase = reason_phrase(code)
    return say("{name}", name=Quoted(code)) if "{" in phrase.msgid or phrase.msgid == code else phrase


def _value(value: Any) -> Phrase:
    if value is None or value == "":
        return say("empty")
    return say("{name}", name=Quoted(value) if isinstance(value, str) else value)
