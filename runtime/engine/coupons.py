"""Coupon codes: one for each run and block, that nobody else has and nobody can guess; and the orders that use them.

A code is derived from the installation's key, the run and the block, so that a replay makes the same one without looking.
Two runs that come out with the same code are told apart when the batch is written.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from blocks.contract import Offer
from blocks.kept_name import EXAMPLE
from blocks.values import Typed, micros, moment
from runtime.engine.echo import Emitted
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import coupon
from runtime.vault import Vault

if TYPE_CHECKING:
    from runtime.engine.batch import Batch
    from runtime.engine.entries.arrivals import Arrival
    from runtime.engine.run import Run

ORDER = "Order placed"
USED = "Coupon used"
"""What happens to whoever got the code when an order uses it."""
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L, which people mistake for one another."""
_PATHS = ("discount_codes[]", "discount_codes[].code")
_MOST_LOTS = 20

_OF_RUNS = select(coupon).where(coupon.c.workspace == bindparam("workspace"), among(coupon.c.run, "runs"))
_TAKEN = select(coupon.c.code).where(coupon.c.workspace == bindparam("workspace"), among(coupon.c.code, "codes"))
_UNUSED = select(coupon.c.id, coupon.c.code, coupon.c.contact).where(
    coupon.c.workspace == bindparam("workspace"), among(coupon.c.code, "codes"), coupon.c.used_at.is_(None)
)
_RENEW = coupon.update().where(coupon.c.id == bindparam("of")).values(expires_at=bindparam("until"))
_USE = coupon.update().where(coupon.c.id == bindparam("of")).values(used_at=bindparam("at"))


class Mint:
    """Makes codes. On `paper` they are examples that nobody takes for real."""

    def __init__(self, vault: Vault | None = None, *, paper: bool = False) -> None:
        self._vault, self._paper = vault, paper or vault is None
        self._key = b""

    def code(self, offer: Offer, run: int, block: str, lot: int = 0) -> str:
        """The code of a run at a block. `lot` is the next one to try where another run has it already."""
        if self._paper or self._vault is None:
            return f"{offer.prefix}{EXAMPLE}{lot or ''}"
        self._key = self._key or self._vault.derived("coupon").encode()
        number = int.from_bytes(hmac.digest(self._key, f"{run}:{block}:{lot}".encode(), "sha256"))
        drawn = ""
        for _ in range(offer.length):
            number, place = divmod(number, len(_ALPHABET))
            drawn += _ALPHABET[place]
        return offer.prefix + drawn


@dataclass(frozen=True, slots=True)
class Issued:
    """A code that a run got in this batch, as far as is known before the ledger was asked."""

    run: "Run"
    block: str
    name: str
    offer: Offer


def issue(batch: "Batch", one: "Run", name: str, offer: Offer) -> None:
    """Give a run its code at the block where it stands."""
    batch.issued.append(Issued(one, one.block, name, offer))
    batch.keep(one, name, _shown(batch.mint.code(offer, one.id, one.block), offer.expires))


def write(batch: "Batch") -> None:
    """Write the codes of a batch. Whoever has one from an earlier visit keeps it, good for as long as is said now, unless an
    order has used it. Four statements at most."""
    if not batch.issued:
        return
    tx = batch.tx
    values = {"workspace": tx.workspace, "runs": listed(tx, {one.run.id for one in batch.issued})}
    had = {(row.run, row.block): row for row in tx.all(_OF_RUNS, values)}
    fresh: dict[tuple[int, str], Issued] = {}
    renewed: list[dict[str, int | None]] = []
    for one in batch.issued:
        before = had.get((one.run.id, one.block))
        if before is None:
            fresh.setdefault((one.run.id, one.block), one)
        elif before.used_at is None:
            _correct(batch, one, before.code, one.offer.expires)
            renewed.append({"of": before.id, "until": _instant(one.offer.expires)})
        else:
            _correct(batch, one, before.code, None if before.expires_at is None else moment(before.expires_at))
    if renewed:
        tx.execute(_RENEW, renewed)
    codes = _told_apart(batch, list(fresh.values()))
    rows = [
        {
            "id": batch.new_id(),
            "code": code,
            "contact": one.run.contact,
            "flow": one.run.flow,
            "run": one.run.id,
            "block": one.block,
            "issued_at": batch.now,
            "expires_at": _instant(one.offer.expires),
            "used_at": None,
        }
        for one, code in zip(fresh.values(), codes, strict=True)
    ]
    tx.insert(coupon, rows)


def _told_apart(batch: "Batch", fresh: Sequence[Issued]) -> list[str]:
    """A code for each that nobody has; the first that was tried, but once in some hundred thousand."""
    codes = [batch.mint.code(one.offer, one.run.id, one.block) for one in fresh]
    for lot in range(1, _MOST_LOTS):
        tx = batch.tx
        values = {"workspace": tx.workspace, "codes": listed(tx, set(codes))}
        taken = {row.code for row in tx.all(_TAKEN, values)} if codes else set()
        again = [place for place, code in enumerate(codes) if code in taken or code in codes[:place]]
        if not again:
            break
        for place in again:
            one = fresh[place]
            codes[place] = batch.mint.code(one.offer, one.run.id, one.block, lot)
            _correct(batch, one, codes[place], one.offer.expires)
    return codes


def redeem(batch: "Batch", arrivals: "Iterable[Arrival]") -> None:
    """Note which codes these orders used, and let whoever got them know: "Coupon used" happens to them, with what the
    order says. Two statements where an order brings codes, none where none does."""
    orders = [one for one in arrivals if one.name == ORDER and "discount_codes" in one.typed]
    brought = [(code, one) for one in orders for code in _codes(one.fields)]
    if not brought:
        return
    tx = batch.tx
    values = {"workspace": tx.workspace, "codes": listed(tx, {code for code, _ in brought})}
    unused: dict[str, Any] = {row.code: row for row in tx.all(_UNUSED, values)}
    uses = []
    for code, order in brought:
        row = unused.pop(code, None)
        if row is not None:
            uses.append({"of": row.id, "at": order.at})
            batch.emitted.append(Emitted(USED, row.contact, order.id, order.id))
    if uses:
        tx.execute(_USE, uses)


def _codes(fields: Typed) -> list[str]:
    """The codes of an order as coupons have them: typed texts are folded, and codes are ASCII."""
    found = (code for path in _PATHS for code in fields["t"].get(path) or ())
    return [code.upper() for code in found if isinstance(code, str)]


def _correct(batch: "Batch", one: Issued, code: str, expires: datetime | None) -> None:
    if one.run.kept is not None and one.name in one.run.kept:
        batch.keep(one.run, one.name, _shown(code, expires))


def _instant(expires: datetime | None) -> int | None:
    return None if expires is None else micros(expires)


def _shown(code: str, expires: datetime | None) -> dict[str, str]:
    """What rules and e-mails see of a code."""
    return {"code": code} | ({} if expires is None else {"expires": expires.isoformat()})
