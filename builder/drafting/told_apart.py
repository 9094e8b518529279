"""What blocks are called where one is chosen: those that say the same are told apart by what comes before them."""

from collections import Counter
from collections.abc import Iterable, Mapping

from blocks import KINDS
from blocks.flow import Flow, Link
from runtime.words import Words


def told_apart(flow: Flow, says: Mapping[str, str], among: Iterable[str], w: Words) -> dict[str, str]:
    """Of the blocks `among`, by their ids, a name each that no other of them has. `says` has the sentence of every block."""
    ids = list(among)
    names = {id_: says.get(id_, "") for id_ in ids}
    before = {link.to: link for link in reversed(flow.links)}
    for id_ in _doubtful(names):
        if (link := before.get(id_)) is not None:
            names[id_] = _after(flow, says, names[id_], link, w)
    seen: Counter[str] = Counter()
    for id_ in _doubtful(names):
        seen[names[id_]] += 1
        names[id_] = w("{block} ({n})", block=names[id_], n=seen[names[id_]])
    return names


def _doubtful(names: Mapping[str, str]) -> list[str]:
    count = Counter(names.values())
    return [id_ for id_, name in names.items() if count[name] > 1]


def _after(flow: Flow, says: Mapping[str, str], name: str, link: Link, w: Words) -> str:
    """ "Wait 1 day, after “Your cart is waiting”"; where there was a choice, by which way."""
    earlier = says.get(link.from_, "")
    doc = next((doc for doc in flow.blocks if doc.id == link.from_), None)
    ways = KINDS[doc.kind].ways_out(doc.settings) if doc is not None and doc.kind in KINDS else ()
    way = next((one.name for one in ways if one.id == link.outlet and len(ways) > 1), None)
    if way is None:
        return w("{block}, after {before}", block=name, before=earlier)
    return w("{block}, after {before}: {way}", block=name, before=earlier, way=w.text(way))
