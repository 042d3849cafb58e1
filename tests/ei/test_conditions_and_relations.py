"""The declared rules: what must be there or not, and what must fit together."""

from __future__ import annotations

import pytest

from tests.ei.building import found, gz321, judged

RIGHT = gz321()
MUST, EMPTY, VALUE = "ei.condition.required", "ei.condition.empty", "ei.condition.value"
DATES, SAME, OTHER = "ei.relation.dates", "ei.relation.same", "ei.relation.differs"
SUM, SIGN = "ei.relation.sum", "ei.relation.sign"


@pytest.mark.parametrize(
    ("changes", "rule", "field"),
    [
        ({"0106": "123456"}, MUST, "0107"), ({"0107": "1.0"}, EMPTY, "0107"),
        ({"0108": "0"}, MUST, "0108"), ({"0109": "12000001"}, VALUE, "0109"),
        ({"0110": "94000001"}, EMPTY, "0110"), ({"0111": "94000001"}, EMPTY, "0111"),
        ({"0112": "0"}, MUST, "0112"), ({"0113": "01"}, VALUE, "0113"),
        ({"0113": "02"}, VALUE, "0113"), ({"0113": "03"}, VALUE, "0113"),
        ({"0112": "0", "0111": "94000001", "0110": "94000002"}, VALUE, "0113"),
        ({"0112": "0", "0111": "94000001", "0113": "03"}, MUST, "0110"),
        ({"0114": "20150201"}, DATES, "0114"), ({"0117": "20150130"}, DATES, "0117"),
    ],
)  # fmt: skip
def test_the_header_fits_together(changes: dict[str, str], rule: str, field: str) -> None:
    file = gz321()
    file.header.update(changes)
    assert (rule, 1, field) in found(file)[:3]
    assert judged(file).is_refused


CASES = [
    (0, {"0203": "999999999"}, MUST, "0205"), (0, {"0207": "20150202"}, DATES, "0207"),
    (0, {"0212": "2"}, MUST, "0213"), (0, {"0213": "Partner"}, EMPTY, "0213"),
    (0, {"0214": "van"}, EMPTY, "0214"), (0, {"0218": "B-1000"}, EMPTY, "0218"),
    (0, {"0221": "BE"}, VALUE, "0221"), (0, {"0217": " "}, MUST, "0221"),
    (0, {"0222": "7"}, EMPTY, "0222"),
    (1, {"0410": " "}, MUST, "0410"), (8, {"0410": "1"}, "ei.condition.value", "0610"),
    (1, {"0411": "20140201"}, "ei.key.repeated", "0411"), (1, {"0412": "20131231"}, DATES, "0412"),
    (1, {"0412": "20150202"}, DATES, "0412"), (1, {"0414": " "}, MUST, "0414"),
    (11, {"0416": "0", "0417": "0"}, MUST, "0416"),
    (1, {"0416": "0", "0417": "0", "0418": "0", "0419": "0"}, MUST, "0416"),
    (1, {"0417": "0"}, MUST, "0417"), (1, {"0418": "0"}, EMPTY, "0419"),
    (8, {"0417": "9954"}, EMPTY, "0417"), (1, {"0419": "0"}, MUST, "0419"),
    (1, {"0421": "0"}, MUST, "0421"), (1, {"0420": "06"}, EMPTY, "0421"),
    (1, {"0423": "94000001"}, EMPTY, "0423"), (1, {"0424": "20140101"}, EMPTY, "0424"),
    (1, {"0425": "x"}, EMPTY, "0425"), (1, {"0427": "1"}, EMPTY, "0427"),
    (1, {"0428": "1"}, EMPTY, "0428"), (1, {"0429": "x"}, EMPTY, "0429"),
    (11, {"0426": " "}, MUST, "0426"), (1, {"0426": "180001"}, EMPTY, "0426"),
    (1, {"0430": "J"}, EMPTY, "0430"), (1, {"0431": "0"}, MUST, "0431"),
    (1, {"0432": "0"}, VALUE, "0432"), (11, {"0432": "04"}, VALUE, "0432"),
    (1, {"0433": "21"}, SUM, "0433"), (1, {"0434": "0"}, VALUE, "0434"),
    (8, {"0434": "01"}, VALUE, "0434"), (1, {"0435": "0"}, MUST, "0435"),
    (8, {"0435": "1"}, EMPTY, "0435"), (8, {"0436": "1"}, EMPTY, "0436"),
    (8, {"0437": "1"}, EMPTY, "0437"), (1, {"0436": "121"}, SUM, "0436"),
    (1, {"0437": "31"}, SUM, "0437"), (1, {"0435": "149"}, SUM, "0435"),
    (1, {"0441": "x"}, EMPTY, "0441"),
    (8, {"0412": "20140126"}, SAME, "0412"), (9, {"0610": "14"}, VALUE, "0610"),
    (1, {"0422": "0100"}, "ei.field.constant", "0422"),
    (5, {"1616": "0100"}, "ei.field.constant", "1616"),
    (2, {"0610": "14"}, VALUE, "0610"), (12, {"0610": "10"}, VALUE, "0610"),
    (2, {"0610": "04"}, VALUE, "0610"), (2, {"0611": "050"}, OTHER, "0611"),
    (2, {"0612": "25A001"}, SAME, "0612"), (4, {"0612": "26A012"}, OTHER, "0612"),
    (2, {"0613": "0"}, VALUE, "0613"), (4, {"0613": "0329"}, EMPTY, "0613"),
    (9, {"0615": "0"}, MUST, "0615"), (2, {"0615": "0329"}, EMPTY, "0615"),
    (2, {"0616": "20140102"}, SAME, "0616"), (2, {"0617": "20140130"}, SAME, "0617"),
    (4, {"0616": "20131231", "0618": "16"}, DATES, "0616"),
    (4, {"0617": "20140201", "0618": "23"}, DATES, "0617"),
    (4, {"0616": "20140116"}, DATES, "0617"), (4, {"0618": "7"}, "ei.relation.days", "0618"),
    (2, {"0618": "2"}, VALUE, "0618"), (2, {"0619": "0"}, EMPTY, "0620"),
    (2, {"0620": "0", "0625": "0"}, MUST, "0620"), (2, {"0622": "1"}, EMPTY, "0622"),
    (2, {"0620": "9999"}, "ei.relation.amounts", "0625"), (2, {"0625": "0"}, MUST, "0625"),
    (2, {"0621": "C"}, SIGN, "0621"), (2, {"0623": "C"}, SIGN, "0623"),
    (2, {"0626": "C"}, SIGN, "0626"), (5, {"1618": "C"}, SIGN, "1618"),
    (2, {"0628": "x"}, EMPTY, "0628"),
    (5, {"1610": "act_8.1"}, VALUE, "1610"), (5, {"1611": "20131231"}, DATES, "1611"),
    (5, {"1611": "20140124"}, DATES, "1612"), (5, {"1612": "20140201"}, DATES, "1612"),
    (5, {"1615": "94000001"}, EMPTY, "1615"), (5, {"1620": "x"}, EMPTY, "1620"),
    (6, {"1711": "0"}, MUST, "1711"), (7, {"1711": "94000001"}, EMPTY, "1711"),
    (7, {"1712": "0"}, MUST, "1712"), (6, {"1712": "9937"}, EMPTY, "1712"),
    (6, {"1713": "20131231"}, DATES, "1713"), (6, {"1714": "20140201"}, DATES, "1714"),
    (6, {"1713": "20140131", "1714": "20140130"}, DATES, "1714"),
    (6, {"1716": "0"}, MUST, "1716"), (6, {"1720": "x"}, EMPTY, "1720"),
    (6, {"1720": "p1b1"}, OTHER, "1720"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "changes", "rule", "field"), CASES)
def test_a_rule_finds_what_breaks_it(
    place: int, changes: dict[str, str], rule: str, field: str
) -> None:
    told = found(RIGHT.with_(place, **{f"f{number}": v for number, v in changes.items()}))
    of_rule = [(r, f) for r, _, f in told if r == rule]
    assert (rule, field) in of_rule, told


@pytest.mark.parametrize(("place", "changes"), [case[:2] for case in CASES])
def test_records_that_were_not_changed_have_no_finding(place: int, changes: dict[str, str]) -> None:
    told = found(RIGHT.with_(place, **{f"f{number}": v for number, v in changes.items()}))
    # Where a sort of care and its code do not fit, it is the tariff that is named.
    named = {line for _, line, _ in told} - {None, 16}
    assert named <= {place + 2} or (place == 8 and named <= {10, 11})


def test_direct_time_is_there_even_when_all_of_it_is_indirect() -> None:
    file = RIGHT.with_(13, f1716="0", f1717="60").with_(11, f0436="0", f0437="60")
    assert found(file) == [(MUST, 13, "0436")]


def test_a_procedure_takes_one_day() -> None:
    file = RIGHT.with_(4, f0610="12", f0618="1", f0617="20140110")
    assert found(file) == []
    assert found(file.with_(4, f0617="20140111")) == [(SAME, 6, "0617")]


def test_transition_begins_on_its_first_day() -> None:
    file = RIGHT.with_(12, f0610="15").with_(11, f0426=" ", f0430=" ", f0431="0")
    assert [t for t in found(file) if t[2] == "0411"] == [(VALUE, 13, "0411")]


def test_a_tariff_of_another_sort_of_care_than_the_others_is_named() -> None:
    file = RIGHT.with_(1, f0410=" ")
    stay = dict(file.records[4][1]) | {"0616": "20140116", "0617": "20140121", "0627": "p1t3"}
    file.records.insert(5, ("06", stay))
    odd = ("ei.relation.one_care", 4, "0610")
    assert odd not in found(file)
    assert odd in found(file.with_(2, f0610="16"))


def test_an_activity_or_time_stands_under_its_own_sort_of_care_only() -> None:
    file = gz321()
    keys = {f"17{k[2:]}": v for k, v in file.records[9][1].items() if k[2:] in _KEY_ENDS}
    time = {**keys, "1710": "01", "1711": "94000001", "1713": "20140125", "1714": "20140125",
            "1715": "01", "1716": "1", "1718": "D", "1719": "p2b1"}  # fmt: skip
    file.records.insert(10, ("17", time))
    assert ("ei.condition.record", 12, "1701") in found(file)

    file = gz321()
    activity = {f"16{k[2:]}": v for k, v in file.records[12][1].items() if k[2:] in _KEY_ENDS}
    activity |= {"1610": "act_9.1", "1611": "20140111", "1612": "20140111", "1613": "04",
                 "1614": "1", "1618": "D", "1619": "p3a1"}  # fmt: skip
    file.records.insert(13, ("16", activity))
    assert ("ei.condition.record", 15, "1601") in found(file)


_KEY_ENDS = ("03", "04", "06", "07", "08", "09")


def test_what_hangs_on_a_wrong_record_is_not_told_again() -> None:
    """The last day of the care is wrong: the tariffs that repeat the right one are not."""
    assert found(RIGHT.with_(1, f0412="20131231")) == [
        (DATES, 3, "0411"), (DATES, 3, "0412"),
    ]  # fmt: skip
