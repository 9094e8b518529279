"""A rule as SQL over all contacts: how many meet it, and some of them.

It gives the same answer as `rule.meets` does for each contact (tests hold the two together). It reads what there is: the
typed form of contacts, the events by contact and name, messages by contact, members.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_, select, true, tuple_

from blocks.rules import All, AnyOf, Compare, Did, Got, InSegment, LastDays, Not, Reachable, Rule
from runtime.engagement import PERSON
from runtime.engine.lookback.past_mail import DEEDS, STATES, counts
from runtime.engine.lookback.standing import reach
from runtime.engine.lookback.standpoint import first_instant
from runtime.ledger import Tx
from runtime.ledger.tables import contact, engagement, event, member, message, segment, version_mail
from runtime.people import contacts
from runtime.people.contacts import Contact
from runtime.segments.document import refused
from runtime.segments.values_sql import Values

MOST = 500
"""So many members are shown at once."""

SHORT = 31
"""Days up to which a window is read by name and time; a longer one is asked of each contact."""


def count(tx: Tx, rule: Rule, now: int) -> int:
    """How many contacts meet the rule. `now` is UTC microseconds. Raises NotForSegments.

    Costs some 1 µs a contact for each condition; one with a `where` reads every event of that name in its window.
    """
    query = select(func.count()).select_from(contact).where(tx.mine(contact), meeting(tx, rule, now))
    return int(tx.scalar(query))


def first(tx: Tx, rule: Rule, now: int, limit: int) -> tuple[int, list[Contact]]:
    """How many contacts meet the rule, and the first of them by id. Raises NotForSegments. Looks for them once: of a rule
    that few meet, the first few cost as much to find as all of them do."""
    met = select(contact.c.id).where(tx.mine(contact), meeting(tx, rule, now)).cte("met")
    number = select(func.count()).select_from(met).scalar_subquery()
    rows = tx.all(select(met.c.id, number.label("number")).order_by(met.c.id).limit(min(limit, MOST)))
    return (int(rows[0].number) if rows else 0), _contacts(tx, [row.id for row in rows])


def members(tx: Tx, rule: Rule, now: int, limit: int = 50, after: int = 0) -> list[Contact]:
    """Contacts who meet the rule, by id; for the next page give the id of the last one as `after`. Raises NotForSegments."""
    query = select(contact.c.id).where(tx.mine(contact), contact.c.id > after, meeting(tx, rule, now))
    return _contacts(tx, [row.id for row in tx.all(query.order_by(contact.c.id).limit(min(limit, MOST)))])


def _contacts(tx: Tx, ids: Sequence[int]) -> list[Contact]:
    found = contacts.many(tx, ids)
    return [found[id_] for id_ in ids]


def meeting(tx: Tx, rule: Rule, now: int) -> ColumnElement[bool]:
    """The condition that a row of `contact` meets the rule; never NULL. Raises NotForSegments."""
    refused(rule)
    return _Translation(tx, now).of(rule)


class _Translation:
    def __init__(self, tx: Tx, now: int) -> None:
        self._tx, self._now = tx, now
        self._contact = Values(contact.c.typed, tx.dialect)
        self._event = Values(event.c.typed, tx.dialect)

    def of(self, rule: Rule) -> ColumnElement[bool]:
        match rule:
            case All():
                return and_(true(), *(self.of(inner) for inner in rule.rules))
            case AnyOf():
                return or_(false(), *(self.of(inner) for inner in rule.rules))
            case Not():
                return not_(self.of(rule.rule))
            case Compare():
                return self._contact.compare(rule, self._now)
            case Did():
                return self._did(rule)
            case Got():
                return self._got(rule)
            case InSegment():
                return self._in_segment(rule)
            case Reachable():
                found = reach(rule.channel)
                return not_(found) if rule.negate else found

    def _did(self, rule: Did) -> ColumnElement[bool]:
        where = [
            event.c.name == rule.event,
            event.c.at >= first_instant(rule.window, self._now, self._now),
            event.c.at <= self._now,
        ]
        if isinstance(rule.window, LastDays) and rule.window.days <= SHORT:
            return self._lately(rule, where)
        where.append(event.c.contact == contact.c.id)
        if rule.where is not None:
            where += [event.c.state == "done", self._past(rule.where)]
        elif self._some_new(rule.event):
            where.append(event.c.state == "done")
        # Otherwise the index on contact, name and time answers alone; what is asked for has to be in it, too.
        happened = select(event.c.at).where(*where).correlate(contact)
        return self._enough(happened, rule)

    def _some_new(self, name: str) -> bool:
        """Whether any event of this name is known to be a contact's before the engine has looked at it, as our own are."""
        # In words that only the index on the few that are new goes by: half of all events may have this name.
        new = (event.c.state == "new", func.coalesce(event.c.contact, 0) > 0, event.c.name.concat("") == name)
        return self._tx.first(select(event.c.id).where(self._tx.mine(event), *new).limit(1)) is not None

    def _lately(self, rule: Did, where: list[ColumnElement[bool]]) -> ColumnElement[bool]:
        """The few who did it in a short window, by the index on name and time: three times as fast as asking everybody."""
        where += [self._tx.mine(event), event.c.state == "done", event.c.contact.is_not(None)]
        if rule.where is not None:
            where.append(self._past(rule.where))
        who = select(event.c.contact).where(*where).correlate(None)
        if rule.times > 1:
            who = who.group_by(event.c.contact).having(func.count() >= rule.times)
        return contact.c.id.not_in(who) if rule.negate else contact.c.id.in_(who)

    def _past(self, rule: Rule) -> ColumnElement[bool]:
        """A filter on a past event. The contact is not part of it: all their fields are missing there, and there is no run."""
        match rule:
            case All():
                return and_(true(), *(self._past(inner) for inner in rule.rules))
            case AnyOf():
                return or_(false(), *(self._past(inner) for inner in rule.rules))
            case Not():
                return not_(self._past(rule.rule))
            case Compare(of="contact" | "run"):
                return true() if rule.op in ("is_not", "contains_not", "is_not_set") else false()
            case Compare():
                return self._event.compare(rule, self._now)
            case _:
                raise AssertionError("refused before")

    def _got(self, rule: Got) -> ColumnElement[bool]:
        if rule.what in DEEDS:
            return self._engaged(rule)
        where = [
            counts(),
            message.c.contact == contact.c.id,
            message.c.state.in_(STATES[rule.what]),
            message.c.done_at >= first_instant(rule.window, self._now, self._now),
            message.c.done_at <= self._now,
        ]
        if rule.email:
            where.append(tuple_(message.c.version, message.c.block).in_(self._sends(rule.email)))
        return self._enough(select(message.c.id).where(*where).correlate(contact), rule)

    def _engaged(self, rule: Got) -> ColumnElement[bool]:
        """E-mails that a person opened or clicked, each once."""
        where = [
            engagement.c.contact == contact.c.id,
            engagement.c.what == DEEDS[rule.what],
            engagement.c.who == PERSON,
            engagement.c.last_at >= first_instant(rule.window, self._now, self._now),
            engagement.c.last_at <= self._now,
        ]
        if rule.email:
            where.append(tuple_(engagement.c.version, engagement.c.block).in_(self._sends(rule.email)))
        # Not DISTINCT, which SQLite 3.40 takes for superfluous here: two links of one e-mail would be two e-mails.
        return self._enough(
            select(engagement.c.message).where(*where).group_by(engagement.c.message).correlate(contact), rule
        )

    def _sends(self, email: str) -> Select[tuple[int, str]]:
        """The blocks of all versions that send an e-mail."""
        return (
            select(version_mail.c.version, version_mail.c.block)
            .where(self._tx.mine(version_mail), version_mail.c.email == email)
            .correlate(None)
        )

    def _in_segment(self, rule: InSegment) -> ColumnElement[bool]:
        which = select(segment.c.id).where(
            self._tx.mine(segment), segment.c.slug == rule.segment, segment.c.state == "live"
        )
        inside = select(member.c.contact).where(
            member.c.segment == which.correlate(None).scalar_subquery(),
            member.c.contact == contact.c.id,
            member.c.since_at <= self._now,
        )
        found = inside.correlate(contact).exists()
        return not_(found) if rule.negate else found

    def _enough(self, rows: Select[tuple[int]], rule: Did | Got) -> ColumnElement[bool]:
        if rule.times == 1:
            found: ColumnElement[bool] = rows.exists()
        else:
            last = rows.limit(1).offset(rule.times - 1)
            found = last.scalar_subquery().is_not(None)
        return not_(found) if rule.negate else found
