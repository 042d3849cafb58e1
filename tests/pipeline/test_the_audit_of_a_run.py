"""What a run leaves can be explained and compared: on the small country, without Spark."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from spiegel_core.contracts.gold import BENCHMARKS, POPULATION_COUNTS
from spiegel_core.contracts.gold_versions import GOLD_VERSIONS, VERSION_BENCHMARKS
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.explaining import Question, explained
from tests.pipeline.small_country import YEAR, SmallRun


def test_every_benchmark_of_some_outcomes_is_explained_to_the_last_digit(
    small_run: SmallRun, conf: Conf
) -> None:
    tables = small_run.job.tables
    judged = 0
    for outcome, measure in (("cost_total", "amount"), ("consult_normal", "users")):
        rows = tables.read(BENCHMARKS, report_year=YEAR, outcome=outcome, measure=measure)
        for row in rows.to_pylist():
            asked = Question(row["provider"], outcome, measure, YEAR, small_cells=True)
            one = explained(tables, conf, asked)
            assert one.found is not None
            whole = one.found.mean + sum(one.found.contributions.values())
            assert whole * row["persons"] == Fraction(row["expected"])
            assert one.reasons["counted"] == row["persons"]
            judged += 1
    assert judged > 4


def test_a_run_keeps_what_its_version_was_computed_from(small_run: SmallRun) -> None:
    tables = small_run.job.tables
    for table in GOLD_VERSIONS:
        rows = tables.read(table, report_year=YEAR)
        assert rows.num_rows
        keys = Counter(zip(*(rows[name].to_pylist() for name in table.key), strict=True))
        assert max(keys.values()) == 1
    kept = tables.read(VERSION_BENCHMARKS, report_year=YEAR)
    assert kept.num_rows == tables.read(BENCHMARKS, report_year=YEAR).num_rows
    country = tables.read(POPULATION_COUNTS, report_year=YEAR, practice="", reason="counted")
    of_one = tables.read(VERSION_BENCHMARKS, report_year=YEAR, outcome="cost_total",
                         measure="amount")  # fmt: skip
    assert sum(of_one["persons"].to_pylist()) == country["persons"][0].as_py()
