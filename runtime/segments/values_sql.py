"""A comparison of a rule, as SQL over the typed form of a contact or of an event.

It gives the same answer as `Compare.meets`. Only the typed form is compared, and never with LIKE, whose case and escapes
differ: texts were folded at intake, so that equality and position say all. A value that is missing gives NULL; whoever
uses a condition makes a boolean of it (`surely`).
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from blocks.rules import Compare

Test = Callable[[ColumnElement[Any]], ColumnElement[bool]]
_WRITTEN_OTHERWISE = re.compile(r'["\\\x00-\x1f]')
"""What JSON, as it is stored, writes in another way than it is."""
_LARGEST = (1 << 63) - 1


class Values:
    """The typed form in a column, on one of the databases."""

    def __init__(self, typed: ColumnElement[Any], dialect: str) -> None:
        self._typed = typed
        self._sqlite = dialect == "sqlite"

    def compare(self, rule: Compare, now: int) -> ColumnElement[bool]:
        """The rule's condition, true or false and never NULL. `now` is UTC microseconds."""
        path = rule.path
        match rule.op:
            case "is":
                return self._equal(rule)
            case "is_not":
                return not_(self._equal(rule))
            case "contains":
                return self._contains(rule)
            case "contains_not":
                return not_(self._contains(rule))
            case "starts_with":
                wanted = _sayable(rule.wanted_texts)
                return self._texts(
                    path, wanted, lambda text: or_(false(), *(self._begins(text, one) for one in wanted))
                )
            case "over":
                return self._any("n", path, lambda number: number > self._number(rule.wanted_numbers[0]))
            case "at_least":
                return self._any("n", path, lambda number: number >= self._number(rule.wanted_numbers[0]))
            case "under":
                return self._any("n", path, lambda number: number < self._number(rule.wanted_numbers[0]))
            case "at_most":
                return self._any("n", path, lambda number: number <= self._number(rule.wanted_numbers[0]))
            case "before":
                return self._any("d", path, lambda date: date < rule.wanted_dates[0])
            case "after":
                return self._any("d", path, lambda date: date > rule.wanted_dates[0])
            case "in_last_days":
                since = now - int(rule.wanted_numbers[0] * 86_400_000_000)
                return self._any("d", path, lambda date: and_(date >= max(since, -_LARGEST), date <= now))
            case "is_true":
                return self._any("b", path, lambda truth: truth == self._truth(value=True))
            case "is_false":
                return self._any("b", path, lambda truth: truth == self._truth(value=False))
            case "is_set":
                return self._known(path)
            case "is_not_set":
                return not_(self._known(path))

    def _equal(self, rule: Compare) -> ColumnElement[bool]:
        texts, path = _sayable(rule.wanted_texts), rule.path
        found = []
        if texts:
            found.append(self._texts(path, texts, lambda text: text.in_(texts)))
        if rule.wanted_numbers:
            numbers = [self._number(number) for number in rule.wanted_numbers]
            found.append(self._any("n", path, lambda number: or_(*(number == one for one in numbers))))
        if rule.wanted_truths:
            truths = [self._truth(value=truth) for truth in rule.wanted_truths]
            found.append(self._any("b", path, lambda truth: or_(*(truth == one for one in truths))))
        return or_(false(), *found)

    def _contains(self, rule: Compare) -> ColumnElement[bool]:
        wanted = _sayable(rule.wanted_texts)
        where = func.instr if self._sqlite else func.strpos
        return self._texts(rule.path, wanted, lambda text: or_(false(), *(where(text, one) > 0 for one in wanted)))

    def _texts(self, path: str, wanted: Sequence[str], test: Test) -> ColumnElement[bool]:
        """Whether a text at `path` passes; it cannot unless it contains one of `wanted`.

        SQLite takes a document apart anew for each value that is read out of it. Whether the text is anywhere in it is seen
        in a tenth of that time, and for most contacts it is not.
        """
        found = self._any("t", path, test)
        if not self._sqlite or any(_WRITTEN_OTHERWISE.search(one) for one in wanted):
            return found
        return and_(or_(false(), *(func.instr(self._typed, one) > 0 for one in wanted)), found)

    def _known(self, path: str) -> ColumnElement[bool]:
        return or_(
            self._any("t", path, lambda text: text != ""),
            *(self._any(kind, path, lambda value: value.is_not(None)) for kind in "ndb"),
        )

    def _any(self, kind: str, path: str, test: Test) -> ColumnElement[bool]:
        """Whether a value of this kind at `path` passes; of a list, any of them."""
        if "[]" not in path:
            return surely(test(self._of_kind(kind, self._leaf(kind, path))))
        if self._sqlite:
            values = func.json_each(self._typed, _json_path(kind, path)).table_valued("value")
            value = self._of_kind(kind, values.c.value)
        else:
            array = func.jsonb_extract_path(self._typed, kind, path)
            values = func.jsonb_array_elements_text(array).table_valued("value")
            value = self._of_kind(kind, values.c.value)
        return select(literal(1)).select_from(values).where(test(value)).correlate_except(values).exists()

    def _leaf(self, kind: str, path: str) -> ColumnElement[Any]:
        if self._sqlite:
            return func.json_extract(self._typed, _json_path(kind, path))
        return func.jsonb_extract_path_text(self._typed, kind, path)

    def _of_kind(self, kind: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
        if self._sqlite:
            return value
        match kind:
            case "n":
                return cast(value, Numeric)
            case "d":
                return cast(value, BigInteger)
            case _:
                return value

    def _number(self, number: float) -> Any:
        if not self._sqlite:
            # As it is written: PostgreSQL would read only 15 digits out of a float.
            return cast(literal(repr(number), String), Numeric)
        return float(number) if abs(number) > _LARGEST else number

    def _truth(self, *, value: bool) -> Any:
        return int(value) if self._sqlite else ("true" if value else "false")

    def _begins(self, text: ColumnElement[Any], wanted: str) -> ColumnElement[bool]:
        if self._sqlite:
            begins: ColumnElement[bool] = func.substr(text, 1, func.length(wanted)) == wanted
            return begins
        return func.starts_with(text, wanted)


def surely(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition with NULL as false, so that its negation is true."""
    return case((condition, true()), else_=false()) == true()


def _sayable(texts: Sequence[str]) -> list[str]:
    """Those that a stored text may hold: intake refuses NUL, and PostgreSQL would refuse the whole query."""
    return [text for text in texts if "\0" not in text]


def _json_path(kind: str, path: str) -> str:
    # Keys of the typed form hold no quotation mark: `safe_key` writes it as %22.
    return f'$.{kind}."{path}"'
