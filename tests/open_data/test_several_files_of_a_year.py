"""Two files of one year: the newer counts, and what differs is reported, not hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from spiegel_core.errors import WrongUse
from spiegel_core.open_data.reconcile import file_totals
from spiegel_core.open_data.vintages import (
    YearFile,
    choose_files,
    municipal_differences,
    national_differences,
)

from .files import cells_of, drawn, put, rows_of, run, values

# ALTENA is AALBURG and WERKENDAM together; one euro moved from there to the rest row.
NEW = """
    ;;;20;2;11;0
    M;90+;S GRAVENHAGE;10;10;100;1
    M;90+;ALTENA;20;20;200;2
"""
OLD = """
    ;;;20;2;10;0
    M;90+;'S-GRÁVENHAGE;10;10;100;1
    M;90+;AALBURG;10;9;100.50;1
    M;90+;WERKENDAM;10;11;100.50;1
"""


def file(name: str, text: str) -> YearFile:
    """A file of 2015."""
    return YearFile(name, 2015, cells_of(text, 2015))


def test_the_file_with_the_known_totals_counts() -> None:
    new, old = file("a_2015.csv", drawn(NEW)), file("b_2015_(indeling_2017).csv", drawn(OLD))
    for counted, other in ((new, old), (old, new)):
        (chosen,) = choose_files([new, old], {2015: file_totals(counted.rows)})
        assert chosen.counted is counted
        assert chosen.others == (other,)


def test_else_the_latest_division_in_the_names_counts() -> None:
    new = file("x_2015_(indeling_2019).csv", drawn(NEW))
    old = file("y_2015_(indeling_2017).csv", drawn(OLD))
    (chosen,) = choose_files([old, new], {})
    assert (chosen.counted, chosen.others) == (new, (old,))


@pytest.mark.parametrize(
    "names",
    [
        ("a_2015.csv", "b_2015.csv"),
        ("a_2015.csv", "b_2015_(indeling_2017).csv"),
        ("a_2015_indeling_2017.csv", "b_2015_indeling_2017.csv"),
    ],
)
def test_where_nothing_says_which_is_newer_nobody_guesses(names: tuple[str, str]) -> None:
    files = [file(names[0], drawn(NEW)), file(names[1], drawn(OLD))]
    with pytest.raises(WrongUse, match="several files of 2015, and nothing says which is newer"):
        choose_files(files, {})


def test_national_figures_stand_side_by_side() -> None:
    new, old = file("a_2015.csv", drawn(NEW)), file("b_2015.csv", drawn(OLD))
    (chosen,) = choose_files([new, old], {2015: file_totals(new.rows)})
    told = [(d.subject, d.counted, d.other) for d in national_differences(chosen)]
    assert told == [
        ("bsn", 50, 50), ("insured_years", 3200, 3200), ("kosten_farmacie", 31100, 31100),
        ("kosten_mondzorg", 300, 300),
    ]  # fmt: skip


def test_municipalities_that_differ_are_named_by_the_name_of_the_file_that_counts() -> None:
    new, old = file("a_2015.csv", drawn(NEW)), file("b_2015.csv", drawn(OLD))
    (chosen,) = choose_files([new, old], {2015: file_totals(new.rows)})
    told = [(d.subject, d.unit, d.counted, d.other) for d in municipal_differences(chosen)]
    assert told == [
        ("rest row", "eurocents", 1100, 1000),
        ("AALBURG", "persons", None, 10), ("AALBURG", "insured years", None, 900),
        ("AALBURG", "eurocents", None, 10150),
        ("ALTENA", "persons", 20, None), ("ALTENA", "insured years", 2000, None),
        ("ALTENA", "eurocents", 20200, None),
        ("WERKENDAM", "persons", None, 10), ("WERKENDAM", "insured years", None, 1100),
        ("WERKENDAM", "eurocents", None, 10150),
    ]  # fmt: skip


def test_a_municipality_of_equal_cost_and_other_persons_or_years_is_listed() -> None:
    same = "    M;90+;TIEL;10;10;100;1\n"
    for other, told in (
        ("    M;90+;TIEL;11;10;100;1\n", ("persons", 10, 11)),
        ("    M;90+;TIEL;10;9.5;100;1\n", ("insured years", 1000, 950)),
    ):
        new, old = file("a_2015.csv", drawn(same)), file("b_2015.csv", drawn(other))
        (chosen,) = choose_files([new, old], {2015: file_totals(new.rows)})
        found = municipal_differences(chosen)
        assert [(d.subject, d.unit, d.counted, d.other) for d in found] == [("TIEL", *told)]


def test_the_command_says_which_counts_and_writes_the_difference(tmp_path: Path) -> None:
    folder = put(
        tmp_path / "in",
        {
            "v_2030_indeling_2030.csv": drawn(NEW),
            "v_2030_indeling_2029.csv": drawn(OLD, costs=["kosten_farmacie", "kosten_gzsp"]),
        },
    )
    code, said = run(folder, tmp_path / "out")
    assert code == 0
    assert "2030: v_2030_indeling_2030.csv counts, not v_2030_indeling_2029.csv" in said
    rows = rows_of(tmp_path / "out" / "vintages.csv")
    assert values(rows, "column", "counted", "other", "difference") == [
        ("bsn", "50", "50", "0"), ("insured_years", "32.00", "32.00", "0.00"),
        ("kosten_farmacie", "31100", "31100", "0"), ("kosten_mondzorg", "300", "", ""),
        ("kosten_gzsp", "", "300", ""),
    ]  # fmt: skip
    municipal = rows_of(tmp_path / "out" / "vintage_municipalities.csv")
    assert values(municipal, "municipality", "difference")[0] == ("rest row", "100")
    counted = {row["municipality"] for row in rows_of(tmp_path / "out" / "expected.csv")}
    assert counted == {"S GRAVENHAGE", "ALTENA"}
