"""Every file that may come in, declared once: its columns, their form and what they become.

Source: the delivery format, version 1 (README, "What comes in"). A column's pattern is a regular
expression of RE2 over the whole field. `becomes` is the type of the column in silver; a `person`
column disappears into `person_id`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

MANIFEST_FORMAT = "spiegel-delivery"
MANIFEST_VERSION = 1
NO_BSN = "999999999"
FIRST_CARE_DAY = datetime.date(2006, 1, 1)

CLAIMS = "claims"

# Care types whose lines name a specialism, and those that name an indication.
SPECIALIST_CARE_TYPES = frozenset({"medisch_specialistisch", "ggz"})
PARAMEDICAL_CARE_TYPES = frozenset(
    {"fysiotherapie", "oefentherapie", "logopedie", "paramedisch_overig"}
)
CHAIN_CARE_LIST = "900"
CHAIN_CARE_PROGRAMMES = frozenset({"DM2", "COPD", "ASTMA", "CVRM"})

_AGB = r"[0-9]{8}"
_CODE4 = r"[0-9]{4}"
_DATE = r"[0-9]{8}"
_TEXT = r".{1,200}"


@dataclass(frozen=True)
class Field:
    """One column of a delivered file.

    Args:
        name: as in the header line.
        pattern: RE2 pattern the whole field must match when it is not empty.
        becomes: "string", "int", "bigint", "date", "sign" or "person".
        required: whether an empty field is a finding.
        repeats: whether few different values occur; they are then judged once each.
        meaning: what it holds, for the data dictionary.
    """

    name: str
    pattern: str
    becomes: str
    required: bool
    repeats: bool
    meaning: str


def _must(name: str, pattern: str, becomes: str, meaning: str, *, repeats: bool = True) -> Field:
    return Field(name, pattern, becomes, True, repeats, meaning)


def _may(name: str, pattern: str, becomes: str, meaning: str, *, repeats: bool = True) -> Field:
    return Field(name, pattern, becomes, False, repeats, meaning)


_PERSON = (
    _must(
        "bsn", r"[0-9]{9}", "person", "citizen service number, or 999999999 = none", repeats=False
    ),
    _must("insurer", _CODE4, "string", "UZOVI of the insurer"),
    _must(
        "insured_number",
        r".{1,15}",
        "person",
        "number of the insured at the insurer",
        repeats=False,
    ),
)

CLAIM_FIELDS = (
    _must("line", r"[0-9]{1,10}", "int", "number of the line in the file", repeats=False),
    _must("reference", r"[A-Za-z0-9-]{1,20}", "string", "the line's own reference", repeats=False),
    _may(
        "previous_reference",
        r"[A-Za-z0-9-]{1,20}",
        "string",
        "reference of the debit that a credit takes back",
    ),
    _must("debit_credit", r"[DC]", "sign", "D debit, C credit (COD043)"),
    *_PERSON,
    _must("care_from", _DATE, "date", "first day of the care"),
    _may("care_to", _DATE, "date", "last day of the care; empty is the first day"),
    _must(
        "code_list",
        r"008|001|012|007|010|011|013|041|065|055|900|999",
        "string",
        "list the code belongs to (COD367)",
    ),
    _must("code", r"[A-Z0-9]{1,9}", "string", "what was done or handed over"),
    _must("quantity", r"[0-9]{1,5}", "int", "units, sessions or days"),
    _may("care_product", r"[0-9]{9}", "string", "DBC-zorgproduct"),
    _may("specialism", _CODE4, "string", "specialism (COD016)"),
    _may("performer", _AGB, "string", "AGB of who gave the care"),
    _must("practice", _AGB, "string", "AGB of the organisation that declared"),
    _may("referrer", _AGB, "string", "AGB of who referred, prescribed or requested"),
    _may("diagnosis_list", r".{3}", "string", "list of the diagnosis"),
    _may("diagnosis", r"[A-Z0-9]{1,8}", "string", "diagnosis within its list"),
    _may("indication", r"[0-9]{3}", "string", "indication of paramedical care (COD321)"),
    _must("cover", r"[BA]", "string", "B basic, A supplementary insurance"),
    _must("claimed_cents", r"[0-9]{1,8}", "bigint", "claimed amount, eurocents", repeats=False),
    _must("granted_cents", r"[0-9]{1,8}", "bigint", "granted amount, eurocents", repeats=False),
    _must("paid_on", _DATE, "date", "day of payment"),
)

INSURED_FIELDS = (
    _must("year", _CODE4, "int", "calendar year"),
    *_PERSON,
    _must("birth_date", _DATE, "date", "date of birth"),
    _must("sex", r"[MV]", "string", "M man, V woman"),
    _may("postcode4", _CODE4, "string", "postcode; empty is abroad or unknown"),
    _may("municipality", r"GM[0-9]{4}", "string", "municipality (CBS)"),
    _may("neighbourhood", r"WK[0-9]{6}", "string", "neighbourhood (CBS)"),
    _must("insured_days", r"[0-9]{1,3}", "int", "days insured in the year"),
)

ORGANISATION_FIELDS = (
    _must("agb", _AGB, "string", "AGB of the organisation", repeats=False),
    _must(
        "kind",
        r"huisartspraktijk|onderneming|vestiging|zorggroep|instelling",
        "string",
        "kind of organisation",
    ),
    _must("name", _TEXT, "string", "name of the organisation", repeats=False),
    _may("parent_agb", _AGB, "string", "organisation it belongs to"),
    _must("start", _DATE, "date", "first day in the register"),
    _may("end", _DATE, "date", "last day in the register"),
    _may("end_reason", _TEXT, "string", "why it ended"),
    _may("successor_agb", _AGB, "string", "organisation that goes on with it"),
    _may(
        "work_email", r"[^@ ]{1,100}@[^@ ]{1,100}", "string", "work e-mail address", repeats=False
    ),
)

PRACTITIONER_FIELDS = (
    _must("practitioner_agb", _AGB, "string", "AGB of the practitioner", repeats=False),
    _must("organisation_agb", _AGB, "string", "organisation the practitioner works at"),
    _must("qualification", _CODE4, "string", "qualification (COD016); 0103 is a locum"),
    _must("start", _DATE, "date", "first day of the relation"),
    _may("end", _DATE, "date", "last day of the relation"),
)

MEDICINE_FIELDS = (
    _must("zi", r"[0-9]{8}", "string", "Zi-number", repeats=False),
    _must("atc", r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}", "string", "ATC code"),
    _must("ddd_per_1000_units", r"[0-9]{1,9}", "bigint", "daily doses in 1,000 units"),
)

POSTCODE_INCOME_FIELDS = (
    _must("postcode4", _CODE4, "string", "postcode", repeats=False),
    _must("average_income_euro", r"[0-9]{1,7}", "int", "average income, euros"),
    _must("inhabitants", r"[0-9]{1,7}", "int", "inhabitants (persons)"),
    _must("vintage", r"[0-9]{4}(-[0-9]{4})?", "string", "years the figures are of"),
)

MUNICIPAL_CARE_FIELDS = (
    _must("year", _CODE4, "int", "calendar year"),
    _must("law", r"Wmo|Jeugdwet", "string", "law the care belongs to"),
    _must("municipality", r"GM[0-9]{4}", "string", "municipality (CBS)"),
    _may("neighbourhood", r"WK[0-9]{6}", "string", "neighbourhood (CBS)"),
    _must("age_class", r".{1,20}", "string", "age class as counted by the municipality"),
    _must("users", r"[0-9]{1,9}", "bigint", "users (persons)"),
    _must("cost_cents", r"[0-9]{1,15}", "bigint", "cost, eurocents"),
)

PRACTICE_OPERATIONS_FIELDS = (
    _must("year", _CODE4, "int", "calendar year"),
    _must("practice", _AGB, "string", "AGB of the practice"),
    _must("indicator", r"[a-z0-9_]{1,60}", "string", "indicator of practice operations"),
    _must("value", r".{1,60}", "string", "the practice's answer"),
)

FILE_KINDS: dict[str, tuple[Field, ...]] = {
    CLAIMS: CLAIM_FIELDS,
    "insured": INSURED_FIELDS,
    "organisations": ORGANISATION_FIELDS,
    "practitioners": PRACTITIONER_FIELDS,
    "medicines": MEDICINE_FIELDS,
    "postcode_income": POSTCODE_INCOME_FIELDS,
    "municipal_care": MUNICIPAL_CARE_FIELDS,
    "practice_operations": PRACTICE_OPERATIONS_FIELDS,
}

CARE_TYPES = (
    "huisartsenzorg", "ketenzorg", "farmacie", "medisch_specialistisch", "eerstelijnsdiagnostiek",
    "ggz", "wijkverpleging", "fysiotherapie", "oefentherapie", "logopedie", "paramedisch_overig",
    "mondzorg", "verloskunde", "kraamzorg", "hulpmiddelen", "ziekenvervoer", "buitenland", "grz",
    "elv", "gzsp", "wlz",
)  # fmt: skip


def header_of(kind: str) -> str:
    """The header line of a kind of file, without line end.

    Example:
        >>> header_of("medicines")
        'zi;atc;ddd_per_1000_units'
    """
    return ";".join(field.name for field in FILE_KINDS[kind])
