"""Small EI files, made from the layouts: right in every field, until a test changes one."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.ei.judge import EiJudgement, judge_ei
from spiegel_core.deliveries.ei.standard import EiField, Standard
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.ei_standards import read_standards

STANDARDS = read_standards(Conf())
BY_NAME = {standard.name: standard for standard in STANDARDS}
GZ321 = BY_NAME["GZ321"]
# One finding more or less must not turn the verdict of a small file.
DOOR = DoorRules(set_aside_share=1.0)

Values = dict[str, str]


@dataclass
class EiFile:
    """An EI file in the making.

    Args:
        standard: whose layout it follows.
        records: kind and values of each record between header and closing record.
        header: values of the header.
        closing: values of the closing record that differ from those counted.
    """

    standard: Standard
    records: list[tuple[str, Values]]
    header: Values
    closing: Values = field(default_factory=dict)

    def with_(self, place: int, **values: str) -> EiFile:
        """A copy with fields of one record changed; f0411="20140201" is field 0411."""
        changed = copy.deepcopy(self)
        changed.records[place][1].update({name[1:]: value for name, value in values.items()})
        return changed

    def lines(self) -> list[str]:
        number, lines = 0, [self._line("01", self.header)]
        for code, values in self.records:
            number += code != "98"
            lines.append(self._line(code, {f"{code}02": str(number), **values}))
        return [*lines, self._line("99", {**self._totals(), **self.closing})]

    def content(self, end: str = "\n") -> bytes:
        return "".join(line + end for line in self.lines()).encode("latin-1")

    def _totals(self) -> Values:
        """Counts and signed sum, as the roles of the layout ask for."""
        codes = [code for code, _ in self.records]
        totals = {"99all": len(codes)} | {f"99{code}": codes.count(code) for code in codes}
        roles = self.standard.roles
        amount, sign = roles["claimed"][0], roles["claimed_sign"][0]
        net = sum(
            int(values[amount.number]) * (1 if values.get(sign.number) == "D" else -1)
            for code, values in self.records
            if code == amount.record and values.get(amount.number, "").isdigit()
        )
        found = {
            one.number: str(totals.get(f"99{role.removeprefix('count:')}", 0))
            for role, (one, *_) in roles.items()
            if role.startswith("count:")
        }
        found[roles["total"][0].number] = str(abs(net))
        found[roles["total_sign"][0].number] = "C" if net < 0 else "D"
        return found

    def _line(self, code: str, values: Values) -> str:
        fields = self.standard.of_record[code]
        unknown = set(values) - {one.number for one in fields}
        assert not unknown, unknown
        return "".join(_filled(one, values.get(one.number)) for one in fields)


def _filled(one: EiField, value: str | None) -> str:
    if value is None:
        value = one.record if one.number.endswith("01") and one.start == 1 else ""
    filled = value.rjust(one.width, "0") if one.is_number and value.strip() else value
    if one.is_number and not value:
        filled = "0" * one.width
    assert len(filled) <= one.width, (one.number, value)
    return filled.ljust(one.width)


def gz321() -> EiFile:
    """Two insured persons: a DBC with stay, activity and time, other care; basic care.

    Places: 0 insured, 1 DBC, 2 treatment, 3 comment, 4 stay, 5 activity, 6 and 7 time,
    8 other care, 9 its tariff, 10 insured, 11 basic care, 12 its tariff, 13 its time.
    """
    first = _insured("123456782", "19800105")
    second = _insured("111222333", "19611231")
    dbc = {
        **_care(first, "050", "26A012", "20140101", "20140131", "p1"), "0410": "101001000041",
        "0414": "traject1", "0416": "94000001", "0417": "9954", "0418": "94000002",
        "0419": "9937", "0420": "01", "0421": "01000001", "0431": "04", "0432": "04",
        "0433": "20", "0434": "01", "0435": "186", "0436": "120", "0437": "30",
    }  # fmt: skip
    ovp = {
        **_care(first, "050", "194073", "20140125", "20140125", "p2"), "0420": "06",
    }  # fmt: skip
    basic = {
        **_care(second, "063", "180001", "20140111", "20140131", "p3"), "0416": "94000003",
        "0417": "9922", "0420": "04", "0421": "01000002", "0426": "180001", "0430": "N",
        "0431": "11", "0434": "01", "0435": "90", "0436": "60",
    }  # fmt: skip
    return EiFile(
        GZ321,
        [
            ("02", first),
            ("04", dbc),
            ("06", {**_tariff(dbc, "10", "p1t1", 1, 10_000), "0613": "0329"}),
            ("98", {"9802": "3", "9803": "1", "9804": "toelichting"}),
            ("06", {**_tariff(dbc, "11", "p1t2", 6, 90_000), "0612": "25A048",
                    "0616": "20140110", "0617": "20140115"}),
            ("16", {**_keys(dbc, "16"), "1610": "act_9.1", "1611": "20140110",
                    "1612": "20140123", "1613": "04", "1614": "20", "1618": "D",
                    "1619": "p1a1"}),
            ("17", {**_time(dbc, "p1b1"), "1710": "01", "1711": "94000001", "1716": "120"}),
            ("17", {**_time(dbc, "p1b2"), "1710": "02", "1712": "9937", "1717": "30"}),
            ("04", ovp),
            ("06", {**_tariff(ovp, "04", "p2t1", 1, 9_000), "0615": "0329"}),
            ("02", second),
            ("04", basic),
            ("06", _tariff(basic, "14", "p3t1", 1, 40_000)),
            ("17", {**_time(basic, "p3b1"), "1710": "01", "1711": "94000003", "1716": "60"}),
        ],
        header_of(GZ321, {"0108": "7119", "0112": "54000051", "0113": "04"}),
    )  # fmt: skip


def header_of(standard: Standard, values: Values) -> Values:
    fields = standard.of_number
    return {
        "0102": fields["0102"].values[0], "0103": fields["0103"].values[0],
        "0104": fields["0104"].values[0], "0105": "T", "0114": "20150101", "0115": "20150131",
        "0116": "factuur 1", "0117": "20150201", "0119": "EUR", **values,
    }  # fmt: skip


def _insured(bsn: str, born: str) -> Values:
    return {
        "0203": bsn, "0204": "7119", "0207": born, "0208": "1", "0209": "1",
        "0210": "Voorbeeld", "0215": "V", "0217": "1234AB", "0219": "12", "0223": "2",
    }  # fmt: skip


def _care(insured: Values, code_list: str, code: str, first: str, last: str, ref: str) -> Values:
    return {
        "0403": insured["0203"], "0404": insured["0204"], "0407": "1", "0408": code_list,
        "0409": code, "0411": first, "0412": last, "0413": "1", "0438": "1", "0439": "D",
        "0440": ref,
    }  # fmt: skip


def _keys(care: Values, code: str) -> Values:
    names = ("0403", "0404", "0408", "0409", "0411", "0413")
    numbers = ("03", "04", "06", "07", "08", "09")
    return {code + own: care[name] for own, name in zip(numbers, names, strict=True)}


def _tariff(care: Values, sort: str, reference: str, times: int, cents: int) -> Values:
    return {
        **_keys(care, "06"), "0610": sort, "0612": care["0409"], "0614": "94000001",
        "0616": care["0411"], "0617": care["0412"], "0618": str(times),
        "0619": str(cents // times), "0620": str(cents), "0621": "D", "0623": "D",
        "0625": str(cents), "0626": "D", "0627": reference,
    }  # fmt: skip


def _time(care: Values, reference: str) -> Values:
    return {
        **_keys(care, "17"), "1713": care["0411"], "1714": care["0412"], "1715": "01",
        "1718": "D", "1719": reference,
    }  # fmt: skip


def judged(file: EiFile | bytes, door: DoorRules = DOOR) -> EiJudgement:
    content = file if isinstance(file, bytes) else file.content()
    return judge_ei(content, STANDARDS, door)


def found(file: EiFile | bytes) -> list[tuple[str, int | None, str]]:
    """Rule, line and field of every finding, in the order they are told in."""
    return [(f.rule, f.line, f.field) for f in judged(file).findings.kept]


def written(folder: Path, name: str, file: EiFile) -> Path:
    path = folder / name
    path.write_bytes(file.content())
    return path
