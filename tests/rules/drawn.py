"""Claim lines as a practice would draw them, and the steps of a year they go through."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.rules import Outcome, YearRules
from spiegel_core.contracts.silver import CLAIM_LINES, MEDICINES
from spiegel_core.contracts.table import Column
from spiegel_core.outcomes.care import care_of_year, code_items
from spiegel_core.outcomes.care_classes import CareClasses, care_classes
from spiegel_core.outcomes.cell_sums import counting_of, values_of_persons
from spiegel_core.outcomes.sums import care_of_counted
from tests.tables import arrow, as_drawn, frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LINE = (
    *CLAIM_LINES.columns,
    Column("care_type", "string", "care type of the delivery"),
    Column("sign", "int", "1 debit, -1 credit that counts"),
)
USUAL_LINE: dict[str, Any] = {
    "load_id": 1, "line": 1, "reference": "R1", "is_credit": False, "insurer": "9101",
    "care_from": datetime.date(2021, 8, 1), "code_list": "008", "code": "12011", "quantity": 1,
    "performer": "g1", "practice": "p1", "cover": "B", "claimed_cents": 9999,
    "granted_cents": 1000, "paid_on": datetime.date(2021, 9, 30), "care_year": 2021,
    "care_type": "huisartsenzorg", "sign": 1,
}  # fmt: skip

# One unit of a medicine whose number ends in 1 is a daily dose, in 3 a thousandth of one.
MEDICINES_OF_TESTS = """
zi   | atc     | ddd_per_1000_units
A101 | A10BA02 | 1000
A103 | A10BA02 | 1
A111 | A10AB05 | 1000
B031 | B03XA01 | 1000
C091 | C09AA02 | 1000
C101 | C10AA01 | 1000
H031 | H03AA01 | 1000
H033 | H03AA01 | 1
L011 | L01BA01 | 1000
L021 | L02BA01 | 1000
L041 | L04AB01 | 1000
L042 | L04AX03 | 1000
M011 | M01AE01 | 1000
N051 | N05AH02 | 1000
N061 | N06AB04 | 1000
R030 | R03BA01 | 1000
R031 | R03BB04 | 1000
R032 | R03AK06 | 1000
R034 | R03AC18 | 1000
R035 | R03AC13 | 1000
S011 | S01ED01 | 1000
"""


@dataclass(frozen=True)
class Year:
    """A report year whose claim lines are drawn."""

    spark: SparkSession
    rules: YearRules

    @cached_property
    def classes(self) -> CareClasses:
        return care_classes(self.rules, self._medicines["atc"].to_pylist())

    @cached_property
    def items(self) -> DataFrame:
        """`code_items` of the rules and the medicines of the tests."""
        return self.spark.createDataFrame(code_items(self.rules, self.classes, self._medicines))

    @property
    def _medicines(self) -> Any:
        return arrow(MEDICINES_OF_TESTS, MEDICINES, load_id=1, line=1)

    def care(self, text: str, **usual: Any) -> DataFrame:
        """gold.care of drawn lines."""
        return self.care_of(self.lines(text, **usual))

    def care_of(self, lines: DataFrame) -> DataFrame:
        return care_of_year(lines, self.items, self.rules, self.classes)

    def lines(self, text: str, **usual: Any) -> DataFrame:
        """Drawn claim lines; what is not drawn is as usual."""
        return frame(self.spark, text, LINE, **{**USUAL_LINE, **usual})

    def values(
        self, care: DataFrame, own: DataFrame, outcomes: Sequence[Outcome], persons: DataFrame
    ) -> dict[tuple[str | None, str | None], int]:
        """Every outcome that is not zero, by person and name."""
        rows = care_of_counted(care, own, persons).toArrow()
        is_person = rows["care_class"].is_null()
        ids = rows.filter(is_person)["person_id"].to_pylist()
        of_counted = pc.is_in(rows["person_id"], pa.array(ids))
        held = rows.filter(pc.and_(pc.invert(is_person), of_counted))
        places = np.array([ids.index(i) for i in held["person_id"].to_pylist()], dtype=np.int64)
        values = values_of_persons(held, places, len(ids), counting_of(outcomes, self.classes))
        names = as_drawn([{"person_id": i} for i in ids], ["person_id"])
        return {
            (names[person]["person_id"], outcomes[number].name): int(values[person, number])
            for person, number in zip(*np.nonzero(values), strict=True)
        }

    def classes_of(self, kind: str, name: str | None = None) -> list[int]:
        """Numbers of the classes of care of a kind of item."""
        return [
            c.number
            for c in self.classes.classes
            if c.item.kind == kind and name in (None, c.item.name)
        ]
