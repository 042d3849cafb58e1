"""Where a delivery of claims belongs: sender, care type and period; also of one that never came."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass

from spiegel_core.contracts.files import CARE_TYPES

_MONTHS_OF_YEAR = 12
_MONTHS_OF_QUARTER = 3
_NAME = re.compile(
    r"(?P<sender>[0-9]{4})-(?P<care_type>[a-z_]+)-"
    r"(?:(?P<year>20[0-9]{2})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?"
    r"|(?P<first>[0-9-]{10})\.\.(?P<last>[0-9-]{10}))"
    r"(?:-(?!Q[0-9])[A-Za-z][A-Za-z0-9]*)*"
)


def month_number(day: datetime.date) -> int:
    """Months since the year 0, so that months can be counted with.

    Example:
        >>> month_number(datetime.date(2021, 1, 31)) - month_number(datetime.date(2020, 12, 1))
        1
    """
    return _MONTHS_OF_YEAR * day.year + day.month - 1


def last_month_due(cut_off: datetime.date, due_months: int) -> int:
    """The last month whose deliveries are due by a day: so many whole months lie between.

    Example:
        >>> due = last_month_due(datetime.date(2021, 11, 30), 2)
        >>> due == month_number(datetime.date(2021, 9, 30))
        True
        >>> last_month_due(datetime.date(2021, 11, 29), 2) == due - 1
        True
    """
    is_whole = cut_off.day == calendar.monthrange(cut_off.year, cut_off.month)[1]
    return month_number(cut_off) - due_months - (not is_whole)


@dataclass(frozen=True, order=True)
class Place:
    """Where deliveries of claims belong; several of one place add up.

    Args:
        sender: UZOVI of the sender.
        care_type: care type of the deliveries.
        period_from, period_to: first and last day of their period.
    """

    sender: str
    care_type: str
    period_from: datetime.date
    period_to: datetime.date

    @property
    def first_month(self) -> int:
        return month_number(self.period_from)

    @property
    def months(self) -> int:
        """How many calendar months the period lies in."""
        return month_number(self.period_to) - self.first_month + 1

    @property
    def last_month(self) -> int:
        return month_number(self.period_to)

    @property
    def is_of_whole_months(self) -> bool:
        last = calendar.monthrange(self.period_to.year, self.period_to.month)[1]
        return (self.period_from.day, self.period_to.day) == (1, last)

    @property
    def name(self) -> str:
        """As the delivery format writes a delivery_id, where the period is one it has a name for.

        Example:
            >>> Place("9101", "ggz", datetime.date(2021, 7, 1), datetime.date(2021, 9, 30)).name
            '9101-ggz-2021-Q3'
        """
        return f"{self.sender}-{self.care_type}-{self._period()}"

    def overlaps(self, other: Place) -> bool:
        """Whether the periods have a day in common."""
        return self.period_from <= other.period_to and other.period_from <= self.period_to

    def later(self, periods: int) -> Place:
        """So many periods of the same length later; of whole months.

        Example:
            >>> first, last = datetime.date(2021, 7, 1), datetime.date(2021, 9, 30)
            >>> Place("9101", "ggz", first, last).later(2).name
            '9101-ggz-2022-Q1'
        """
        first = self.first_month + periods * self.months
        end = _first_day(first + self.months) - datetime.timedelta(days=1)
        return Place(self.sender, self.care_type, _first_day(first), end)

    def _period(self) -> str:
        year, month = self.period_from.year, self.period_from.month
        names = {
            _whole_months(year, month, 1): f"{year}-{month:02d}",
            _whole_months(year, 1, _MONTHS_OF_YEAR): f"{year}",
        }
        if month % _MONTHS_OF_QUARTER == 1:
            quarter = 1 + month // _MONTHS_OF_QUARTER
            names[_whole_months(year, month, _MONTHS_OF_QUARTER)] = f"{year}-Q{quarter}"
        period = (self.period_from, self.period_to)
        return names.get(period, f"{self.period_from}..{self.period_to}")


def place_of(name: str) -> Place | None:
    """The place a name stands for; None where it names none.

    What stands behind the period, as the piece of a file, is left out.

    Example:
        >>> place_of("9101-ggz-2021-Q3-p00").name, place_of("9101-ggz-2021-02").period_to.day
        ('9101-ggz-2021-Q3', 28)
        >>> place_of("9101-ggz-2021-05-12..2021-06-30").name
        '9101-ggz-2021-05-12..2021-06-30'
        >>> place_of("9101-tandarts-2021-Q3"), place_of("ggz-2021-Q3")
        (None, None)
    """
    found = _NAME.fullmatch(name)
    if found is None or found["care_type"] not in CARE_TYPES:
        return None
    period = _period_of(found)
    if period is None or period[1] < period[0]:
        return None
    return Place(found["sender"], found["care_type"], *period)


def _period_of(found: re.Match[str]) -> tuple[datetime.date, datetime.date] | None:
    if found["year"] is None:
        try:
            first, last = (datetime.date.fromisoformat(found[n]) for n in ("first", "last"))
        except ValueError:
            return None
        return first, last
    year = int(found["year"])
    if found["quarter"]:
        return _whole_months(year, 3 * int(found["quarter"]) - 2, _MONTHS_OF_QUARTER)
    if found["month"]:
        return _whole_months(year, int(found["month"]), 1)
    return _whole_months(year, 1, _MONTHS_OF_YEAR)


def _first_day(month: int) -> datetime.date:
    """First day of a month that is counted as `month_number` does."""
    return datetime.date(month // _MONTHS_OF_YEAR, month % _MONTHS_OF_YEAR + 1, 1)


def _whole_months(year: int, month: int, months: int) -> tuple[datetime.date, datetime.date]:
    """First and last day of months that lie within one year."""
    last = min(month + months - 1, _MONTHS_OF_YEAR)
    end = datetime.date(year, last, calendar.monthrange(year, last)[1])
    return datetime.date(year, month, 1), end
