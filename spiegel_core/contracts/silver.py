"""Silver: delivered lines, typed, each under the load that brought it.

A line counts when the ledger admitted its load; lines of a killed or superseded load are
invisible (`silver.admitted`). The columns follow from the declared files.
"""

from __future__ import annotations

from spiegel_core.contracts.files import CLAIMS, FILE_KINDS, Field
from spiegel_core.contracts.table import Column, Table

_LOAD = Column("load_id", "bigint", "load the line was written under")
_LINE = Column("line", "int", "number of the line in the file")
PERSON_ID = Column("person_id", "bigint", "keyed pseudonym of the person (deliveries.pseudonym)")
PERSON_CHECK = Column(
    "person_check", "bigint",
    "second half of the keyed hash: two persons behind one person_id would differ here",
)  # fmt: skip


def _typed(field: Field) -> Column:
    if field.becomes == "sign":
        return Column("is_credit", "boolean", "a credit takes an earlier debit back")
    return Column(
        field.name, field.becomes, field.meaning,
        "eurocents" if field.name.endswith("_cents") else "",
        nullable=not field.required,
    )  # fmt: skip


def _columns_of(kind: str) -> tuple[Column, ...]:
    typed = tuple(
        _typed(field)
        for field in FILE_KINDS[kind]
        if field.becomes != "person" and field.name != "line"
    )
    return (_LOAD, _LINE, *typed)


CLAIM_LINES = Table(
    name="silver.claim_lines",
    grain="one row per claim line not set aside, of every load",
    key=("load_id", "line"),
    columns=(
        *_columns_of(CLAIMS),
        PERSON_ID,
        Column("care_year", "int", "calendar year of care_from"),
    ),
    holds_persons=True,
    # Credits are one line in a hundred and looked for apart.
    partition_by=("care_year", "is_credit"),
)

INSURED = Table(
    name="silver.insured",
    grain="one row per line of the insured register, of every load",
    key=("load_id", "line"),
    columns=(*_columns_of("insured"), PERSON_ID, PERSON_CHECK),
    holds_persons=True,
)


EI_CLAIMS = "ei_claims"
DECLARED_LINES = Table(
    name="silver.declared_lines",
    grain="one row per care or tariff record of an EI file that carries an amount, of every load",
    key=("load_id", "line"),
    columns=(
        _LOAD,
        _LINE,
        Column("standard", "string", "EI standard and version, as GZ321 1.0"),
        Column("reference", "string", "reference the declarant gave the record", nullable=True),
        Column("previous_reference", "string", "reference of the earlier record", nullable=True),
        Column("is_credit", "boolean", "a credit takes an earlier debit back"),
        Column("insurer", "string", "UZOVI of the insurer of the person"),
        Column("declarant", "string", "AGB of who declares and is paid", nullable=True),
        Column("care_from", "date", "first day of the care"),
        Column("care_to", "date", "last day of the care; the first where only one is named"),
        Column("code_list", "string", "list the code is of (COD367)", nullable=True),
        Column("code", "string", "code of the care claimed", nullable=True),
        Column("care_product", "string", "product or care the record is a part of", nullable=True),
        Column("quantity", "bigint", "how many, in the unit of the code", nullable=True),
        Column("performer", "string", "AGB of who gave the care", nullable=True),
        Column("referrer", "string", "AGB of who referred or prescribed", nullable=True),
        Column("diagnosis_list", "string", "list the diagnosis is of", nullable=True),
        Column("diagnosis", "string", "code of the diagnosis", nullable=True),
        Column("claimed_cents", "bigint", "amount claimed, unsigned", "eurocents"),
        Column("invoiced_on", "date", "date of the invoice"),
        PERSON_ID,
    ),
    holds_persons=True,
)


def _register(kind: str, grain: str) -> Table:
    return Table(f"silver.{kind}", grain, ("load_id", "line"), _columns_of(kind))


ORGANISATIONS = _register("organisations", "one row per organisation and period in the register")
PRACTITIONERS = _register("practitioners", "one row per practitioner, organisation and period")
MEDICINES = _register("medicines", "one row per medicine")
POSTCODE_INCOME = _register("postcode_income", "one row per postcode and vintage")
MUNICIPAL_CARE = _register("municipal_care", "one row per year, law, area and age class")
PRACTICE_OPERATIONS = _register("practice_operations", "one row per year, practice and indicator")

LINES_OF_KIND: dict[str, Table] = {
    CLAIMS: CLAIM_LINES,
    EI_CLAIMS: DECLARED_LINES,
    "insured": INSURED,
    "organisations": ORGANISATIONS,
    "practitioners": PRACTITIONERS,
    "medicines": MEDICINES,
    "postcode_income": POSTCODE_INCOME,
    "municipal_care": MUNICIPAL_CARE,
    "practice_operations": PRACTICE_OPERATIONS,
}
