"""Every line belongs to one class of care: its care type, with what the rules can tell about its
code. Old and new codes of one thing are one class; order tariffs are no tests."""

from __future__ import annotations

import datetime
import re
from collections import Counter

import pytest

from spiegel_core.contracts.rules import YearRules
from tests.tables import as_drawn, draw

from .drawn import Year

# Each line is told apart by its quantity, n; a class is written as kind:name.
SHORT = {"n": "quantity", "list": "code_list", "spec": "specialism", "diag": "diagnosis"}
LINES = """
n  | care_type              | list | code     | spec | diag | class
1  | huisartsenzorg         | 008  | 11100    |      |      | fee:registration
2  | huisartsenzorg         | 008  | 12010    |      |      | gp_care:consult_short
3  | huisartsenzorg         | 008  | 12000    |      |      | gp_care:consult_normal
4  | huisartsenzorg         | 008  | 12011    |      |      | gp_care:consult_normal
5  | huisartsenzorg         | 008  | 12001    |      |      | gp_care:consult_long
6  | huisartsenzorg         | 008  | 12002    |      |      | gp_care:visit_short
7  | huisartsenzorg         | 008  | 12003    |      |      | gp_care:visit_long
8  | huisartsenzorg         | 008  | 12004    |      |      | gp_care:contact_remote
9  | huisartsenzorg         | 008  | 12007    |      |      | gp_care:contact_remote
10 | huisartsenzorg         | 008  | 12006    |      |      | gp_care:vaccination
11 | huisartsenzorg         | 008  | 12110    |      |      | gp_care:poh_ggz
12 | huisartsenzorg         | 008  | 12116    |      |      | gp_care:poh_ggz
13 | huisartsenzorg         | 008  | 13005    |      |      | gp_care:special_procedures
14 | huisartsenzorg         | 008  | 14799    |      |      |
15 | huisartsenzorg         | 999  | 12011    |      |      |
16 | ketenzorg              | 900  | DM2      |      |      | chain_care:DM2
17 | ketenzorg              | 900  | COPD     |      |      | chain_care:COPD
18 | ketenzorg              | 900  | ASTMA    |      |      | chain_care:ASTMA
19 | ketenzorg              | 900  | CVRM     |      |      | chain_care:CVRM
20 | farmacie               | 001  | A101     |      |      | medicine:A10
21 | farmacie               | 001  | M011     |      |      | medicine:M01
22 | farmacie               | 001  | X999     |      |      |
23 | hulpmiddelen           | 001  | A101     |      |      |
24 | medisch_specialistisch | 007  | 1        | 0313 |      | specialist:0313
25 | medisch_specialistisch | 007  | 1        | 0313 | 221  | specialist:0313
26 | medisch_specialistisch | 041  | 070002   | 0320 | 999  | specialist:0320
27 | medisch_specialistisch | 007  | 1        |      |      |
28 | medisch_specialistisch | 007  | 1        | 0999 |      |
29 | eerstelijnsdiagnostiek | 041  | 070000   |      |      |
30 | eerstelijnsdiagnostiek | 041  | 070001   |      |      | test:tests_laboratory
31 | eerstelijnsdiagnostiek | 041  | 079996   |      |      | test:tests_laboratory
32 | eerstelijnsdiagnostiek | 041  | 079997   |      |      |
33 | eerstelijnsdiagnostiek | 041  | 070706   |      |      | test:order_tariff
34 | eerstelijnsdiagnostiek | 041  | 079988   |      |      | test:order_tariff
35 | eerstelijnsdiagnostiek | 041  | 079989   |      |      | test:order_tariff
36 | eerstelijnsdiagnostiek | 041  | 079991   |      |      | test:order_tariff
37 | eerstelijnsdiagnostiek | 041  | 079992   |      |      | test:tests_laboratory
38 | eerstelijnsdiagnostiek | 041  | 080000   |      |      |
39 | eerstelijnsdiagnostiek | 041  | 080001   |      |      | test:tests_imaging
40 | eerstelijnsdiagnostiek | 041  | 089879   |      |      | test:tests_imaging
41 | eerstelijnsdiagnostiek | 041  | 089880   |      |      |
42 | eerstelijnsdiagnostiek | 041  | 039700   |      |      | test:tests_function
43 | eerstelijnsdiagnostiek | 041  | 039899   |      |      | test:tests_function
44 | eerstelijnsdiagnostiek | 041  | 050516   |      |      | test:tests_pathology
45 | eerstelijnsdiagnostiek | 041  | 050523   |      |      | test:tests_pathology
46 | eerstelijnsdiagnostiek | 041  | 050524   |      |      |
47 | eerstelijnsdiagnostiek | 008  | 070002   |      |      |
48 | fysiotherapie          | 012  | 1000     |      |      |
49 | ggz                    | 013  | 1        | 0329 |      |
50 | huisartsenzorg         | 008  | 12011abc |      |      |
"""
NOT_IN_THE_YEAR = """
person_id | care_type | code_list | code | cover | care_from
wlz       | wlz       | 055       | 1    | B     | 2021-08-01
suppl     | ggz       | 013       | 1    | A     | 2021-08-01
"""


@pytest.fixture(scope="module")
def classes_of_lines(year: Year) -> dict[int, str]:
    """By line (its quantity), the care type and item of its class; no line has two."""
    drawn = "\n".join(line.rsplit("|", 1)[0] for line in LINES.splitlines())
    for short, name in SHORT.items():
        drawn = re.sub(rf"\b{short} ", name + " ", drawn, count=1)
    by_number = {c.number: c for c in year.classes.classes}
    lines = year.lines(drawn).selectExpr(
        "* except (person_id)", "cast(quantity as bigint) person_id"
    )
    found = {}
    for row in year.care_of(lines).select("person_id", "care_class", "lines").collect():
        care_class = by_number[row["care_class"]]
        assert row["lines"] == 1
        assert row["person_id"] not in found
        item = f"{care_class.item.kind}:{care_class.item.name}" if care_class.item.kind else ""
        found[row["person_id"]] = f"{care_class.care_type} {item}".strip()
    return found


@pytest.mark.parametrize(
    "row",
    [pytest.param(r, id=f"{r['care_type']}.{r['code']}.{r['n']}") for r in draw(LINES)],
)
def test_a_code_has_its_class(row: dict[str, str | None], classes_of_lines: dict[int, str]) -> None:
    expected = f"{row['care_type']} {row['class'] or ''}".strip()
    assert classes_of_lines[int(row["n"] or 0)] == expected


def test_a_listed_diagnosis_is_a_class_of_its_own(year: Year) -> None:
    care = year.care(
        """
        person_id | care_type              | specialism | diagnosis | code_list
        ann       | medisch_specialistisch | 0313       | 221       | 007
        ann       | medisch_specialistisch | 0313       | 222       | 007
        ann       | medisch_specialistisch | 0313       | 601       | 007
        ann       | medisch_specialistisch | 0313       | 999       | 007
        ann       | medisch_specialistisch | 0313       |           | 007
        """
    )
    # Diabetes (221 and 222), COPD (601) and all others.
    assert sorted(row["lines"] for row in as_drawn(care, ["lines"])) == ["1", "2", "2"]


def test_what_is_in_no_segment_or_not_of_the_basic_insurance_is_not_there(year: Year) -> None:
    assert as_drawn(year.care(NOT_IN_THE_YEAR), ["person_id"]) == []


def test_lines_the_rules_cannot_tell_apart_are_summed_with_their_signs(year: Year) -> None:
    care = year.care(
        """
        person_id | code  | quantity | granted_cents | practice | performer | care_from  | sign
        ann       | 12011 | 1        | 1000          | p1       | g1        | 2021-01-01 | 1
        ann       | 12000 | 2        | 2000          | p2       | g2        | 2021-12-31 | 1
        ann       | 12011 | 1        | 1000          | p1       | g1        | 2021-01-01 | -1
        """
    )
    columns = ("lines", "quantity", "cents", "practice", "actor", "care_on")
    assert as_drawn(care, columns) == [
        {"lines": "1", "quantity": "2", "cents": "2000", "practice": None, "actor": None,
         "care_on": None},
    ]  # fmt: skip


def test_details_are_kept_only_where_a_rule_asks_for_them(year: Year) -> None:
    lines = """
    care_type              | code_list | code   | practice | performer | referrer | of
    huisartsenzorg         | 008       | 11100  | p1       | g1        |          | fee
    huisartsenzorg         | 008       | 12011  | p1       | g1        |          | consult
    ketenzorg              | 900       | DM2    | z1       | g1        |          | quarter
    ketenzorg              | 900       | CVRM   | z1       | g1        |          | programme
    eerstelijnsdiagnostiek | 041       | 070002 | l1       | x1        | g1       | test
    eerstelijnsdiagnostiek | 041       | 079991 | l1       | x1        | g1       | tariff
    """
    kept = {
        row["of"]: (row["practice"], row["actor"], row["care_on"])
        for row in _by_reference(year, lines)
    }
    assert kept == {
        "fee": ("p1", "g1", None),
        "consult": (None, None, None),
        "quarter": ("z1", None, "2021-07-01"),
        "programme": (None, None, None),
        "test": (None, "g1", "2021-08-01"),
        "tariff": (None, None, None),
    }


def _by_reference(year: Year, text: str) -> list[dict[str, str | None]]:
    """Care of drawn lines, each of a person of its own, named by the column `of`."""
    names = [str(row["of"]) for row in draw(text)]
    drawn = "\n".join(line.rsplit("|", 1)[0] for line in text.splitlines() if line.strip())
    lines = drawn.splitlines()
    numbered = [f"quantity | {lines[0]}", *(f"{n} | {row}" for n, row in enumerate(lines[1:]))]
    columns = ("quantity", "practice", "actor", "care_on")
    return [
        {**row, "of": names[int(row["quantity"] or 0)]}
        for row in as_drawn(year.care("\n".join(numbered)), columns)
    ]


def test_a_code_of_gp_care_is_in_one_group_on_every_day(rules_2021: YearRules) -> None:
    days = [datetime.date(2006, 1, 1), datetime.date(2018, 12, 31), datetime.date(2021, 7, 1)]
    for day in days:
        valid = [
            c.code
            for c in rules_2021.gp_care
            if c.valid_from <= day <= (c.valid_to or datetime.date.max)
        ]
        assert [code for code, number in Counter(valid).items() if number > 1] == []
    fees = set(rules_2021.numbers.registration_fee_codes)
    assert fees.isdisjoint(c.code for c in rules_2021.gp_care)


SEGMENTS = """
segment                | care_types
huisartsenzorg         | huisartsenzorg ketenzorg
farmacie               | farmacie
fysiotherapie          | fysiotherapie
wijkverpleging         | wijkverpleging
ggz                    | ggz
eerstelijnsdiagnostiek | eerstelijnsdiagnostiek
medisch_specialistisch | medisch_specialistisch
overig                 | mondzorg verloskunde hulpmiddelen ziekenvervoer kraamzorg buitenland grz
"""


def test_conf_puts_every_care_type_in_its_segment_and_the_wlz_in_none(
    rules_2021: YearRules,
) -> None:
    found: dict[str | None, set[str]] = {}
    for care_type in rules_2021.care_types:
        found.setdefault(care_type.segment, set()).add(care_type.name)

    expected = {row["segment"]: set(str(row["care_types"]).split()) for row in draw(SEGMENTS)}
    # Paramedical care without physiotherapy, and elv and gzsp, are "overig" too.
    expected["overig"] |= {"oefentherapie", "logopedie", "paramedisch_overig", "elv", "gzsp"}
    assert found == {**expected, None: {"wlz"}}
