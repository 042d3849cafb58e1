"""Gold: persons of a report year, their care, the sums, and everything computed from the sums.

`gold.patients` and `gold.care` hold persons (by pseudonym); from `gold.populations` on, no table
does.
"""

from __future__ import annotations

from spiegel_core.contracts.gold_runs import (
    CONSERVATION,
    QUALITY_METRICS,
    QUALITY_RESULTS,
    REPORT_YEAR,
    STEPS,
)
from spiegel_core.contracts.gold_versions import GOLD_VERSIONS
from spiegel_core.contracts.silver import PERSON_ID
from spiegel_core.contracts.table import Column, Table

REASONS = (
    "several_practices", "gp_at_several_practices", "not_in_register", "high_cost", "counted",
)  # fmt: skip

DRAFT, RELEASED = "draft", "released"

# The product that is made so far.
PRODUCT = "praktijkspiegel"
_YEAR = REPORT_YEAR
_PRODUCT = Column("product", "string", "product the row belongs to, as praktijkspiegel")
_PRACTICE = Column("practice", "string", "AGB of the general practice")
_PROVIDER = Column("provider", "string", "AGB of the provider the persons belong to")
_PROFILE = Column("profile", "bigint", "combination of classes; gold.profiles says which")
_OUTCOME = Column("outcome", "string", "what is measured (conf/outcomes.yml)")
_MEASURE = Column("measure", "string", "amount, or users: persons above zero")
_FACTOR = Column("factor", "string", "characteristic, as age_sex")
_CLASS = Column("class", "string", "class of the characteristic")
_VERSION = Column("version", "int", "version of the model of that product and year")
_PERSONS = Column("persons", "bigint", "persons", "persons")

CARE_CLASSES = Table(
    name="gold.care_classes",
    grain="one row per report year and class of care: care the rules do not tell apart",
    key=("report_year", "care_class"),
    columns=(
        _YEAR,
        Column("care_class", "int", "number of the class"),
        Column("care_type", "string", "care type of the delivery"),
        Column("segment", "string", "segment of the mirror; null: in no segment", nullable=True),
        Column(
            "item_kind",
            "string",
            "fee, gp_care, chain_care, medicine, specialist, test; "
            "empty: nothing the rules tell apart",
        ),
        Column("item", "string", "the code group, programme, ATC or specialism; may be empty"),
    ),
)

CARE = Table(
    name="gold.care",
    grain="one row per person, report year, class of care and detail the rules ask for",
    key=("report_year", "person_id", "care_class", "practice", "actor", "care_on"),
    columns=(
        _YEAR,
        PERSON_ID,
        Column("care_class", "int", "class of care (gold.care_classes)"),
        Column(
            "practice",
            "string",
            "who declared, where a rule asks (fees, chain care)",
            nullable=True,
        ),
        Column("actor", "string", "performer of a fee, or who requested a test", nullable=True),
        Column(
            "care_on",
            "date",
            "day of a test, first day of the quarter of chain care",
            nullable=True,
        ),
        Column("lines", "bigint", "debit lines less credit lines", "lines"),
        Column("quantity", "bigint", "signed sum of quantities", "units"),
        Column("cents", "bigint", "signed sum of granted amounts", "eurocents"),
        Column("ddd_thousandths", "bigint", "signed sum of daily doses", "thousandths of a DDD"),
    ),
    holds_persons=True,
    partition_by=("report_year",),
)

PATIENTS = Table(
    name="gold.patients",
    grain="one row per report year and person with a registration fee",
    key=("report_year", "person_id"),
    columns=(
        _YEAR,
        PERSON_ID,
        Column("practices", "strings", "practices that declared a fee for the person"),
        Column(
            "practice", "string", "the one practice; null when there are several", nullable=True
        ),
        Column("reason", "string", "counted, or the first reason the person is left out"),
        Column("age_sex", "string", "age class and sex; null outside the register", nullable=True),
        Column(
            "income",
            "string",
            "income class of the postcode; null outside the register",
            nullable=True,
        ),
        Column("cost_groups", "strings", "pharmaceutical cost groups that are classes"),
        Column("conditions", "strings", "chronic conditions the person has"),
        Column("condition_routes", "strings", "condition:route of every yes, kept for audit"),
        Column(
            "profile", "bigint", "combination of classes; null outside the register", nullable=True
        ),
        Column("total_cents", "bigint", "cost in all segments", "eurocents"),
        Column("ggz_cents", "bigint", "cost of GGZ", "eurocents"),
    ),
    holds_persons=True,
    partition_by=("report_year",),
)

PROFILES = Table(
    name="gold.profiles",
    grain="one row per report year, product, profile and class it holds",
    key=("report_year", "product", "profile", "factor", "class"),
    columns=(_YEAR, _PRODUCT, _PROFILE, _FACTOR, _CLASS),
    partition_by=("report_year", "product"),
)

POPULATIONS = Table(
    name="gold.populations",
    grain="one row per report year, product, provider and profile (a cell)",
    key=("report_year", "product", "provider", "profile"),
    columns=(
        _YEAR, _PRODUCT, _PROVIDER, _PROFILE,
        Column("persons", "bigint", "exposure of the cell, a whole number: persons count 1",
               "persons"),
    ),
    partition_by=("report_year", "product"),
    has_small_cells=True,
)  # fmt: skip

OUTCOME_SUMS = Table(
    name="gold.outcome_sums",
    grain="one row per cell and outcome that is not zero for all its persons",
    key=("report_year", "product", "provider", "profile", "outcome"),
    columns=(
        _YEAR, _PRODUCT, _PROVIDER, _PROFILE, _OUTCOME,
        Column("users", "bigint", "persons whose outcome is above zero", "persons"),
        Column("total", "decimal(38,0)", "sum of the outcome over the persons",
               "unit of the outcome"),
        Column("total_squares", "decimal(38,0)", "sum of its squares",
               "unit of the outcome, squared"),
    ),
    partition_by=("report_year", "product"),
    has_small_cells=True,
)  # fmt: skip

INCOME_LIMITS = Table(
    name="gold.income_limits",
    grain="one row per report year: the limits its income classes were made with",
    key=("report_year",),
    columns=(
        _YEAR,
        Column("low_euro", "int", "a postcode with a lower average income is low", "euros"),
        Column("high_euro", "int", "a postcode with a higher average income is high", "euros"),
    ),
)

POPULATION_COUNTS = Table(
    name="gold.population_counts",
    grain="one row per report year, practice (empty: the country) and reason",
    key=("report_year", "practice", "reason"),
    columns=(
        _YEAR,
        Column("practice", "string", "AGB of the practice; empty for the country"),
        Column("reason", "string", "counted, or why the persons are left out"),
        _PERSONS,
        Column("cost_cents", "bigint", "their whole cost in all segments", "eurocents"),
    ),
    partition_by=("report_year",),
)

PRACTICES = Table(
    name="gold.practices",
    grain="one row per report year and general practice in the register",
    key=("report_year", "practice"),
    columns=(
        _YEAR, _PRACTICE,
        Column("name", "string", "name as in the register on the reference day"),
        Column("start", "date", "first day in the register"),
        Column("end", "date", "last day in the register; null: still in it", nullable=True),
        Column("is_in_register", "boolean", "whether it is in the register on the reference day"),
        Column("gps", "bigint", "GPs shown as working there", "persons"),
        Column("gps_elsewhere", "bigint", "GPs not shown: at several practices", "persons"),
        Column("locums", "bigint", "GPs not shown: locums (waarnemers)", "persons"),
        Column("care_group", "string", "chain-care group of the practice; null: none, or a tie",
               nullable=True),
        Column("care_group_name", "string", "name of that group", nullable=True),
        Column("persons", "bigint", "persons before the high-cost exclusion", "persons"),
        Column("counted", "bigint", "persons that count", "persons"),
    ),
)  # fmt: skip

AVAILABILITY = Table(
    name="gold.availability",
    grain="one row per report year, practice, edition and reason there is no document; no row "
    "where there is one",
    key=("report_year", "practice", "edition", "reason"),
    columns=(
        _YEAR, _PRACTICE,
        Column("edition", "string", "national or regional"),
        Column("reason", "string", "why there is no document"),
    ),
)  # fmt: skip

MODEL_VERSIONS = Table(
    name="gold.model_versions",
    grain="one row per product, report year and version of its model",
    key=("product", "report_year", "version"),
    columns=(
        _PRODUCT, _YEAR, _VERSION,
        Column("weights_sha256", "string", "content of the weight table"),
        Column("inputs_sha256", "string", "content of the sums it was computed from"),
        Column("conf_sha256", "string", "rules, outcomes and code lists"),
        Column("code_version", "string", "version of the code with its content hash"),
        Column("cut_off", "date", "cut-off date of the release: who ended by then has no mirror"),
        Column("review_by", "date", "day the model must have been reviewed again"),
        Column("lock_sha256", "string", "files that pin every library of the environment"),
    ),
)  # fmt: skip

MODEL_WEIGHTS = Table(
    name="gold.model_weights",
    grain="one row per product, report year, version, outcome, measure, factor and class",
    key=("report_year", "product", "version", "outcome", "measure", "factor", "class"),
    columns=(
        _YEAR, _PRODUCT, _VERSION, _OUTCOME, _MEASURE,
        Column("factor", "string", "characteristic; intercept for the constant"),
        Column("class", "string", "class of the characteristic"),
        _PERSONS,
        Column("weight", "decimal(38,9)", "what the class adds per person, rounded half-even: "
               "cents to 6 decimals, counts and persons to 9", "unit of the outcome per person"),
        Column("note", "string", "reference, no_persons or collinear where the weight is 0 by "
               "rule; empty elsewhere"),
    ),
)  # fmt: skip

MODEL_SPREADS = Table(
    name="gold.model_spreads",
    grain="one row per product, report year, version and outcome; none for a version made before "
    "the national spread was kept",
    key=("report_year", "product", "version", "outcome"),
    columns=(
        _YEAR, _PRODUCT, _VERSION, _OUTCOME,
        Column("squares", "decimal(38,0)", "sum of y squared over the reference population, y what "
               "a person had", "unit of the outcome, squared"),
        Column("spread", "decimal(38,9)", "phi = sum of (y - e) squared / sum of e over the "
               "reference population, e what a person is expected to have; rounded half-even: "
               "cents to 6 decimals, counts to 9; null where nothing is expected. The interval of "
               "an amount: 100 x phi / E x the exact limits of a count of O / phi (Fay and Feuer "
               "1997)", "unit of the outcome", nullable=True),
    ),
)  # fmt: skip

BENCHMARKS = Table(
    name="gold.benchmarks",
    grain="one row per report year, product, provider, reference, outcome and measure",
    key=("report_year", "product", "provider", "reference", "outcome", "measure"),
    columns=(
        _YEAR, _PRODUCT, _PROVIDER,
        Column("reference", "string", "national; later region"),
        _OUTCOME, _MEASURE, _PERSONS,
        Column("observed", "decimal(38,0)", "what the persons had", "unit of the outcome"),
        Column("expected", "decimal(38,9)", "what such persons have in the reference",
               "unit of the outcome"),
        Column("index", "double", "100 x observed / expected; null where nothing is expected",
               "100 = as expected", nullable=True),
        *(
            Column(name, "double", f"{side} limit of the {level}% interval of the index; null "
                   "where there is none", "100 = as expected", nullable=True)
            for name, side, level in (
                ("lower_95", "lower", "95"), ("upper_95", "upper", "95"),
                ("lower_99_8", "lower", "99.8"), ("upper_99_8", "upper", "99.8"),
            )
        ),
        _VERSION,
    ),
    partition_by=("report_year", "product"),
)  # fmt: skip

CLASS_COUNTS = Table(
    name="gold.class_counts",
    grain="one row per report year, product, provider, factor and class with persons",
    key=("report_year", "product", "provider", "factor", "class"),
    columns=(_YEAR, _PRODUCT, _PROVIDER, _FACTOR, _CLASS, _PERSONS),
    partition_by=("report_year", "product"),
    has_small_cells=True,
)

DOCUMENTS = Table(
    name="gold.documents",
    grain="one row per document made",
    key=("report_year", "product", "edition", "provider", "version", "form"),
    columns=(
        _YEAR, _PRODUCT,
        Column("edition", "string", "national or regional"),
        _PROVIDER,
        Column("version", "int", "version of the documents of that year and edition"),
        Column("form", "string", "pdf or xlsx"),
        Column("file", "string", "where it stands, from the store"),
        Column("sha256", "string", "content of the file"),
        Column("model_version", "int", "version of the model behind it"),
        Column("inputs_sha256", "string", "everything the document was made from"),
        Column("status", "string", "draft, or released: every model behind it was approved"),
    ),
)  # fmt: skip

GOLD = (
    CARE_CLASSES, CARE, PATIENTS, INCOME_LIMITS, PROFILES, POPULATIONS, OUTCOME_SUMS,
    POPULATION_COUNTS, PRACTICES, AVAILABILITY, MODEL_VERSIONS, MODEL_WEIGHTS, MODEL_SPREADS,
    BENCHMARKS, CLASS_COUNTS, CONSERVATION, QUALITY_RESULTS, QUALITY_METRICS, STEPS, DOCUMENTS,
    *GOLD_VERSIONS,
)  # fmt: skip
