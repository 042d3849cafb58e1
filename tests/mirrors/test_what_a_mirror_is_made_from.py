"""Rows of gold become the inputs of a mirror: only practices and years that have one."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest

from spiegel_core.contracts.gold import AVAILABILITY, PRACTICES
from spiegel_core.contracts.table import Table
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.mirror_inputs import MirrorSource

REFUSED = [
    (2019, "01000002", "national", "BEGIN_NA_1JAN"),
    (2020, "01000001", "regional", "GEEN_DM_KETENZORG"),
    (2021, "01000003", "national", "TE_WEINIG_PATIENTEN"),
]


class Rows:
    """Tables that hold three practices, and who has no mirror."""

    def read(self, table: Table, columns: list[str] | None = None, **where: object) -> pa.Table:
        """The rows of a table where columns have a value."""
        if table == PRACTICES:
            return pa.table({"practice": ["01000001", "01000002", "01000003"]})
        assert table == AVAILABILITY
        names = ("report_year", "practice", "edition", "reason")
        rows = [dict(zip(names, row, strict=True)) for row in REFUSED]
        kept = [row for row in rows if all(row[name] == v for name, v in where.items())]
        return pa.table({name: [row[name] for row in kept] for name in names})


@pytest.fixture
def source() -> MirrorSource:
    """The mirrors of 2021 with a trend of three years."""
    rows: object = Rows()
    return MirrorSource(rows, Conf(), 2021, (2019, 2020, 2021), datetime.date(2021, 12, 31))  # type: ignore[arg-type]


def test_a_reason_against_the_national_edition_is_no_document(source: MirrorSource) -> None:
    assert source.available() == ["01000001", "01000002"]


def test_a_year_without_a_mirror_is_left_out_of_the_trend(source: MirrorSource) -> None:
    assert source.without == {2019: {"01000002"}, 2020: set(), 2021: {"01000003"}}
