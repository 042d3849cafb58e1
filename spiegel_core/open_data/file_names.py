"""What the name of a file says: whether it holds data, the year of the care, the division."""

from __future__ import annotations

import re

from spiegel_core.errors import DataRefused

_DATA = (".csv", ".csv.gz", ".csv.zst")
_DIVISION = re.compile(r"indeling[^0-9]{0,3}(20[0-9]{2})(?![0-9])", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")


def is_data_file(name: str) -> bool:
    """Whether a file may hold open data, by the end of its name.

    Example:
        >>> is_data_file("vektis_2015.CSV.gz"), is_data_file("2021:1")
        (True, False)
    """
    return name.lower().endswith(_DATA)


def year_in(name: str) -> int:
    """The calendar year of the care, from the name of a file.

    Args:
        name: name of the file; the year of the municipal division in it does not count.

    Raises:
        DataRefused: the name holds no year, or several.

    Example:
        >>> year_in("Vektis Open Databestand 2015 - gemeente (indeling_2017).csv.gz")
        2015
    """
    years = sorted(set(_YEAR.findall(_DIVISION.sub("", name))))
    if len(years) != 1:
        raise DataRefused(
            "the year of a file cannot be told", where=name,
            found=f"years in its name: {', '.join(years) or 'none'}",
            expected="one year, as vektis_2015_gemeente.csv.gz", fix="rename the file",
        )  # fmt: skip
    return int(years[0])


def division_in(name: str) -> int | None:
    """The year of the municipal division a file names; None where it names none.

    Example:
        >>> division_in("Vektis Open Databestand 2015 - gemeente (indeling_2017).csv.gz")
        2017
    """
    found = _DIVISION.search(name)
    return int(found.group(1)) if found else None
