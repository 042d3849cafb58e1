"""An invented country -> deliveries in the canonical format, and what was planted in it.

Reads    conf/invented_country
Writes   OUT/deliveries, and OUT/truth with --truth
Run      spiegel invent --out DIR [--persons 40000 --practices 24 --years 2019-2021 --seed 1]
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from jobs.options import ConfOption, as_script, as_years
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.inventing import CountryPlan, write_country


def invent(conf: Conf, out: str, plan: CountryPlan, truth: bool) -> dict[str, int]:
    """Write the deliveries of an invented country; the same plan gives the same bytes."""
    folder = Folder(out)
    if folder.exists("deliveries") and folder.files("deliveries"):
        _refuse_another_plan(folder, plan)
    console = Console()
    started = time.monotonic()

    def tell(step: str, counts: dict[str, int]) -> None:
        told = "  ".join(f"{number:,} {unit}" for unit, number in counts.items())
        console.print(f" [green]✓[/] invent: {step:<36}{time.monotonic() - started:>7.1f} s   "
                      f"[dim]{told}[/]", highlight=False)  # fmt: skip

    folder.write("plan.txt", f"{plan}\n".encode())
    return write_country(folder, plan, conf, truth, on_progress=tell)


def _refuse_another_plan(folder: Folder, plan: CountryPlan) -> None:
    """Two countries in one folder would be received as one."""
    if folder.exists("plan.txt") and folder.read("plan.txt").decode() == f"{plan}\n":
        return
    raise WrongUse(
        "the folder holds another country already", where=folder.uri,
        fix="name an empty folder with --out, or remove that one",
    )  # fmt: skip


def plan_of(persons: int, practices: int, years: str, seed: int) -> CountryPlan:
    """The country the options ask for."""
    named = as_years(None, years)
    return CountryPlan(persons, practices, named[0], named[-1], seed)


def main(
    out: Annotated[str, typer.Option(help="Folder to write to.")],
    persons: Annotated[int, typer.Option(help="Persons insured at any one time.")] = 40_000,
    practices: Annotated[int, typer.Option(help="General practices.")] = 24,
    years: Annotated[str, typer.Option(help="Care years, as 2019-2021.")] = "2019-2021",
    seed: Annotated[int, typer.Option(help="Another seed is another country.")] = 1,
    truth: Annotated[bool, typer.Option("--truth", help="Also write what was planted.")] = False,
    conf: ConfOption = None,
) -> None:
    """Invent a country and its deliveries."""
    invent(
        Conf(None if conf is None else Path(conf)),
        out,
        plan_of(persons, practices, years, seed),
        truth,
    )


if __name__ == "__main__":
    as_script(main)
