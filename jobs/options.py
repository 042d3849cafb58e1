"""Options all jobs share, and how a job runs as a script of spark-submit."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from spiegel_core.errors import WrongUse
from spiegel_core.runtime.job import Job, ends_cleanly, leave

StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="Folder of the store, by path or URI (SPIEGEL_STORE, ./store)."),
]
ConfOption = Annotated[
    str | None, typer.Option("--conf", help="Folder of the configuration (the project's conf/).")
]
CutOffOption = Annotated[
    str | None,
    typer.Option("--cut-off", help="Cut-off date of the release (31 December of the year)."),
]
DeliveryOption = Annotated[
    str | None,
    typer.Option(
        "--delivery", help="What one touches: delivery_id, file, or as 9101-farmacie-2021-Q3."
    ),
]
DeliveryJsonOption = Annotated[
    bool, typer.Option("--json", help="With --delivery: one JSON object.")
]

NewKeyOption = Annotated[Path, typer.Option("--new-key", help="Key file of the new store.")]
IntoOption = Annotated[str, typer.Option("--into", help="Folder of the new store.")]
ByOption = Annotated[str, typer.Option("--by", help="Who asks for it, for the record.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason, for the record.")]
AcceptOption = Annotated[
    bool,
    typer.Option("--accept-differences", help="Take deliveries as today's rules judge them."),
]
# Of a command that shows numbers; `table` says what it means for whole tables.
SmallCellsOption = Annotated[
    bool, typer.Option("--small-cells", help="Also numbers of 1-9 persons: for audit.")
]
# Of `table`.
SmallTablesOption = Annotated[
    bool, typer.Option("--small-cells", help="Also tables with sums of one person: for audit.")
]


def as_job(store: str | None, conf: str | None) -> Job:
    """The store and configuration the options name."""
    return Job(store, None if conf is None else Path(conf))


def as_job_of_call(context: typer.Context, store: str | None, conf: str | None) -> Job:
    """As `as_job`, for a command of a group: its options may stand before the group's name."""
    named = context.find_root().params
    return as_job(store or named.get("store"), conf or named.get("conf"))


def as_script(main: Callable[..., None]) -> None:
    """Run a job's main function as a script, with its exit code."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    leave(ends_cleanly(app))


def as_day(text: str | None, usual: datetime.date) -> datetime.date:
    """A date as 2021-12-31; the usual one where none is given."""
    if text is None:
        return usual
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise WrongUse("this is no date", found=text, expected="a date as 2021-12-31") from None


def as_years(year: int | None, years: str | None) -> list[int]:
    """The report years that --year and --years name, in order.

    Example:
        >>> as_years(2021, "2019-2021"), as_years(2021, None)
        ([2019, 2020, 2021], [2021])
    """
    named = set() if year is None else {year}
    if years is not None:
        first, _, last = years.partition("-")
        if not re.fullmatch(r"[0-9]{4}(-[0-9]{4})?", years):
            raise WrongUse("these are no years", found=years, expected="as 2019-2021")
        named |= set(range(int(first), int(last or first) + 1))
    if year is None and years is None:
        raise WrongUse("no year is named", fix="add --year 2021, or --years 2019-2021")
    if not named or min(named) < 2006 or max(named) > 2100 or len(named) > 30:
        raise WrongUse(
            "no year from 2006 on is named",
            found=f"{min(named)} to {max(named)}" if named else str(years),
            expected="2006 to 2100, at most 30 of them, the first before the last",
            fix="name them as --year 2021, or as --years 2019-2021",
        )  # fmt: skip
    return sorted(named)
