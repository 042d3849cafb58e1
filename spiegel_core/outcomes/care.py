"""The care of a year: claim lines summed per person and class of care. Claims are read once."""

from __future__ import annotations

import datetime

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.contracts.files import CHAIN_CARE_LIST, FIRST_CARE_DAY
from spiegel_core.contracts.rules import YearRules
from spiegel_core.outcomes.care_classes import (
    CHAIN_CARE,
    FEE,
    GP_CARE,
    TEST,
    CareClasses,
    Item,
    class_number,
    medicine_item,
    specialist_item,
)
from spiegel_core.outcomes.lookup import first_that_holds, listed, quoted

_GP_LIST, _MEDICINE_LIST, _HOSPITAL_LIST = "008", "001", "041"
_ALWAYS = datetime.date(9999, 12, 31)
_CODE_ITEMS = pa.schema(
    [("code_list", pa.string()), ("code", pa.string()), ("valid_from", pa.date32()),
     ("valid_to", pa.date32()), ("item", pa.int32()), ("ddd_per_1000_units", pa.int64())]
)  # fmt: skip


def code_items(rules: YearRules, classes: CareClasses, medicines: pa.Table) -> pa.Table:
    """Every code the rules know, with its item and daily doses.

    In:   silver.medicines (the lines that count; one row per zi, a gate proves it)
    Out:  code_list, code, valid_from, valid_to, item, ddd_per_1000_units; unique per code and day
    """
    of_gp_care = classes.of_kind(GP_CARE)
    coded = [
        (_GP_LIST, c.code, c.valid_from, c.valid_to or _ALWAYS, of_gp_care[c.group])
        for c in rules.gp_care
    ]
    first, last = rules.registration_period
    fee = classes.of_kind(FEE)["registration"]
    coded += [(_GP_LIST, code, first, last, fee) for code in rules.numbers.registration_fee_codes]
    coded += [
        (CHAIN_CARE_LIST, programme, FIRST_CARE_DAY, _ALWAYS, number)
        for programme, number in classes.of_kind(CHAIN_CARE).items()
    ]
    item_of = {
        atc: classes.number_of(medicine_item(atc, rules))
        for atc in set(medicines["atc"].to_pylist())
    }
    names = ("code_list", "code", "valid_from", "valid_to", "item")
    listed = pa.Table.from_pylist(
        [{**dict(zip(names, row, strict=True)), "ddd_per_1000_units": 0} for row in coded],
        schema=_CODE_ITEMS,
    )
    size = medicines.num_rows
    of_medicines = pa.table(
        [
            pa.array([_MEDICINE_LIST] * size, pa.string()),
            medicines["zi"],
            pa.array([FIRST_CARE_DAY] * size, pa.date32()),
            pa.array([_ALWAYS] * size, pa.date32()),
            pa.array([item_of[atc] for atc in medicines["atc"].to_pylist()], pa.int32()),
            medicines["ddd_per_1000_units"],
        ],
        schema=_CODE_ITEMS,
    )
    return pa.concat_tables([listed, of_medicines])


def care_of_year(
    claims: DataFrame, items: DataFrame, rules: YearRules, classes: CareClasses
) -> DataFrame:
    """Sum the care of a year per person, class and the details rules ask for.

    Only care of the basic insurance in a segment of the mirror; waiting credits are not in it.

    In:   claim lines of the year that count, with care_type and sign (`credits.netted`);
          `code_items`
    Out:  gold.care without report_year
    """
    place = {care_type.name: n for n, care_type in enumerate(rules.care_types)}
    in_segment = [c.name for c in rules.care_types if c.segment]
    is_basic = (F.col("cover") == "B") & F.col("care_type").isin(in_segment)
    is_valid = F.col("care_from").between(F.col("valid_from"), F.col("valid_to"))
    # A medicine counts as one on pharmacy lines only; the other lists stand for themselves.
    fits = (F.col("c.code_list") != _MEDICINE_LIST) | (F.col("care_type") == "farmacie")
    same_code = (F.col("c.code_list") == F.col("i.code_list")) & (
        F.col("c.code") == F.col("i.code")
    )
    coded = (
        claims.filter(is_basic)
        .alias("c")
        .join(F.broadcast(items.alias("i")), same_code & is_valid & fits, "left")
        .select("c.*", F.col("i.item").alias("code_item"), F.col("i.ddd_per_1000_units"))
    )
    item = first_that_holds(
        {
            "care_type = 'medisch_specialistisch'": _specialist_number(rules, classes),
            "care_type = 'eerstelijnsdiagnostiek'": _test_number(rules, classes),
        },
        "coalesce(code_item, 0)",
    )
    of_care_type = first_that_holds(
        {f"care_type = {quoted(name)}": class_number(place[name], 0) for name in in_segment}, -1
    )
    classed = coded.withColumn("item", F.expr(item)).withColumn(
        "care_class", F.expr(f"{of_care_type} + item")
    )
    return _summed(classed, rules, classes)


def _summed(classed: DataFrame, rules: YearRules, classes: CareClasses) -> DataFrame:
    is_fee = F.col("item") == classes.of_kind(FEE)["registration"]
    links_group = F.col("item") == classes.of_kind(CHAIN_CARE)[rules.numbers.group_programme]
    counted_tests = {t.kind for t in rules.tests if t.counts}
    tests = [number for name, number in classes.of_kind(TEST).items() if name in counted_tests]
    is_test = F.col("item").isin(tests)
    signed_quantity = F.col("sign") * F.col("quantity").cast("bigint")
    ddd = signed_quantity * F.coalesce(F.col("ddd_per_1000_units"), F.lit(0))
    return classed.groupBy(
        "person_id",
        "care_class",
        F.when(is_fee | links_group, F.col("practice")).alias("practice"),
        F.when(is_fee, F.col("performer")).when(is_test, F.col("referrer")).alias("actor"),
        F.when(is_test, F.col("care_from"))
        .when(links_group, F.trunc("care_from", "quarter"))
        .alias("care_on"),
    ).agg(
        F.sum("sign").cast("bigint").alias("lines"),
        F.sum(signed_quantity).alias("quantity"),
        F.sum(F.col("sign") * F.col("granted_cents")).alias("cents"),
        F.sum(ddd).alias("ddd_thousandths"),
    )


def _specialist_number(rules: YearRules, classes: CareClasses) -> str:
    """The item of specialist care: by specialism, and by listed diagnosis where there is one."""
    by_item: dict[tuple[str, Item], list[str]] = {}
    for source in rules.conditions:
        if source.route == "specialist" and source.specialism:
            item = specialist_item(source.specialism, source.code, rules)
            by_item.setdefault((source.specialism, item), []).append(source.code)
    of_specialism = {}
    for specialism in rules.specialisms:
        of_diagnosis = {
            f"diagnosis in ({listed(codes)})": classes.number_of(item)
            for (known, item), codes in by_item.items()
            if known == specialism
        }
        plain = classes.number_of(specialist_item(specialism, None, rules))
        of_specialism[f"specialism = {quoted(specialism)}"] = first_that_holds(of_diagnosis, plain)
    return first_that_holds(of_specialism, 0)


def _test_number(rules: YearRules, classes: CareClasses) -> str:
    """The item of diagnostics: by range of codes, the first range that holds the code."""
    numbers = classes.of_kind(TEST)
    of_range = {
        f"code between {quoted(test.from_code)} and {quoted(test.to_code)}": numbers[test.kind]
        for test in rules.tests
    }
    in_hospital_list = f"code_list = {quoted(_HOSPITAL_LIST)}"
    return first_that_holds({in_hospital_list: first_that_holds(of_range, 0)}, 0)
