"""File names are free, and data: shown safely, never followed, never a path."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.deliveries.names import shown_name
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.incoming import find_incoming
from tests.delivering import Delivery


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("3311-huisartsenzorg-2021-Q3.csv", "3311-huisartsenzorg-2021-Q3.csv"),
        ("claims 20210701 - 20210930.csv.gz", "claims 20210701 - 20210930.csv.gz"),
        ("claims-123456782.csv", "claims-*********.csv"),
        ("1234567821234567.csv", "*********.csv"),
        ("a\nb\rc\td\x1b[2J.csv", "a_b_c_d__2J.csv"),
        ("a\x00b.csv", "a_b.csv"),
        ("Ｃlaims\u202evsc.exe.csv", "_laims_vsc.exe.csv"),
        ("[red]claims[/red];rm -rf.csv", "_red_claims_/red__rm -rf.csv"),
        ("zorgé.csv", "zorg_.csv"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_a_name_is_shown_without_controls_and_without_a_number_as_long_as_a_bsn(
    name: str, shown: str
) -> None:
    assert shown_name(name) == shown


@given(st.text(max_size=400))
def test_any_name_can_be_shown(name: str) -> None:
    shown = shown_name(name)
    assert len(shown) <= 200
    assert shown.isascii()
    assert shown.isprintable() or shown == ""
    assert not any(part.isdigit() and len(part) >= 9 for part in shown.split("-"))


def test_names_say_nothing_about_what_a_file_holds(tmp_path: Path) -> None:
    names = [
        "a",
        "A.b.c",
        "with space",
        "x" * 200,
        "é",
        "-rf",
        "--store",
        ".hidden",
        "a;b|c",
        "$HOME",
    ]
    for name in names:
        Delivery().write(tmp_path, name)

    found = find_incoming([str(tmp_path)])

    assert len(found) == len(names)
    assert all(one.is_complete for one in found)


def test_names_with_line_ends_are_found_and_shown_on_one_line(tmp_path: Path) -> None:
    Delivery().write(tmp_path, "two\nlines")
    (found,) = find_incoming([str(tmp_path)])
    assert found.name == "two_lines.csv"
    assert found.is_complete


def test_folders_within_the_folder_are_looked_into(tmp_path: Path) -> None:
    Delivery().write(tmp_path / "9101" / "2021", "a")
    Delivery().write(tmp_path / "7119", "a")

    assert [one.name for one in find_incoming([str(tmp_path)])] == ["7119/a.csv", "9101/2021/a.csv"]


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    outside = Delivery().write(tmp_path / "outside", "a")
    inside = tmp_path / "inside"
    Delivery().write(inside, "b")
    (inside / "a.csv").symlink_to(outside)
    (inside / "a.manifest.json").symlink_to(outside.with_name("a.manifest.json"))

    assert [one.name for one in find_incoming([str(inside)])] == ["b.csv"]


def test_other_files_are_found_as_not_recognised_and_hidden_ones_left_alone(
    tmp_path: Path,
) -> None:
    Delivery().write(tmp_path, "a")
    others = ["a.CSV", "a.csv.bak", "a.csv.zip", "notes.md"]
    for name in (*others, ".csv", ".manifest.json", ".DS_Store"):
        (tmp_path / name).write_bytes(b"?")

    found = find_incoming([str(tmp_path)])

    assert [one.name for one in found if one.is_recognised] == ["a.csv"]
    assert [one.name for one in found if not one.is_recognised] == others
    assert not any(one.is_complete for one in found if not one.is_recognised)


@pytest.mark.parametrize("named", ["a.csv", "a.manifest.json"])
def test_naming_either_half_finds_the_other_beside_it(tmp_path: Path, named: str) -> None:
    Delivery().write(tmp_path, "a")
    Delivery().write(tmp_path, "b")

    (found,) = find_incoming([str(tmp_path / named)])

    assert (found.name, found.is_complete) == ("a.csv", True)


def test_a_file_named_twice_is_found_once(tmp_path: Path) -> None:
    data = Delivery().write(tmp_path, "a")
    assert len(find_incoming([str(data), str(data), str(tmp_path)])) == 1


def test_half_a_delivery_is_found_as_incomplete(tmp_path: Path) -> None:
    Delivery().write(tmp_path, "a").unlink()
    Delivery().write(tmp_path, "b").with_name("b.manifest.json").unlink()

    found = {one.name: one.is_complete for one in find_incoming([str(tmp_path)])}

    assert found == {"a.manifest.json": False, "b.csv": False}


@pytest.mark.parametrize("named", ["nowhere", "empty"])
def test_what_is_no_delivery_is_said_and_not_guessed(tmp_path: Path, named: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongUse):
        find_incoming([str(tmp_path / named)])
