"""A year is held against what is known of it; what differs is said and ends with exit code 1."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
import typer

from jobs.open_data import main
from spiegel_core.errors import ConfUnusable
from spiegel_core.open_data.expected import expect
from spiegel_core.open_data.reconcile import file_totals, reconcile
from spiegel_core.open_data.rules import rules_of
from spiegel_core.runtime.conf import PROJECT, Conf, read_csv
from spiegel_core.runtime.open_data import open_data_rules

from .files import RULES, arrays_of, cells_of, drawn, put, rows_of, run, values

FIGURES = "6;2;123;8901;1347912;1;30;475;7878;1"
TOTALS = (
    "year;rows;municipalities;bsn;insured_hundredths;total_cents;rest_rows;rest_bsn;"
    "rest_insured_hundredths;rest_cents;negative_cells;source\n"
)
SEGMENTS = "year;segment;million_euro;source\n2021;farmacie;0.01;x\n2021;mondzorg;0.00;x\n"


def conf_with(folder: Path, figures: str, segments: str = SEGMENTS) -> Path:
    """The project's configuration with totals of 2021 of our own."""
    shutil.copytree(PROJECT / "conf", folder)
    (folder / "open_data" / "totals.csv").write_text(f"{TOTALS}2021;{figures};x\n", "utf-8")
    (folder / "open_data" / "segment_totals.csv").write_text(segments, "utf-8")
    return folder


def reconciled(tmp_path: Path, figures: str, segments: str = SEGMENTS) -> tuple[int, str, Path]:
    """Exit code, what was said, and the folder written to, for the small country as 2021."""
    folder = put(tmp_path / "in", {"vektis_2021.csv": drawn()})
    out = tmp_path / "out"
    code, said = run(folder, out, conf_with(tmp_path / "conf", figures, segments))
    return code, said, out


def differing(out: Path) -> list[tuple[str, ...]]:
    """The checks that differ, with their figures."""
    rows = [row for row in rows_of(out / "reconciliation.csv") if row["verdict"] == "differs"]
    return values(rows, "check", "expected", "found", "difference")


def test_the_figures_of_a_file_are_counted_with_the_rest_row() -> None:
    found = file_totals(cells_of(drawn()))
    assert ";".join(str(value) for value in vars(found).values()) == FIGURES


def test_a_year_that_fits_ends_with_exit_code_0(tmp_path: Path) -> None:
    code, said, out = reconciled(tmp_path, FIGURES)
    assert (code, differing(out)) == (0, [])
    assert "17 of 17 checks hold" in said
    rows = rows_of(out / "reconciliation.csv")
    assert values(rows, "check")[:12] == [
        ("rows",), ("municipalities",), ("bsn",), ("insured_years",), ("total_cents",),
        ("rest_rows",), ("rest_bsn",), ("rest_insured_years",), ("rest_cents",),
        ("negative_cells",), ("segment_farmacie",), ("segment_mondzorg",),
    ]  # fmt: skip
    assert {row["verdict"] for row in rows} == {"agrees"}


@pytest.mark.parametrize(
    ("place", "check", "expected", "found", "difference"),
    [
        (0, "rows", "7", "6", "-1"),
        (1, "municipalities", "3", "2", "-1"),
        (2, "bsn", "124", "123", "-1"),
        (3, "insured_years", "89.02", "89.01", "-0.01"),
        (4, "total_cents", "1347913", "1347912", "-1"),
        (5, "rest_rows", "2", "1", "-1"),
        (6, "rest_bsn", "31", "30", "-1"),
        (7, "rest_insured_years", "4.76", "4.75", "-0.01"),
        (8, "rest_cents", "7879", "7878", "-1"),
        (9, "negative_cells", "2", "1", "-1"),
    ],
)
def test_one_off_in_any_figure_is_told_and_ends_with_exit_code_1(
    tmp_path: Path, place: int, check: str, expected: str, found: str, difference: str
) -> None:
    figures = FIGURES.split(";")
    figures[place] = str(int(figures[place]) + 1)
    code, said, out = reconciled(tmp_path, ";".join(figures))
    assert (code, differing(out)) == (1, [(check, expected, found, difference)])
    assert f"differs 2021 {check}: expected {expected}, found {found}" in said
    # What was found is written all the same: somebody has to look at it.
    assert rows_of(out / "expected.csv")


def test_segments_are_held_against_their_totals_in_hundredths_of_millions(tmp_path: Path) -> None:
    segments = "year;segment;million_euro;source\n2021;farmacie;0.02;x\n2021;gzsp;1.00;x\n"
    code, _, out = reconciled(tmp_path, FIGURES, segments)
    assert code == 1
    assert differing(out) == [
        ("segment_farmacie", "0.02", "0.01", "-0.01"),
        ("segment_gzsp", "1.00", "", ""),
        ("segment_mondzorg", "", "0.00", ""),
    ]


def test_a_year_conf_does_not_know_is_not_applicable_and_still_adds_up() -> None:
    checks = reconcile(cells_of(drawn(), 2031), expect(arrays_of(drawn(), 2031)), RULES)
    assert Counter(check.verdict for check in checks) == {"not_applicable": 12, "agrees": 5}
    assert [c.name for c in checks if c.verdict == "agrees"] == [
        "segments_make_the_total", "cost_without_insured_years", "expected_farmacie",
        "expected_mondzorg", "expected_total",
    ]  # fmt: skip
    assert checks[0].texts() == {"expected": None, "found": "6", "difference": None, "allowed": "0"}


def test_the_script_has_its_store_in_the_folder_out_and_ends_with_the_exit_code(
    tmp_path: Path,
) -> None:
    folder = put(tmp_path / "in", {"vektis_2021.csv": drawn()})
    conf = str(conf_with(tmp_path / "conf", FIGURES))
    main(str(folder), tmp_path / "out", None, conf)
    assert (tmp_path / "out" / "store" / "bronze" / "open_data" / "_delta_log").is_dir()
    put(folder, {"vektis_2021.csv": drawn().replace("77.77", "77.78")})
    with pytest.raises(typer.Exit) as ended:
        main(str(folder), tmp_path / "out", str(tmp_path / "elsewhere"), conf)
    assert ended.value.exit_code == 1
    assert (tmp_path / "elsewhere" / "bronze" / "open_data").is_dir()


def test_every_year_of_conf_has_segments_that_make_its_total_in_millions() -> None:
    for year, totals in RULES.totals.items():
        segments = RULES.segment_totals[year]
        # Each of some twenty segments is rounded to a hundredth of a million.
        assert abs(sum(segments.values()) - totals.total_cents / 10**6) <= 0.5 * len(segments), year
    assert sorted(RULES.totals) == sorted(RULES.segment_totals) == list(range(2011, 2024))


def test_every_fault_of_conf_is_named_at_once() -> None:
    folder = Conf().folder / "open_data"
    names = ("segments", "age_classes", "segment_labels", "totals", "segment_totals")
    columns, ages, labels, totals, segments = (read_csv(folder / f"{n}.csv") for n in names)
    columns[0]["column"] = "kosten_geluk"
    ages[1]["class"] = ages[0]["class"]
    labels.pop()
    totals[0]["rows"] = "veel"
    totals[1]["year"] = totals[2]["year"]
    segments[0]["segment"] = "geluk"
    segments[1]["million_euro"] = "1.005"
    with pytest.raises(ConfUnusable) as problem:
        rules_of(columns, ages, labels, totals, segments)
    for told in (
        "segments.csv, column: kosten_medisch_specialistische_zorg is missing",
        "segments.csv, column: kosten_geluk is not known",
        "age_classes.csv, class: 00-04 stands twice",
        "segment_labels.csv, segment: total is missing",
        "totals.csv, year: 2013 stands twice",
        "totals.csv: 'veel' is no number of 0 decimals",
        "segment_totals.csv: geluk of 2011 is not known or stands twice",
        "segment_totals.csv: '1.005' is no number of 2 decimals",
    ):
        assert told in str(problem.value)


def test_a_list_without_sources_is_not_usable(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "conf", tmp_path / "conf")
    path = tmp_path / "conf" / "open_data" / "segments.csv"
    path.write_text("column;segment;source\nkosten_farmacie;farmacie;\n", "utf-8")
    with pytest.raises(ConfUnusable, match="no source"):
        open_data_rules(Conf(tmp_path / "conf"))
