"""All files of the truth, from what each part of the country told and what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from spiegel_core.invent import truth_readme
from spiegel_core.invent.case_files import PIECE, names_of_cases
from spiegel_core.invent.case_truth import truth_of_cases
from spiegel_core.invent.cases import Case
from spiegel_core.invent.country import Country
from spiegel_core.invent.incidents import ADMITTED, Sent
from spiegel_core.invent.truth_files import (
    calibration_file,
    conditions_file,
    csv_text,
    effects_files,
    persons_file,
    situations_of_cases,
)
from spiegel_core.invent.truth_parts import (
    TruthPart,
    reason_counts,
    total_quarters,
    total_reasons,
)
from spiegel_core.invent.truth_practices import (
    practices_file,
    situations_file,
    situations_of_practices,
)


def truth_files(
    country: Country,
    parts: Sequence[TruthPart],
    cases: Sequence[Case],
    written: Sequence[Sent],
    fewest: tuple[int, int],
) -> Mapping[str, bytes]:
    """The files of truth/ by name, apart from the persons of the pieces.

    Args:
        country: the country.
        parts: `truth_parts.truth_of` every piece and year.
        cases: the persons made by hand.
        written: every delivery that was sent.
        fewest: persons of a practice with a document, practices of a group with one.
    """
    names = names_of_cases(country, cases)
    by_hand = truth_of_cases(country, cases, names)
    counts = total_reasons([*(part.reasons for part in parts), reason_counts(by_hand)])
    incidents = [
        (f"delivery_{sent.verdict}" if sent.verdict != ADMITTED else "delivery_repaired",
         sent.why, "delivery", f"{sent.content.delivery_id} revision {sent.revision}",
         sent.verdict)
        for sent in written
        if sent.why
    ]  # fmt: skip
    situations = [
        *situations_of_practices(country), *situations_of_cases(cases, names), *incidents,
    ]  # fmt: skip
    return {
        "README.md": truth_readme.TEXT.encode(),
        f"persons-p{PIECE}.csv": persons_file(by_hand),
        "practices.csv": practices_file(country, counts, total_quarters(parts), fewest),
        "conditions.csv": conditions_file(country, parts),
        "calibration.csv": calibration_file(country, parts),
        "situations.csv": situations_file(situations),
        "deliveries.csv": _deliveries(written),
        "lines_set_aside.csv": _set_aside(written),
        **effects_files(country, parts),
    }


def _deliveries(written: Iterable[Sent]) -> bytes:
    header = ("file", "delivery_id", "revision", "kind", "verdict", "rows", "set_aside",
              "debit_cents", "credit_cents", "why")  # fmt: skip
    rows = [
        (sent.files[0].name, sent.content.delivery_id, sent.revision, sent.content.kind,
         sent.verdict, sent.content.rows, len(sent.set_aside), sent.content.debit_cents,
         sent.content.credit_cents, sent.why)
        for sent in written
    ]  # fmt: skip
    return csv_text(header, rows)


def _set_aside(written: Iterable[Sent]) -> bytes:
    rows = [
        (sent.files[0].name, sent.content.delivery_id, sent.revision, line, rule, field)
        for sent in written
        for line, rule, field in sent.set_aside
    ]
    return csv_text(("file", "delivery_id", "revision", "line", "rule", "field"), rows)
