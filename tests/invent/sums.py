"""What the claims of many persons add up to under the rules, in columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.rules import YearRules
from spiegel_core.invent.arrays import Flags, Floats, Ints
from tests.invent.columns import integers, persons_of


class Sums:
    """What the claims of a piece add up to per person of the register."""

    def __init__(self, rules: YearRules, numbers: Ints, medicines: dict[str, tuple[str, int]]):
        self._rules, self._numbers, self._medicines = rules, numbers, medicines
        self._segment = {c.name: c.segment for c in rules.care_types}
        self.amounts: dict[str, Floats] = defaultdict(lambda: np.zeros(len(numbers)))
        self._routes: dict[tuple[str, str], Floats] = defaultdict(lambda: np.zeros(len(numbers)))
        self.practice = np.zeros(len(numbers), np.int64)
        self.practices = np.zeros(len(numbers), np.int64)
        self._fees: list[tuple[Ints, Ints, Ints]] = []

    def add(self, care_type: str, table: pa.Table) -> None:
        """Add the lines of a file."""
        segment = self._segment[care_type]
        year = str(self._rules.report_year)
        table = table.filter(
            pc.and_(pc.equal(table["cover"], "B"), pc.starts_with(table["care_from"], year))
        )
        person = persons_of(table)
        place = np.searchsorted(self._numbers, person).clip(max=len(self._numbers) - 1)
        known = self._numbers[place] == person
        if segment is None or not known.any():
            return
        table, place = table.filter(pa.array(known)), place[known]
        sign = np.where(table["debit_credit"].to_numpy() == "D", 1, -1)
        cents = sign * integers(table["granted_cents"])
        quantity = sign * integers(table["quantity"])
        self._sum(self.amounts[f"cost_{segment}"], place, cents)
        if care_type == "huisartsenzorg":
            groups = {row.code: row.group for row in self._rules.gp_care}
            self._per_name(table["code"], groups.get, place, quantity, self.amounts)
            self._keep_fees(table, place, cents)
        elif care_type == "eerstelijnsdiagnostiek":
            self._per_name(table["code"], self._test, place, quantity, self.amounts)
        elif care_type == "farmacie":
            self._add_doses(table, place, quantity)
        elif care_type in ("ketenzorg", "medisch_specialistisch"):
            self._add_flags(care_type, table, place, sign)

    def shows(self) -> dict[str, Flags]:
        """Per condition, whether it shows by any route."""
        self._settle_fees()
        enough = {"drugs": 1000 * self._rules.numbers.condition_ddd}
        return {
            name: np.logical_or.reduce([
                sums > enough.get(route, 0)
                for (condition, route), sums in self._routes.items() if condition == name
            ])
            for name in self._rules.condition_names
        }  # fmt: skip

    def _sum(self, target: Floats, place: Ints, values: Ints) -> None:
        target += np.bincount(place, values, len(target))

    def _per_name(
        self, codes: pa.ChunkedArray, name_of: Callable[[str], str | None], place: Ints,
        values: Ints, targets: Mapping[str, Floats],
    ) -> None:  # fmt: skip
        """Add values under the name of each line's code."""
        encoded = codes.combine_chunks().dictionary_encode()
        number = encoded.indices.to_numpy()
        by_name: dict[str, list[int]] = defaultdict(list)
        for at, code in enumerate(encoded.dictionary.to_pylist()):
            if name := name_of(code):
                by_name[name].append(at)
        for name, numbers in by_name.items():
            these = np.isin(number, numbers)
            self._sum(targets[name], place[these], values[these])

    def _test(self, code: str) -> str | None:
        """The kind of test of a code; order tariffs are none."""
        for row in self._rules.tests:
            if row.from_code <= code <= row.to_code:
                return row.kind if row.counts else None
        return None

    def _keep_fees(self, table: pa.Table, place: Ints, cents: Ints) -> None:
        first, last = (int(day.strftime("%Y%m%d")) for day in self._rules.registration_period)
        on = integers(table["care_from"])
        codes = self._rules.numbers.registration_fee_codes
        is_fee = np.isin(table["code"].to_numpy(), codes) & (on >= first) & (on <= last)
        self._fees.append((place[is_fee], integers(table["practice"])[is_fee], cents[is_fee]))

    def _settle_fees(self) -> None:
        """Practices with a net fee above zero, per person."""
        place, practice, cents = (np.concatenate(part) for part in zip(*self._fees, strict=True))
        pairs, number = np.unique(np.stack([place, practice]), axis=1, return_inverse=True)
        left = np.bincount(number.reshape(-1), cents) > 0
        self.practice[pairs[0, left]] = pairs[1, left]
        self.practices += np.bincount(pairs[0, left], minlength=len(self.practices))

    def _add_doses(self, table: pa.Table, place: Ints, quantity: Ints) -> None:
        encoded = table["code"].combine_chunks().dictionary_encode()
        known = [self._medicines.get(zi, ("", 0)) for zi in encoded.dictionary.to_pylist()]
        number = encoded.indices.to_numpy()
        doses = quantity * np.array([ddd for _, ddd in known], np.int64)[number]
        for condition in self._rules.condition_names:
            drugs = tuple(s.code for s in self._rules.conditions
                          if (s.condition, s.route) == (condition, "drugs"))  # fmt: skip
            is_drug = np.array([atc.startswith(drugs) for atc, _ in known], bool)[number]
            self._sum(self._routes[condition, "drugs"], place[is_drug], doses[is_drug])

    def _add_flags(self, care_type: str, table: pa.Table, place: Ints, sign: Ints) -> None:
        route = "chain_care" if care_type == "ketenzorg" else "specialist"
        codes = table["code"].to_numpy() if route == "chain_care" else table["diagnosis"].to_numpy()
        specialism = table["specialism"].to_numpy()
        for source in self._rules.conditions:
            if source.route == route:
                these = (codes == source.code) & (specialism == (source.specialism or ""))
                at = (source.condition, f"{route} {source.specialism} {source.code}")
                self._sum(self._routes[at], place[these], sign[these])
