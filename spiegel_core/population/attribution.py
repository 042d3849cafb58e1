"""Who counts where: registration fees of a quarter, and the GPs on them.

Source: conf/rules.yml; seed 001, 'Aantal huisartsen' and 'Aantal patiënten'.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

GENERAL_PRACTICE = "huisartspraktijk"


def net_fees(care: DataFrame, fee_classes: list[int], practices: DataFrame) -> DataFrame:
    """The registration fees of the quarter that were not taken back.

    In:   gold.care; the classes of care that are a fee; `practice` of every general practice
    Out:  person_id, practice, performer; a person and practice with net cents above zero, and
          each performer of theirs with net cents above zero
    """
    of_practice = ["person_id", "practice"]
    fees = care.filter(F.col("care_class").isin(fee_classes)).join(
        F.broadcast(practices.select("practice")), "practice", "left_semi"
    )
    per_performer = fees.groupBy(*of_practice, "actor").agg(F.sum("cents").alias("cents"))
    # In a struct, so that a fee without performer is listed too: the rest falls out of the list.
    was_paid = F.when(F.col("cents") > 0, F.struct(F.col("actor").alias("performer")))
    return (
        per_performer.groupBy(*of_practice)
        .agg(F.sum("cents").alias("cents"), F.collect_list(was_paid).alias("paid"))
        .filter(F.col("cents") > 0)
        .select(*of_practice, F.explode_outer("paid").alias("paid"))
        .select(*of_practice, "paid.performer")
    )


def performers_seen(fees: DataFrame) -> DataFrame:
    """Who was performer on a fee at which practice; one row per pair, some 20,000 of them.

    In:   `net_fees`
    Out:  performer, practice
    """
    named = fees.filter(F.col("performer").isNotNull())
    # Thousands of persons have a fee of the same GP and practice.
    return named.select("performer", "practice").distinct()


@dataclass(frozen=True)
class Employment:
    """A practitioner at an organisation in the AGB register; no end is still there."""

    practitioner: str
    organisation: str
    qualification: str
    start: datetime.date
    end: datetime.date | None

    def holds_on(self, day: datetime.date) -> bool:
        return self.start <= day and (self.end is None or self.end >= day)


def working_gps(
    register: Iterable[Employment], practices: Collection[str], day: datetime.date, locum: str
) -> set[tuple[str, str]]:
    """GPs registered at general practices on a day: (gp, practice); locums are not among them.

    Example:
        >>> d = datetime.date
        >>> working_gps([Employment("g", "p", "0101", d(2010, 1, 1), None),
        ...              Employment("w", "p", "0103", d(2010, 1, 1), None)],
        ...             {"p"}, d(2021, 7, 1), "0103")
        {('g', 'p')}
    """
    return {
        (row.practitioner, row.organisation)
        for row in register
        if row.qualification != locum and row.organisation in practices and row.holds_on(day)
    }


def gps_at_several_practices(
    gps: Iterable[tuple[str, str]], seen: Iterable[tuple[str, str]]
) -> set[str]:
    """GPs registered at several practices and seen on the fees of at least two of them.

    Args:
        gps: `working_gps`.
        seen: `performers_seen`.

    Example:
        >>> gps_at_several_practices({("g", "p"), ("g", "q")}, [("g", "p"), ("g", "q")])
        {'g'}
        >>> gps_at_several_practices({("g", "p"), ("g", "q")}, [("g", "p"), ("g", "r")])
        set()
    """
    registered = set(gps)
    visible = Counter(gp for gp, practice in set(seen) if (gp, practice) in registered)
    return {gp for gp, practices in visible.items() if practices > 1}


def attribute_persons(fees: DataFrame, several: Collection[str]) -> DataFrame:
    """Give every person with a fee the one practice that declared it.

    In:   `net_fees`; `gps_at_several_practices`
    Out:  person_id, practices (sorted), practice (null when there are several),
          has_gp_at_several (a fee has such a GP as performer); one row per person
    """
    has_such_gp = F.coalesce(F.col("performer").isin(sorted(several)), F.lit(False))
    grouped = fees.groupBy("person_id").agg(
        F.array_sort(F.collect_set("practice")).alias("practices"),
        F.max(has_such_gp).alias("has_gp_at_several"),
    )
    # A person claimed by two practices counts for neither: picking one would move that
    # person's care from one practice to another.
    only_one = F.when(F.size("practices") == 1, F.element_at("practices", 1))
    return grouped.withColumn("practice", only_one)
