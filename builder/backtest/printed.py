"""A backtest on the command line."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from blocks import read_block
from blocks.contract import Send
from blocks.flow import Flow
from builder.backtest.said import busiest, difference, exactness, left_out, messages, people, really
from runtime.backtest import Backtest
from runtime.words import Words


def as_rows(result: Backtest, document: Flow, emails: Mapping[str, str], w: Words) -> Iterator[dict[str, str]]:
    """The numbers, a row each, and the sentences after them."""
    draft, names = result.draft, names_of(document, emails)
    span = f"{w.date(result.start, result.zone)} – {w.date(result.until, result.zone)}"
    yield {"name": w("Events played"), "value": f"{w.number(draft.events)} · {span}"}
    sent = w("to {n} person | to {n} people", n=draft.mailed)
    lines = [
        *people(draft, w),
        (w("Messages"), f"{w.number(draft.sent)} · {sent}" if draft.sent else "0"),
        *messages(draft, w, names),
        *busiest(draft, result.zone, w),
        *((f"{w('Most mailed')}: {one.name}", w.number(one.messages)) for one in draft.most_mailed),
    ]
    for name, value in lines:
        yield {"name": name, "value": value}
    for sentence in (*difference(result, w), really(result, w), *left_out(result, w), exactness(result, w)):
        if sentence:
            yield {"name": sentence, "value": ""}


def names_of(document: Flow, emails: Mapping[str, str]) -> dict[str, str]:
    """What the blocks of a checked flow that send are called: by their e-mail, in the order in which people come to them."""
    blocks = {doc.id: read_block(doc.kind, doc.settings) for doc in document.blocks}
    sends = {id_: block.document() for id_, block in blocks.items() if isinstance(block, Send)}
    return {id_: emails.get(sends[id_], sends[id_]) for id_ in _in_order(document) if id_ in sends}


def _in_order(document: Flow) -> list[str]:
    """The ids of the blocks, from the triggers on, one way after the other; then those to which nothing leads."""
    onward: dict[str, list[str]] = defaultdict(list)
    for link in document.links:
        onward[link.from_].append(link.to)
    led_to = {link.to for link in document.links}
    ids = [doc.id for doc in document.blocks]
    coming = [id_ for id_ in reversed(ids) if id_ not in led_to]
    seen: dict[str, None] = {}
    while coming:
        here = coming.pop()
        if here not in seen:
            seen[here] = None
            coming += reversed(onward[here])
    return list(dict.fromkeys([*seen, *ids]))
