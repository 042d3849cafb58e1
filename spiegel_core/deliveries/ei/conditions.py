"""Whether a field of a record, or of one above it, passes a declared test."""

from __future__ import annotations

import numpy as np

from spiegel_core.deliveries.ei.records import (
    Kind,
    Kinds,
    Mask,
    Octets,
    Whole,
    holds_value,
    whole_numbers,
)
from spiegel_core.deliveries.ei.standard import HEADER, EiField, Standard, Test
from spiegel_core.deliveries.ei.words import JUDGES

_AGAINST_OTHERS = (
    "same_as", "other_than", "on_or_after", "on_or_before", "at_most", "not_among",
    "at_least_sum_of", "product_of", "days_of",
)  # fmt: skip


class Conditions:
    """The fields of a file, to hold declared tests against.

    Args:
        kinds: the records by kind.
        standard: the standard they are of.
        miscounted: kinds of record of which some are missing, so that sums over them mean nothing.
    """

    def __init__(self, kinds: Kinds, standard: Standard, miscounted: frozenset[str]) -> None:
        self._kinds = kinds
        self._standard = standard
        self._miscounted = miscounted
        self._care: dict[str, Whole] = {}

    def can_judge(self, kind: Kind, number: str) -> Mask:
        """Records for which a field, their own or that of a record above, is there and sound.

        What hangs on a record that was found wrong is not judged: one cause, one finding.
        """
        if number[:2] == kind.code:
            return kind.sound(number)
        if number[:2] not in kind.above:
            return np.zeros(len(kind), dtype=bool)
        of, above = kind.above[number[:2]], self._kinds[number[:2]]
        if not len(above):
            return np.zeros(len(kind), dtype=bool)
        sound = above.sound(number) if number[:2] == HEADER else above.sound_throughout()
        found: Mask = (of >= 0) & sound[of]
        return found

    def block(self, kind: Kind, number: str) -> Octets:
        """The characters of a field, brought down from the record above where it stands there."""
        one = self._standard.of_number[number]
        if one.record == kind.code:
            return kind.block(one)
        return self._kinds[one.record].block(one)[:, kind.above[one.record]]

    def field(self, number: str) -> EiField:
        return self._standard.of_number[number]

    def numbers(self, kind: Kind, number: str) -> Whole:
        return whole_numbers(self.block(kind, number))

    def sorts(self, kind: Kind) -> Whole:
        """The sort of care of each record: place in the declared sorts, -1 unknown."""
        if kind.code not in self._care:
            self._care[kind.code] = self._sorts(kind)
        return self._care[kind.code]

    def _sorts(self, kind: Kind) -> Whole:
        """Of a care record that of most of the records beneath it; of others that above them."""
        if kind.code != "04":
            of = kind.above.get("04", np.full(len(kind), -1))
            above = self.sorts(self._kinds["04"])
            return np.where(of >= 0, above[of], -1) if len(above) else np.full(len(kind), -1)
        telling = self._kinds[self._standard.care[:2]]
        own = self.own_sorts(telling)
        of = telling.above["04"]
        known = (own >= 0) & (of >= 0)
        counts = np.zeros((len(kind), len(self._standard.care_sorts)), dtype=np.int64)
        np.add.at(counts, (of[known], own[known]), 1)
        total = np.bincount(of[of >= 0], minlength=len(kind))
        best = counts.argmax(axis=1) if len(kind) else np.zeros(0, dtype=np.int64)
        most = counts.max(axis=1) if len(kind) else best
        return np.where(most * 2 > total, best, -1).astype(np.int64)

    def own_sorts(self, telling: Kind) -> Whole:
        """The sort each of the telling records names by itself; -1 where it cannot be read."""
        found = np.full(len(telling), -1, dtype=np.int64)
        block = telling.block(self.field(self._standard.care))
        for place, values in enumerate(self._standard.care_sorts.values()):
            for value in values:
                found[holds_value(block, value)] = place
        found[~telling.sound(self._standard.care)] = -1
        return found

    def is_care(self, kind: Kind, test: Test) -> Mask:
        """Records of one of the sorts of care named; records of unknown sort pass no test."""
        sorts = self.sorts(kind)
        named = [i for i, sort in enumerate(self._standard.care_sorts) if sort in test.against]
        found: Mask = np.isin(sorts, named)
        return (sorts >= 0) & ~found if test.word == "not" else found

    def knows(self, kind: Kind, number: str, test: Test) -> Mask:
        """Records for which a test of a field can be judged at all."""
        found = self.can_judge(kind, number)
        if test.word == "sum_of":
            return found & self._can_sum(kind, test.against[0])
        if test.word in _AGAINST_OTHERS:
            for other in test.against:
                if test.word != "not_among":
                    found = found & self.can_judge(kind, other)
        return found

    def _can_sum(self, kind: Kind, number: str) -> Mask:
        """Records beneath which every record can be read, and none is missing."""
        beneath = self._kinds[number[:2]]
        if beneath.code in self._miscounted:
            return np.zeros(len(kind), dtype=bool)
        of = beneath.above[kind.code]
        unsound = of[(of >= 0) & ~beneath.sound_throughout()]
        found: Mask = np.bincount(unsound, minlength=len(kind)) == 0
        return found

    def holds(self, kind: Kind, number: str, test: Test) -> Mask:
        """Which records pass a test; of meaning only where `knows`."""
        if number == "care":
            return self.is_care(kind, test)
        if not self.can_judge(kind, number).any():
            return np.zeros(len(kind), dtype=bool)
        judge = JUDGES[test.word]
        return judge(self, kind, number, test.against)

    def debits(self, kind: Kind) -> Mask:
        """Records whose sign says debit; all of them where the record has no sign."""
        signs = [f for f in self._standard.of_record[kind.code] if f.values == ("D", "C")]
        if not signs:
            return np.ones(len(kind), dtype=bool)
        return holds_value(kind.block(signs[-1]), "D")

    def total(self, kind: Kind, number: str) -> Whole:
        """Per record the sum of a field over the records beneath it."""
        beneath = self._kinds[number[:2]]
        of = beneath.above[kind.code]
        sums = np.zeros(len(kind), dtype=np.int64)
        under = of >= 0
        np.add.at(sums, of[under], self.numbers(beneath, number)[under])
        return sums
