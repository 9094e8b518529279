"""When holidays fall, for those that a schedule may name. The only file that imports `holidays`.

Lebaran and Chinese New Year go by the moon: the library knows what Indonesia has announced, and the years to come as
astronomers reckon them, which may be a day off until they are announced.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

_FIXED = {
    "new_year": (1, 1),
    "valentine": (2, 14),
    "songkran": (4, 13),
    "mothers_day_th": (8, 12),
    "singles_day": (11, 11),
    "double_twelve": (12, 12),
    "christmas": (12, 25),
}
_BY_THE_MOON = {"lebaran": "Eid al-Fitr", "lunar_new_year": "Lunar New Year"}
THURSDAY = 3


class Holidays:
    """The calendar that schedules are asked with (`blocks.contract.Calendar`)."""

    def days(self, holiday: str, year: int) -> Sequence[date]:
        """The first day of a holiday in a year. The first moon of a process costs 0.3 s, for the library is loaded then."""
        if holiday in _FIXED:
            return (date(year, *_FIXED[holiday]),)
        if holiday == "black_friday":
            first = date(year, 11, 1)
            return (first + timedelta(days=(THURSDAY - first.weekday()) % 7 + 21 + 1),)
        return _moons(_BY_THE_MOON[holiday], year)


CALENDAR = Holidays()


@lru_cache(maxsize=256)
def _moons(name: str, year: int) -> tuple[date, ...]:
    from holidays import country_holidays

    found = country_holidays("ID", years=year, language="en_US")
    return tuple(sorted(day for day in found if _is(found[day], name)))


def _is(said: str, name: str) -> bool:
    """Several may fall on one day; a second day is not the first."""
    return any(one.removesuffix(" (estimated)") == name for one in said.split("; "))
