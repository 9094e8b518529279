"""Queries that are written out once: they answer as any other, fail as any other, and can be listened to."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Select, Text, bindparam, cast, event, exists, literal, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from runtime.ledger import Ledger, Tx
from runtime.ledger.bulk import run_many
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import contact, flow, message

_PEOPLE = (
    select(
        contact.c.id,
        contact.c.fields,
        cast(contact.c.tags, Text).label("tags"),
        exists().where(message.c.contact == contact.c.id).label("written_to"),
        literal(None).label("empty"),
    )
    .where(contact.c.workspace == bindparam("workspace"), among(contact.c.email, "who"))
    .where(contact.c.name.in_(("Dewi", "Budi")))
    .order_by(contact.c.email)
    .limit(2)
)
_TWO_IDS = select(contact.c.id, message.c.id, message.c.marketing).join(message, message.c.contact == contact.c.id)


@pytest.fixture
def tx(ledger: Ledger, shop: int) -> Iterator[Tx]:
    """Dewi, Budi and Nok; Budi has a message."""
    with ledger.write(shop) as tx:
        always = {"fields": {"city": "ขอนแก่น"}, "tags": ["vip"], "typed": "{}", "created_at": 1, "seen_at": 1}
        people = [always | {"name": name, "email": f"{name.lower()}@example.com"} for name in ("Dewi", "Budi", "Nok")]
        ids = tx.reserve(3)
        tx.insert(contact, [one | {"id": id_} for one, id_ in zip(people, ids, strict=True)])
        waits = {"channel": "email", "test": False, "state": "queued", "queued_at": 1, "due_at": 1, "tries": 0}
        tx.insert(message, [waits | {"id": tx.reserve(1)[0], "block": "mail", "contact": ids[1], "marketing": True}])
        yield tx


@pytest.mark.parametrize("query", [_PEOPLE, _TWO_IDS], ids=["people", "two ids"])
def test_it_answers_as_any_other(tx: Tx, query: Select[Any]) -> None:
    values = {"workspace": tx.workspace, "who": listed(tx, ["dewi@example.com", "budi@example.com", "nok@example.com"])}
    plain, written = tx.all(query, values), tx.all(Prepared(query), values)
    assert list(map(tuple, written)) == list(map(tuple, plain)) != []
    assert [dict(row._mapping) for row in written] == [dict(row._mapping) for row in plain]
    assert [type(value) for row in written for value in row] == [type(value) for row in plain for value in row]


def test_rows_are_read_by_name(tx: Tx) -> None:
    people = Prepared(_PEOPLE)
    budi = tx.first(people, {"workspace": tx.workspace, "who": listed(tx, ["budi@example.com"])})
    assert budi is not None
    assert (budi.fields, budi.written_to, budi.empty) == ({"city": "ขอนแก่น"}, True, None)
    assert tx.first(people, {"workspace": tx.workspace, "who": listed(tx, [])}) is None
    assert tx.scalar(Prepared(text("SELECT count(*) AS many FROM contact"))) == 3


def test_what_is_wrong_is_said_as_of_any_other(tx: Tx) -> None:
    with pytest.raises((OperationalError, ProgrammingError)):
        tx.all(Prepared(text("SELECT nothing FROM nowhere")))


def test_a_row_that_cannot_be_changed_is_said_as_well(tx: Tx) -> None:
    with pytest.raises((OperationalError, ProgrammingError)):
        run_many(tx, "UPDATE nowhere SET x = :x", [{"x": 1}])


def test_who_listens_hears_of_it(tx: Tx) -> None:
    heard: list[str] = []
    rename = "UPDATE contact SET name = :name WHERE name = 'Nok'"

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        heard.append(statement)

    def ask() -> None:
        tx.all(Prepared(select(flow.c.id)))
        assert run_many(tx, rename, [{"name": "Nok"}]) == 1

    engine = tx.connection.engine
    ask()
    event.listen(engine, "before_cursor_execute", hear)
    ask()
    event.remove(engine, "before_cursor_execute", hear)
    ask()
    assert [statement.split()[0] for statement in heard] == ["SELECT", "UPDATE"]
