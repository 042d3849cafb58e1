"""Every trap of the real files, in a file of a few rows (background, formats, section B)."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from spiegel_core.errors import DataRefused
from spiegel_core.open_data.contracts import COST_COLUMNS, cents_column
from spiegel_core.open_data.file_names import division_in, year_in
from spiegel_core.open_data.header import columns_of

from .files import COSTS, COUNTRY, KEYS, RULES, cells_of, drawn, put, run

ONE = "    M;90+;TIEL;10;9.5;12.34;0\n"


def refused(text: str | bytes) -> str:
    """What a file is refused for."""
    with pytest.raises(DataRefused) as problem:
        cells_of(text)
    return str(problem.value)


def test_amounts_become_whole_cents_and_years_whole_hundredths() -> None:
    rows = cells_of(drawn()).to_pylist()
    told = [
        (row["municipality"], row["sex"], row["age_class"], row["bsn"], row["insured_hundredths"],
         row["farmacie_cents"], row["mondzorg_cents"])
        for row in rows
    ]  # fmt: skip
    assert told == [
        ("", "", "", 30, 475, 7777, 101),
        ("'S-GRAVENHAGE", "M", "00-04", 20, 2000, 35030, -405),
        ("'S-GRAVENHAGE", "M", "90+", 10, 601, 90000, 3300),
        ("'S-GRAVENHAGE", "V", "90+", 40, 3850, 900099, 0),
        ("AA EN HUNZE", "M", "00-04", 12, 1050, 10010, 2000),
        ("AA EN HUNZE", "V", "90+", 11, 925, 300000, 0),
    ]


def test_a_column_the_file_does_not_have_is_null_and_one_with_zeros_is_zero() -> None:
    row = cells_of(drawn(ONE)).to_pylist()[0]
    assert row["mondzorg_cents"] == 0
    absent = {cents_column(name) for name in COST_COLUMNS} - {"farmacie_cents", "mondzorg_cents"}
    assert {name for name, value in row.items() if value is None} == absent


def test_an_amount_no_double_holds_stays_exact() -> None:
    row = cells_of(drawn("    M;90+;TIEL;10;0.07;99999999999.99;-0.29\n")).to_pylist()[0]
    assert (row["insured_hundredths"], row["farmacie_cents"], row["mondzorg_cents"]) == (
        7, 9_999_999_999_999, -29,
    )  # fmt: skip


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title])
def test_the_case_of_the_header_does_not_matter(change: object) -> None:
    head, _, rest = drawn().partition("\n")
    assert callable(change)
    assert cells_of(f"{change(head)}\n{rest}").equals(cells_of(drawn()))


def test_names_cut_at_32_characters_are_recognised() -> None:
    cut = [name[:32] for name in COST_COLUMNS]
    found, faults = columns_of(";".join([*KEYS, *cut]))
    assert (found, faults) == ([*KEYS, *COST_COLUMNS], [])
    assert sum(len(name) > 32 for name in COST_COLUMNS) == 4


def test_names_cut_elsewhere_are_not_guessed() -> None:
    assert columns_of(";".join([*KEYS, "kosten_medisch_specialistische"]))[1] == [
        "column kosten_medisch_specialistische is not known", "there is no cost column",
    ]  # fmt: skip


def test_every_known_column_has_a_segment_and_every_segment_a_label() -> None:
    assert set(RULES.segment_of) == set(COST_COLUMNS)
    assert {*RULES.segment_of.values(), "total"} == set(RULES.labels)
    assert len(RULES.classes) == 38


def test_blanks_around_and_inside_labels_do_not_matter() -> None:
    plain = drawn(ONE + "    V;0 t/m 4 jaar;TIEL;10;1;1;1\n")
    blanks = drawn(
        " " * 4 + " M ; 90+ ; TIEL ; 10; 9.5 ; 12.34;0\n    V; 0  t/m  4 jaar;TIEL;10;1;1;1\n"
    )
    assert cells_of(blanks).equals(cells_of(plain))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_the_encoding_does_not_matter(encoding: str) -> None:
    content = drawn(ONE.replace("TIEL", "SÚDWEST-FRYSLÂN")).encode(encoding)
    assert cells_of(content)["municipality"].to_pylist() == ["SÚDWEST-FRYSLÂN"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_empty_lines_do_not_matter(end: str) -> None:
    text = drawn().replace("\n", end)
    for more in ("", end, end * 3):
        assert cells_of(text + more).equals(cells_of(drawn()))


def test_quotes_and_decimal_commas_are_read() -> None:
    quoted = cells_of(drawn('    "M";"90+";"TIEL; OOST";"10";"9,5";"12,34";"0"\n')).to_pylist()[0]
    assert (quoted["municipality"], quoted["insured_hundredths"], quoted["farmacie_cents"]) == (
        "TIEL; OOST", 950, 1234,
    )  # fmt: skip


def test_rows_in_any_order_and_the_rest_row_anywhere_give_the_same_cells() -> None:
    head, *rows = drawn().split("\n")
    for turn in range(len(rows)):
        turned = [head, *rows[turn:], *rows[:turn]]
        assert cells_of("\n".join(turned)).equals(cells_of(drawn()))


def test_columns_in_another_order_give_the_same_cells() -> None:
    lines = [line.split(";") for line in drawn().split("\n")]
    assert cells_of("\n".join(";".join(line[::-1]) for line in lines)).equals(cells_of(drawn()))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (drawn(costs=[*COSTS, "kosten_geluk"]), "column kosten_geluk is not known"),
        (drawn(costs=["kosten_gzsp", "KOSTEN_GZSP"]), "column kosten_gzsp stands twice"),
        (drawn(keys=KEYS[1:]), "column geslacht is missing"),
        (drawn(costs=[]), "there is no cost column"),
        (drawn(costs=[*COSTS, ""]), "column without a name is not known"),
        (drawn().replace(";", ","), "no columns with ';'"),
        (drawn(""), "no rows below the header"),
        ("", "no columns with ';'"),
        (drawn(ONE.replace("12.34", "1.234,56")), "kosten_farmacie: row 1 holds '1.234,56'"),
        (drawn(ONE.replace("12.34", "12.345")), "kosten_farmacie: row 1 holds '12.345'"),
        (drawn(ONE.replace("12.34", "1e3")), "kosten_farmacie: row 1 holds '1e3'"),
        (drawn(ONE.replace("12.34", "")), "kosten_farmacie: row 1 holds ''"),
        (drawn(ONE.replace("10", "10.5")), "aantal_bsn: row 1 holds '10.5'"),
        (drawn(ONE.replace("9.5", "-9.5")), "aantal_verzekerdejaren: below zero"),
        (drawn(ONE.replace("M;", "X;")), "geslacht: unknown 'X'"),
        (drawn(ONE.replace("90+", "90 plus")), "leeftijdsklasse: unknown '90 plus'"),
        (drawn(ONE + ONE.replace("TIEL", " TIEL")), "2 rows of TIEL, M, 90+"),
        (drawn(ONE + "    M;90+;TIEL;10\n"), "row 2 has 4 fields, not 7"),
        (drawn('    M;90+;"TIEL;10;9.5;12.34;0\n' + ONE), "row 1 has 3 fields, not 7"),
        (drawn(ONE.replace("TIEL", "TI\x07EL")), "control characters"),
        (drawn(ONE.replace("TIEL", "TI\x82EL")).encode("latin-1"), "control characters"),
        (drawn(ONE).encode("utf-16"), "is not known"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_and_named(text: str | bytes, told: str) -> None:
    assert told in refused(text)


def test_all_faults_of_a_file_are_named_at_once() -> None:
    rows = "    X;90+;TIEL;a;9.5;x;0\n    M;91+;TIEL;10;9.5;1;y\n"
    assert refused(drawn(rows)) == (
        "a file of open data cannot be read\n"
        "  where:    vektis_2021.csv\n"
        "  found:    column aantal_bsn: row 1 holds 'a'\n"
        "            column kosten_farmacie: row 1 holds 'x'\n"
        "            column kosten_mondzorg: row 2 holds 'y'\n"
        "            column geslacht: unknown 'X'\n"
        "            column leeftijdsklasse: unknown '91+'\n"
        "  expected: the columns of conf/open_data/segments.csv, one row per sex, age class and "
        "municipality\n"
        "  fix:      repair the file, or take it out of the folder; a column that is new: add it "
        "to conf/open_data/segments.csv and spiegel_core/open_data/contracts.py"
    )


def test_a_year_inside_must_be_the_year_of_the_name() -> None:
    text = drawn(ONE.replace("12.34", "2021;12.34"), keys=[*KEYS, "JAAR"])
    assert cells_of(text, 2021).num_rows == 1
    with pytest.raises(DataRefused, match="'2021', but its name says 2020"):
        cells_of(text, 2020)


def test_the_year_stands_in_the_name_and_the_division_is_not_it() -> None:
    name = "Vektis_Open_Databestand_Zorgverzekeringswet_2015_-_gemeente_(indeling_2017).csv.gz"
    assert (year_in(name), division_in(name)) == (2015, 2017)
    assert (year_in("vektis_2023_gemeente.csv.gz"), division_in("vektis_2023.csv")) == (2023, None)
    for unclear in ("gemeente.csv", "vektis_2015_2016.csv", "vektis_120155.csv"):
        with pytest.raises(DataRefused, match="year of a file cannot be told"):
            year_in(unclear)


def test_every_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    damaged = gzip.compress(drawn().encode())[:-9]
    folder = put(
        tmp_path / "in",
        {
            "a_2011.csv": "x",
            "b_2012.csv.gz": damaged,
            "c.csv": drawn(),
            "d_2013.csv": drawn(COUNTRY),
        },
    )
    with pytest.raises(DataRefused) as problem:
        run(folder, tmp_path / "out")
    for told in ("a_2011.csv", "b_2012.csv.gz", "the gzip file is cut off", "c.csv", "year"):
        assert told in str(problem.value)
    assert "d_2013" not in str(problem.value)
    assert not (tmp_path / "out" / "expected.csv").exists()
