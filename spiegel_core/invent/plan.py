"""How large a country is asked for, and the pieces it is made in."""

from __future__ import annotations

from dataclasses import dataclass

from spiegel_core.errors import WrongUse

_MOST_PERSONS = 25_000_000
_FIRST_YEAR, _LAST_YEAR = 2011, 2026
_MOST_INSURERS = 10


@dataclass(frozen=True)
class CountryPlan:
    """The country that is asked for.

    Args:
        persons: persons insured at any one time; over the years a few per cent more are
            born, move in, die and leave.
        practices: general practices.
        first_year, last_year: calendar years of care.
        seed: another seed is another country.
        insurers: how many; None is one per 10,000 persons, at least 2 and at most 10.
    """

    persons: int = 40_000
    practices: int = 24
    first_year: int = 2019
    last_year: int = 2021
    seed: int = 1
    insurers: int | None = None

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years of care."""
        return tuple(range(self.first_year, self.last_year + 1))

    def number_of_insurers(self, persons_per_insurer: int) -> int:
        """How many insurers the country has.

        Example:
            >>> CountryPlan(persons=40_000).number_of_insurers(10_000)
            4
        """
        if self.insurers is not None:
            return self.insurers
        return min(max(self.persons // persons_per_insurer, 2), _MOST_INSURERS)

    def pieces(self, block: int) -> tuple[tuple[int, int], ...]:
        """First and last-but-one number of the persons of each piece.

        Example:
            >>> CountryPlan(persons=120_000).pieces(50_000)
            ((0, 50000), (50000, 100000), (100000, 120000))
        """
        starts = range(0, self.persons, block)
        return tuple((start, min(start + block, self.persons)) for start in starts)


def refuse_impossible(plan: CountryPlan) -> None:
    """Raise WrongUse for a country that cannot be made; every reason is named at once."""
    reasons = []
    if not 100 <= plan.persons <= _MOST_PERSONS:
        reasons.append(f"persons must be 100 to {_MOST_PERSONS:,}")
    if not 1 <= plan.practices <= plan.persons // 50:
        reasons.append("practices must be 1 to persons / 50")
    if not _FIRST_YEAR <= plan.first_year <= plan.last_year <= _LAST_YEAR:
        reasons.append(
            f"years must lie in {_FIRST_YEAR} to {_LAST_YEAR}, the first not after the last"
        )
    if plan.insurers is not None and not 1 <= plan.insurers <= _MOST_INSURERS:
        reasons.append(f"insurers must be 1 to {_MOST_INSURERS}")
    if reasons:
        found = (
            f"persons {plan.persons:,}, practices {plan.practices:,}, "
            f"years {plan.first_year}-{plan.last_year}, insurers {plan.insurers}"
        )
        raise WrongUse(
            "this country cannot be invented", found=found, expected="; ".join(reasons),
            fix="ask for another size",
        )  # fmt: skip
