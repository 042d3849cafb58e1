"""Gold tables about the runs themselves: what was conserved, judged and finished."""

from __future__ import annotations

from spiegel_core.contracts.table import Column, Table

REPORT_YEAR = Column("report_year", "int", "calendar year the care was given in")

CONSERVATION = Table(
    name="gold.conservation",
    grain="one row per report year, step, quantity and part: what went in, out, and was left out",
    key=("report_year", "step", "quantity", "part"),
    columns=(
        REPORT_YEAR,
        Column("step", "string", "step of the year"),
        Column("quantity", "string", "lines, persons or cents"),
        Column("part", "string", "in, out, or the reason it was left out"),
        Column("value", "bigint", "how many or how much", "lines, persons or eurocents"),
    ),
)

QUALITY_RESULTS = Table(
    name="gold.quality_results",
    grain="one row per run, gate, check and subject",
    key=("run", "gate", "check", "subject"),
    columns=(
        Column("run", "string", "run the gate stood in"),
        Column("gate", "string", "deliveries, volumes, silver, gold or documents"),
        Column("check", "string", "id of the check in expectations/"),
        Column("subject", "string", "what was judged, as a report year or the loads of a batch"),
        Column("status", "string", "passed, failed, not_applicable or error"),
        Column("consequence", "string", "stop, refuse_file or warn"),
        Column("judged", "bigint", "members judged", "members"),
        Column("failed", "bigint", "members that failed", "members"),
        Column(
            "rules_sha256",
            "string",
            "fingerprint of the catalogue, and of conf/volumes.yml where that has a part in it",
        ),
    ),
)

QUALITY_METRICS = Table(
    name="gold.quality_metrics",
    grain="one row per run, gate, subject, member and metric; what the gates judged",
    key=("run", "gate", "subject", "member", "metric"),
    columns=(
        Column("run", "string", "run the gate stood in"),
        Column("gate", "string", "deliveries, volumes, silver, gold or documents"),
        Column("subject", "string", "what was judged, as in gold.quality_results"),
        Column(
            "member",
            "string",
            "part of the subject: the report year itself, a delivery, or a "
            "place: sender, care type and period",
        ),
        Column("metric", "string", "name of the metric"),
        Column("value", "bigint", "its value; null where it does not apply", nullable=True),
    ),
)

STEPS = Table(
    name="gold.steps",
    grain="one row per report year and step: what it was last finished for",
    key=("report_year", "step"),
    columns=(
        REPORT_YEAR,
        Column("step", "string", "year, model, benchmarks or documents"),
        Column("inputs_sha256", "string", "everything the step depends on"),
        Column("outputs_sha256", "string", "content of what it made"),
    ),
)
