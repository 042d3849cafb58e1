"""Days as whole numbers since 1970-01-01, and what the calendar makes of them."""

from __future__ import annotations

import datetime

import numpy as np

from spiegel_core.invent.arrays import Ints, whole

_EPOCH = datetime.date(1970, 1, 1).toordinal()


def day(year: int, month: int, day_of_month: int) -> int:
    """The number of a day.

    Example:
        >>> day(1970, 1, 2)
        1
    """
    return datetime.date(year, month, day_of_month).toordinal() - _EPOCH


def date_of(number: int) -> datetime.date:
    """The date of a day.

    Example:
        >>> date_of(1)
        datetime.date(1970, 1, 2)
    """
    return datetime.date.fromordinal(number + _EPOCH)


def days_in_year(year: int) -> int:
    """365, or 366 in a leap year."""
    return day(year + 1, 1, 1) - day(year, 1, 1)


def quarter_starts(year: int) -> Ints:
    """The first days of the quarters of a year, and of the next year.

    Example:
        >>> [date_of(int(d)).isoformat() for d in quarter_starts(2021)][2:4]
        ['2021-07-01', '2021-10-01']
    """
    return whole([day(year, month, 1) for month in (1, 4, 7, 10)] + [day(year + 1, 1, 1)])


def quarters_between(first_year: int, last_year: int) -> Ints:
    """The first days of all quarters from a year up to and including two after another one.

    The last of them is the day after the last quarter, so that `numpy.searchsorted` finds the
    quarter of any day.
    """
    starts = [quarter_starts(year)[:4] for year in range(first_year, last_year + 1)]
    return np.concatenate([*starts, quarter_starts(last_year + 1)[:3]])


def as_yyyymmdd(days: Ints) -> Ints:
    """Days as whole numbers YYYYMMDD.

    Example:
        >>> as_yyyymmdd(whole([0, 18809]))
        array([19700101, 20210701])
    """
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day_of_month = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    return whole(10_000 * years + 100 * month + day_of_month)


def ages_on(number: int, births: Ints) -> Ints:
    """Ages in whole years on a day; somebody born later counts as 0.

    Example:
        >>> ages_on(day(2021, 7, 1), whole([day(1970, 7, 1), day(1970, 7, 2), day(2021, 9, 1)]))
        array([51, 50,  0])
    """
    on = int(as_yyyymmdd(whole([number]))[0])
    return np.maximum((on - as_yyyymmdd(births)) // 10_000, 0)
