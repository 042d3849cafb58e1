"""Bronze: what arrived, and what the door made of it. No line of a person stands here."""

from __future__ import annotations

from spiegel_core.contracts.table import Column, Table

VERDICTS = ("admitted", "refused", "superseded", "skipped", "copy", "conflict", "waiting")

DELIVERIES = Table(
    name="bronze.deliveries",
    grain="one row per file that arrived, and one more when it arrived again",
    key=("file", "content_sha256", "manifest_sha256", "verdict"),
    columns=(
        Column(
            "delivery_id",
            "string",
            "identity the sender gave; null when there is no manifest",
            nullable=True,
        ),
        Column("revision", "bigint", "revision of the delivery", nullable=True),
        Column("kind", "string", "claims or one of the registers", nullable=True),
        Column(
            "sender",
            "string",
            "UZOVI of the sender, or 9999; null where no manifest names it",
            nullable=True,
        ),
        Column("care_type", "string", "care type of claims; null for registers", nullable=True),
        Column("period_from", "date", "first day of the period", nullable=True),
        Column("period_to", "date", "last day of the period", nullable=True),
        Column("file", "string", "name of the file, with long runs of digits masked"),
        Column("verdict", "string", "one of " + ", ".join(VERDICTS)),
        Column("rule", "string", "rule that decided; null for admitted", nullable=True),
        Column(
            "message",
            "string",
            "what was found and what to do, without values of persons",
            nullable=True,
        ),
        Column("lines", "bigint", "lines in the file", "lines"),
        Column("lines_set_aside", "bigint", "lines in quarantine", "lines"),
        Column("debit_cents", "bigint", "granted amount of debits, all lines as sent", "eurocents"),
        Column(
            "credit_cents", "bigint", "granted amount of credits, all lines as sent", "eurocents"
        ),
        Column("content_sha256", "string", "SHA-256 of the unpacked bytes", nullable=True),
        Column("file_sha256", "string", "SHA-256 of the file as sent", nullable=True),
        Column("manifest_sha256", "string", "SHA-256 of the manifest as sent", nullable=True),
        Column(
            "load_id",
            "bigint",
            "load its lines were written under; null when none were",
            nullable=True,
        ),
        Column(
            "key_version",
            "string",
            "version of the key its persons were pseudonymised with",
            nullable=True,
        ),
        Column("times_received", "bigint", "how often it arrived so", "files"),
        Column(
            "rules_sha256",
            "string",
            "fingerprint of the catalogue it was judged by; null when it was not judged",
            nullable=True,
        ),
    ),
)

DELIVERY_TOTALS = Table(
    name="bronze.delivery_totals",
    grain="one row per load, care month, cover and direction of its lines; sums, so they add up",
    key=("load_id", "care_year", "care_month", "cover", "is_credit"),
    has_small_cells=True,
    columns=(
        Column("load_id", "bigint", "load the lines were written under"),
        Column("care_year", "int", "calendar year of care_from"),
        Column("care_month", "int", "calendar month of care_from, 1-12"),
        Column("cover", "string", "B basic, A supplementary insurance"),
        Column("is_credit", "boolean", "credit lines, else debit lines"),
        Column("lines", "bigint", "lines not set aside", "lines"),
        Column("quantity", "bigint", "sum of quantities, unsigned", "units"),
        Column("granted_cents", "bigint", "sum of granted amounts, unsigned", "eurocents"),
    ),
)

_FIGURES = (
    Column("debit_lines", "bigint", "debit lines that count", "lines"),
    Column("credit_lines", "bigint", "credit lines that count", "lines"),
    Column("quantity", "bigint", "quantities of debits less those of credits", "units"),
    Column("granted_cents", "bigint", "granted amounts of debits less credits", "eurocents"),
)

DELIVERY_MONTHS = Table(
    name="bronze.delivery_months",
    grain="one row per sender, care type, care month and cover; added up from "
    "bronze.delivery_totals of the deliveries that count whenever it is asked for, never stored",
    key=("sender", "care_type", "care_year", "care_month", "cover"),
    has_small_cells=True,
    columns=(
        Column("sender", "string", "UZOVI of the sender"),
        Column("care_type", "string", "care type of the deliveries"),
        Column("care_year", "int", "calendar year of care_from"),
        Column("care_month", "int", "calendar month of care_from, 1-12"),
        Column("cover", "string", "B basic, A supplementary insurance"),
        *_FIGURES,
    ),
)

DELIVERY_YEARS = Table(
    name="bronze.delivery_years",
    grain="one row per sender, care type, care year and cover; added up from "
    "bronze.delivery_months whenever it is asked for, never stored",
    key=("sender", "care_type", "care_year", "cover"),
    has_small_cells=True,
    columns=tuple(c for c in DELIVERY_MONTHS.columns if c.name != "care_month"),
)

FINDINGS = Table(
    name="bronze.findings",
    grain="one row per finding on a file, line and field, capped per rule and field",
    key=("load_id", "rule", "field", "line"),
    columns=(
        Column("load_id", "bigint", "load the file was judged under"),
        Column("rule", "string", "rule that was broken"),
        Column("consequence", "string", "refuse_file, set_line_aside or warn"),
        Column("record", "string", "kind of record"),
        Column("line", "bigint", "number of the line; null for the file as a whole", nullable=True),
        Column("field", "string", "field of the line or of the manifest; may be empty"),
        Column(
            "lines", "bigint", "lines with this finding, those beyond the cap included", "lines"
        ),
        Column("message", "string", "what was found, without values of persons"),
        Column("rules_sha256", "string", "fingerprint of the catalogue it was judged by"),
    ),
)

QUARANTINE = Table(
    name="silver.quarantine",
    grain="one row per line set aside and reason; the line itself stays in the sealed archive",
    key=("load_id", "line", "rule", "field"),
    columns=(
        Column("load_id", "bigint", "load the file was judged under"),
        Column("line", "bigint", "number of the line in the file"),
        Column("rule", "string", "rule the line broke"),
        Column("field", "string", "field that broke it"),
    ),
)

KEYS = Table(
    name="bronze.keys",
    grain="one row per event in the life of the store's pseudonymisation key; only added to",
    key=("event", "recorded_at"),
    is_only_added_to=True,
    columns=(
        Column("event", "string", "first_use, rekey_begun, rekey_verified or replaced"),
        Column("key_version", "string", "version of the key of this store"),
        Column("key_check", "string", "tells that key from any other; the secret is not in it"),
        Column("other_version", "string", "version of the key before it, or after it where "
               "replaced; null at first use", nullable=True),
        Column("other_check", "string", "tells that other key from any other", nullable=True),
        Column("recorded_at", "string", "when, in UTC"),
        Column("by", "string", "who asked for it; null at first use", nullable=True),
        Column("why", "string", "the reason given; null at first use", nullable=True),
        Column("deliveries", "bigint", "rows of the ledger compared; null before that", "rows",
               nullable=True),
        Column("differing", "bigint", "of them judged otherwise by later rules; null before "
               "that", "rows", nullable=True),
        Column("persons", "bigint", "persons compared; null before that", "persons",
               nullable=True),
    ),
)  # fmt: skip
