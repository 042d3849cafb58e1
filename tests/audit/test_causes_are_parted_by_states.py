"""Several causes of one run are replaced one by one: which states that takes, what counts in each,
and when the causes stay together."""

from __future__ import annotations

import dataclasses
import io
import shutil
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from jobs.audit_compare import compare
from jobs.spiegel import app
from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS
from spiegel_core.contracts.gold import PRODUCT
from spiegel_core.engine.version_parts import (
    CODE,
    CORRECTED,
    DEFINITION,
    LATE,
    OUTCOME,
    POPULATION_RULE,
    TOGETHER,
    WEIGHTS,
    Input,
)
from spiegel_core.engine.version_states import State, way_between
from spiegel_core.errors import EnvironmentUnfit, WrongUse
from spiegel_core.mirrors.audit.compared import (
    EXPECTED,
    NO_LINES,
    OBSERVED,
    OTHER_PROGRAM,
    Compared,
    Parting,
)
from spiegel_core.mirrors.audit.compared_words import together_told
from spiegel_core.release.names import VersionName
from spiegel_core.runtime import parting
from spiegel_core.runtime.comparing_versions import Comparing, version_named
from spiegel_core.runtime.comparison import Request, compared
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.fingerprints_plain import code_version
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.kept_versions import Links, Unparted, VersionFacts
from spiegel_core.runtime.made_state import StateFacts, lay_deliveries
from spiegel_core.runtime.parting import FromClaims, rules_of_state
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.version_facts import deliveries_in_force, keep_facts
from tests.audit.country import TARGETS, YEAR, Country, Patient
from tests.audit.ledger import deliver

AGB, OTHER = "01000001", "01000002"
JUNE = Input("claims", "3311 june", "aaa", 4, 500)
JULY = Input("claims", "3311 july", "bbb", 4, 300, 20)
INSURED, LIMIT, AGES = (Input(kind, name, "old") for kind, name in (
    ("insured", "3311 insured"), (POPULATION_RULE, "limit"), (DEFINITION, "age_classes"),
))  # fmt: skip
PROGRAM = Input(CODE, "code", "program 1")
BEFORE = (JUNE, INSURED, LIMIT, AGES, PROGRAM)


def other(*changed: Input) -> list[Input]:
    """What the first version was computed from, with other content, or something more."""
    held = {(one.kind, one.name): one for one in BEFORE}
    return list((held | {(one.kind, one.name): one for one in changed}).values())


def newer(one: Input) -> Input:
    return dataclasses.replace(one, sha256="new")


@pytest.mark.parametrize(
    ("changed", "program", "made", "last"),
    [
        # In whatever order they stand, causes are replaced in one order; the last one gives the
        # later version itself.
        ([newer(AGES), newer(LIMIT), newer(JUNE), JULY], "program 1",
         [LATE, CORRECTED, POPULATION_RULE], DEFINITION),
        ([newer(LIMIT), newer(INSURED)], "program 1", [CORRECTED], POPULATION_RULE),
        ([JULY], "program 1", [LATE], CORRECTED),
        ([Input(OUTCOME, "cost", "new"), newer(JUNE)], "program 1", [CORRECTED], DEFINITION),
        # The program comes first, by the old data and rules.
        ([newer(PROGRAM), newer(JUNE)], "new", [CODE], CORRECTED),
        ([newer(PROGRAM), newer(JUNE), newer(LIMIT)], "new", [CODE, CORRECTED], POPULATION_RULE),
        # A program of neither version makes the first state and the last one.
        ([newer(LIMIT), newer(INSURED)], "program 3", [CODE, CORRECTED, POPULATION_RULE], CODE),
        ([newer(PROGRAM), newer(INSURED)], "program 3", [CODE, CORRECTED], CODE),
        ([newer(PROGRAM), newer(INSURED)], "program 1", [CORRECTED], CODE),
    ],
)  # fmt: skip
def test_causes_are_replaced_in_one_order(
    changed: list[Input], program: str, made: list[str], last: str
) -> None:
    way = way_between(BEFORE, other(*changed), program)
    assert [state.last for state in way.states] == made
    assert way.order == (*made, last)
    assert way.is_by_others == (program == "program 3" and newer(PROGRAM) not in changed)


def test_late_claims_are_debits_and_their_credits_come_with_the_corrections() -> None:
    way = way_between(BEFORE, other(JULY, newer(JUNE), newer(INSURED), newer(LIMIT)), "program 1")
    late, corrected = way.states
    debits = dataclasses.replace(JULY, credit_cents=0)
    assert set(late.deliveries) == {JUNE, INSURED, debits}
    assert late.debits_only == {debits}
    assert set(corrected.deliveries) == {newer(JUNE), newer(INSURED), JULY}
    assert not corrected.debits_only


def test_the_same_lines_under_another_id_are_not_late() -> None:
    again = dataclasses.replace(JUNE, name="3311 june-again")
    gone = [one for one in other(again, newer(LIMIT)) if one != JUNE]
    late, corrected = way_between(BEFORE, gone, "program 1").states
    assert (set(late.deliveries), late.debits_only) == ({JUNE, INSURED}, frozenset())
    assert set(corrected.deliveries) == {again, INSURED}


def test_rules_of_who_counts_are_replaced_before_definitions(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "conf", tmp_path / "conf")
    rules = tmp_path / "conf" / "rules.yml"
    text = rules.read_text(encoding="utf-8")
    for old, new in (("value: 2250000", "value: 900000"), ("value: 30}", "value: 55}")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    rules.write_text(text, encoding="utf-8")
    before, after = ((c.rules(YEAR), c.outcomes()) for c in (Conf(), Conf(tmp_path / "conf")))

    def held(*replaced: str) -> tuple[int, int]:
        state = State("", frozenset(replaced), (), frozenset())
        numbers = rules_of_state(state, before, after)[0].numbers
        return numbers.high_cost_total_cents, numbers.income_low_percent

    assert held(LATE, CORRECTED) == (2_250_000, 30)
    assert held(POPULATION_RULE) == (900_000, 30)
    assert held(POPULATION_RULE, DEFINITION) == (900_000, 55)


LEDGER = """
    id     | kind    | verdict    | content | load | debit | credit | care_type
    june   | claims  | superseded | aaa     | 1    | 500   | 20     |
    june   | claims  | admitted   | bbb     | 2    | 480   | 20     | ggz
    july   | claims  | admitted   | ccc     | 3    | 300   | 40     |
    credit | claims  | admitted   | ddd     | 4    |       | 70     |
    ins    | insured | admitted   | eee     | 5    |       |        |
"""
OF_THEN = (
    Input("claims", "3311 june", "aaa", 8, 1000, 40), Input("insured", "3311 ins", "eee"),
    Input("claims", "3311 july", "ccc", 8, 600, 0), Input("claims", "3311 credit", "ddd", 4, 0, 0),
)  # fmt: skip


def laid(folder: Path, ledger: str, deliveries: tuple[Input, ...]) -> tuple[Tables, frozenset[int]]:
    store, into = (Tables(Folder(folder / name)) for name in ("store", "other"))
    deliver(store, ledger)
    late = frozenset(d for d in deliveries if d.name in ("3311 july", "3311 credit"))
    state = State(LATE, frozenset({LATE}), deliveries, late)
    return into, lay_deliveries(store, into, state, YEAR)


def test_what_counted_then_counts_again_and_late_credits_do_not(tmp_path: Path) -> None:
    into, without = laid(tmp_path, LEDGER, OF_THEN)
    assert without == {3, 4}
    assert {row["load_id"]: row["verdict"] for row in into.read(DELIVERIES).to_pylist()} == {
        1: "admitted", 3: "admitted", 4: "admitted", 5: "admitted",
    }  # fmt: skip
    credit_loads = {
        row["load_id"] for row in into.read(DELIVERY_TOTALS).to_pylist() if row["is_credit"]
    }
    assert credit_loads == {1}
    found = {one.name: (one.debit_cents, one.credit_cents)
             for one in deliveries_in_force(into, YEAR)}  # fmt: skip
    assert found == {"3311 june": (1000, 40), "3311 july": (600, 0), "3311 ins": (0, 0)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # The lines of then are not there, are other ones, or might be of two care types.
        ("june   | claims  | superseded", "june   | claims  | refused   "),
        ("| 1    | 500 ", "| 1    | 499 "),
        ("| bbb     | 2    | 480 ", "| aaa     | 2    | 500 "),
        ("| admitted   | eee ", "| superseded | fff "),
    ],
)
def test_causes_stay_together_when_lines_of_then_are_not_certain(
    tmp_path: Path, old: str, new: str
) -> None:
    assert LEDGER.count(old) == 1
    with pytest.raises(Unparted) as raised:
        laid(tmp_path, LEDGER.replace(old, new), OF_THEN)
    assert raised.value.reason == NO_LINES


def country(more: int, users: int = 30) -> Country:
    """Two practices; each man of the first had `more` cents more, `users` of the second any."""
    return Country([
        *[Patient(AGB, "M 45-49", "low", cents=30_000 + more)] * 20,
        *[Patient(AGB, "V 45-49", "high", cents=50_000)] * (12 + more // 100),
        *[Patient(OTHER, "M 45-49", cents=20_000)] * users,
        *[Patient(OTHER, "V 45-49")] * (40 - users),
    ])  # fmt: skip


HEAD = "id | kind | verdict | content | load | debit | credit"
SENT = (
    "june | claims | admitted | aaa | 1 | 500 | ",
    "june | claims | admitted | bbb | 2 | 480 | ",
)
MORE = "july | claims | admitted | ccc | 3 | 90 | "


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions: claims came and a delivery was replaced, both before the second one."""
    folder = tmp_path_factory.mktemp("versions")
    tables = Tables(Folder(folder))
    for number, (held, ledger) in enumerate(
        [(country(0), [SENT[0]]), (country(500), [SENT[1], MORE])], start=1
    ):
        deliver(tables, "\n".join([HEAD, *ledger]))
        held.write(tables, number)
        keep_facts(tables, Conf(), YEAR, code_version())
    return folder


def comparing(store: Path) -> Comparing:
    names = (version_named(f"{YEAR}:{number}") for number in (1, 2))
    return Comparing(Tables(Folder(store)), *names, AGB)


def facts_of(held: Country, before: VersionFacts) -> StateFacts:
    """What a state with these persons holds."""
    people = {"": list(held.patients), AGB: held.own(AGB), OTHER: held.own(OTHER)}
    counts = {
        who: Counter((f, name) for p in own for f, names in p.classes().items() for name in names)
        for who, own in people.items()
    }
    sums = {(who, t.outcome, t.measure): sum(p.value(t) for p in own)
            for who, own in people.items() for t in TARGETS}  # fmt: skip
    return StateFacts({who: len(own) for who, own in people.items()}, counts, sums, before.weights)


def parted(
    store: Path, between: Country, practice: str = AGB, small_cells: bool = True
) -> Compared:
    def part(before: VersionFacts, after: VersionFacts) -> tuple[Parting, Links]:
        told = Parting(before.name, after.name, (LATE, CORRECTED))
        return told, ((LATE, facts_of(between, before)), (CORRECTED, after))

    asked = Request(f"{YEAR}:1", f"{YEAR}:2", practice, small_cells=small_cells)
    return compared(Tables(Folder(store)), Conf(), asked, part)


def parts_of(found: Compared, quantity: str, practice: str = AGB) -> Mapping[str, Fraction]:
    (split,) = [s for s in found.splits
                if (s.provider, s.quantity, s.target.outcome, s.target.measure)
                == (practice, quantity, "cost_total", "amount")]  # fmt: skip
    return split.parts


def test_each_step_between_states_is_the_part_of_its_cause(store: Path) -> None:
    # By hand: late claims bring 300 cents to 20 men, and 3 women of 50,000 cents count more; the
    # correction the other 200 cents and 2 women.
    found = parted(store, country(300))
    assert parts_of(found, OBSERVED) == {
        LATE: 20 * 300 + 3 * 50_000, CORRECTED: 20 * 200 + 2 * 50_000,
    }  # fmt: skip
    before = VersionFacts(Tables(Folder(store)), version_named(f"{YEAR}:1"), AGB)
    weights = {(row.factor, row.name): Fraction(row.weight, 10**9)
               for row in before.weights["cost_total", "amount"]}  # fmt: skip
    woman = weights["intercept", "all"] + sum(
        weights[key] for key in [("age_sex", "V 45-49"), ("income", "high"), ("diabetes", "no"),
                                 ("copd", "no"), ("cvrm", "no")]
    )  # fmt: skip
    expected = parts_of(found, EXPECTED)
    assert set(expected) == {LATE, CORRECTED, WEIGHTS}
    assert (expected[LATE], expected[CORRECTED]) == (3 * woman, 2 * woman)


def test_without_states_the_causes_are_together_and_the_text_says_how_to_part_them(
    store: Path,
) -> None:
    asked = Request(f"{YEAR}:1", f"{YEAR}:2", AGB, small_cells=True)
    found = compared(Tables(Folder(store)), Conf(), asked)
    assert set(parts_of(found, OBSERVED)) == {TOGETHER}
    assert "vergelijkt opnieuw met --from-claims, of berekent" in " ".join(together_told(found))


def test_what_1_to_9_users_had_in_a_state_is_hidden_too(store: Path) -> None:
    for users, is_hidden in ((30, False), (4, True)):
        found = parted(store, country(300, users), OTHER, small_cells=False)
        hidden = {s.quantity: s.is_hidden for s in found.splits
                  if (s.provider, s.target.outcome) == (OTHER, "cost_total")}  # fmt: skip
        assert hidden == {EXPECTED: False, OBSERVED: is_hidden}


def from_claims(store: Path, second: str = f"{YEAR}:2") -> tuple[str, Job]:
    console = Console(file=io.StringIO(), width=1000)
    job = Job(str(store), None, console)
    compare(job, Request(f"{YEAR}:1", second, AGB, small_cells=True), None, from_claims=True)
    return console.file.getvalue(), job  # type: ignore[attr-defined]


def with_rules(store: Path, folder: Path) -> Path:
    """A copy of the store that has the files of both versions."""
    copy = Path(shutil.copytree(store, folder / "store"))
    for number in (1, 2):
        shutil.copytree(PROJECT / "conf", copy / VersionName(PRODUCT, YEAR, number).folder / "conf")
    return copy


@pytest.mark.parametrize(
    ("number", "old", "new"), [(1, "value: 30}", "value: 31}"), (2, "income_low_percent:", "low:")]
)
def test_with_other_rules_than_those_of_a_version_the_causes_stay_together(
    store: Path, tmp_path: Path, number: int, old: str, new: str
) -> None:
    copy = with_rules(store, tmp_path)
    rules = copy / VersionName(PRODUCT, YEAR, number).folder / "conf" / "rules.yml"
    text = rules.read_text(encoding="utf-8")
    assert text.count(old) == 1
    rules.write_text(text.replace(old, new), encoding="utf-8")
    told, job = from_claims(copy)
    assert "want de bewaarde regels van een van beide zijn niet te lezen, of niet die" in told
    assert "spark" not in job.__dict__


def test_without_the_rules_of_a_version_the_causes_stay_together(store: Path) -> None:
    told, job = from_claims(store)
    assert "Niet uit elkaar te houden: 2021:1 naar 2021:2, want van een van beide is de map" in told
    assert "spark" not in job.__dict__


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [(0, 500, ""), (1, 500, OTHER_PROGRAM), (0, 499, OTHER_PROGRAM)],
)
def test_a_program_that_makes_other_numbers_of_the_versions_parts_nothing(
    store: Path, monkeypatch: pytest.MonkeyPatch, first: int, last: int, problem: str
) -> None:
    def links(self: FromClaims, before: VersionFacts, after: VersionFacts, way: object) -> Links:
        made = [facts_of(country(more), before) for more in (first, last)]
        return (CODE, made[0]), (LATE, made[0]), (CORRECTED, made[1]), (CODE, after)

    monkeypatch.setattr(parting, "code_version", lambda: "another")
    monkeypatch.setattr(FromClaims, "_links", links)
    with FromClaims(Job(str(store), None), AGB) as states:
        (told,) = comparing(store).part(states.part)
    assert told.problem == problem


def test_what_cannot_be_parted_at_all_is_told(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = comparing(store)
    monkeypatch.setattr(Folder, "is_local", False)
    with pytest.raises(EnvironmentUnfit) as raised, FromClaims(Job(str(store), None), AGB) as made:
        versions.part(made.part)
    assert str(raised.value) == (
        "states between versions are made beside the store, on this machine\n"
        f"  where:    {store}\n"
        "  expected: a store on a disk of this machine\n"
        "  fix:      copy the store to this machine, or leave --from-claims out"
    )
    monkeypatch.undo()
    versions._is_one_year = False
    with pytest.raises(WrongUse, match="versions of two report years have no states"):
        versions.part(lambda *_: pytest.fail("a state was made"))
    called = CliRunner().invoke(app, ["audit", "compare", "a.csv", "b.csv", "--from-claims"])
    assert "files of open data hold no claims" in str(called.exception)
