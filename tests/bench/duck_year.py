"""The year computation in DuckDB's SQL: the yardstick, and a second witness of the sums.

It reads the same Parquet files of the same Delta tables, and uses the same small lists (codes,
classes, outcomes). Everything else - netting, population, characteristics, exclusions, sums - is
written again here, in SQL.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.contracts.silver import CLAIM_LINES, INSURED, MEDICINES, POSTCODE_INCOME
from spiegel_core.contracts.silver import PRACTITIONERS as PRACTITIONER_LINES
from spiegel_core.outcomes.care import code_items
from spiegel_core.outcomes.care_classes import (
    CHAIN_CARE,
    FEE,
    MEDICINE,
    SPECIALIST,
    TEST,
    specialist_item,
)
from spiegel_core.outcomes.definitions import belongs
from spiegel_core.population.insured import income_limits, newest_incomes
from spiegel_core.runtime.year_work import YearWork

_ROUTES = {CHAIN_CARE: "chain_care", MEDICINE: "drugs", SPECIALIST: "specialist"}


def prepare(connection: Any, work: YearWork) -> None:
    """Hand the small lists and the files over; not part of what is timed."""
    tables = work.tables
    admitted = tables.read(DELIVERIES, columns=["load_id", "care_type", "kind"], verdict="admitted")
    connection.register("loads_arrow", admitted)
    connection.execute("create or replace table loads as select * from loads_arrow")
    known = sorted(tables.active_files(CLAIM_LINES))
    files = [f"{tables.uri(CLAIM_LINES)}/{name}" for name in known
             if name.startswith(f"care_year={work.year}/")]  # fmt: skip
    insured = [f"{tables.uri(INSURED)}/{name}" for name in sorted(tables.active_files(INSURED))]
    connection.execute(
        f"create or replace view lines as select * from read_parquet({files}, "
        "hive_partitioning = true, hive_types = {'care_year': INT, 'is_credit': BOOLEAN})"
    )
    connection.execute(f"create or replace view insured as select * from read_parquet({insured})")
    for name, rows in _lists(work).items():
        connection.register(f"{name}_arrow", rows)
        connection.execute(f"create or replace table {name} as select * from {name}_arrow")


def _lists(work: YearWork) -> dict[str, pa.Table]:
    rules, classes = work.rules, work.classes
    place = {c.name: n for n, c in enumerate(rules.care_types)}
    incomes = newest_incomes(
        (r["vintage"], r["postcode4"], r["average_income_euro"], r["inhabitants"])
        for r in work.register(POSTCODE_INCOME, "postcode_income").to_pylist()
    )
    specialists: dict[tuple[str, str | None], int] = {
        (s, None): classes.number_of(specialist_item(s, None, rules)) for s in rules.specialisms
    }
    for source in rules.conditions:
        if source.route == "specialist" and source.specialism:
            item = specialist_item(source.specialism, source.code, rules)
            specialists[source.specialism, source.code] = classes.number_of(item)
    traits = [
        {"care_class": c.number, "trait": trait, "route": route}
        for c in classes.classes
        for trait, route in [
            *((g, "fkg") for g in c.item.cost_groups),
            *((n, _ROUTES[c.item.kind]) for n in c.item.conditions),
        ]
    ]
    worth = work.factors.place_values()
    class_worth = [
        {"factor": f.name, "class": name,
         "worth": worth[f.name] * (2**n if f.is_any else n)}
        for f in work.factors.factors for n, name in enumerate(f.classes)
    ]  # fmt: skip
    lists = {
        "items": code_items(rules, classes, work.register(MEDICINES, "medicines")),
        "places": [{"care_type": c.name, "place": place[c.name]} for c in rules.care_types
                   if c.segment],
        "ggz": [{"care_class": c.number} for c in classes.classes if c.segment == "ggz"],
        "specialists": [{"specialism": s, "diagnosis": d, "item": n}
                        for (s, d), n in specialists.items()],
        "test_ranges": [{"rank": n, "from_code": t.from_code, "to_code": t.to_code,
                         "item": classes.of_kind(TEST)[t.kind]}
                        for n, t in enumerate(rules.tests)],
        "practices": [{"practice": p} for p in sorted(work.practices)],
        "gps": [{"gp": g, "practice": p} for g, p in sorted(work.gps)],
        "practitioners": work.register(PRACTITIONER_LINES, "practitioners"),
        "incomes": [{"postcode4": r[0], "income": r[1]} for r in incomes],
        "traits": traits,
        "cost_groups": [{"name": g.name, "by_lines": g.counts_lines, "is_class": g.is_class}
                        for g in rules.cost_groups],
        "excluded": [{"name": g.name, "excluded_by": e} for g in rules.cost_groups
                     for e in g.excluded_by] or [{"name": "", "excluded_by": ""}],
        "class_worth": class_worth,
        "ages": [{"age": age, "name": a.name} for a in rules.age_classes
                 for age in range(a.from_age, min(a.to_age, 130) + 1)],
        "counting": [{"care_class": c.number, "outcome": o.name, "counts": o.counts,
                      "by_own_gp": o.by_own_gp}
                     for o in work.outcomes for c in classes.classes if belongs(o, c)],
    }  # fmt: skip
    return {
        name: rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows)
        for name, rows in lists.items()
    }


def run(connection: Any, work: YearWork) -> None:
    """Claims -> `populations` and `outcome_sums`: what is timed."""
    for statement in _statements(work):
        connection.execute(statement)


def _statements(work: YearWork) -> list[str]:
    numbers, classes = work.rules.numbers, work.classes
    fee = classes.of_kind(FEE)["registration"]
    group = classes.of_kind(CHAIN_CARE)[numbers.group_programme]
    counted = {t.kind for t in work.rules.tests if t.counts}
    tests = ",".join(str(n) for k, n in classes.of_kind(TEST).items() if k in counted)
    day = work.rules.reference_date.isoformat()
    incomes = newest_incomes(
        (r["vintage"], r["postcode4"], r["average_income_euro"], r["inhabitants"])
        for r in work.register(POSTCODE_INCOME, "postcode_income").to_pylist()
    )
    low, high = income_limits(incomes, numbers.income_low_percent, numbers.income_high_percent)
    mirrored = "person_id, code_list, code, practice, care_from, quantity, granted_cents"
    return [
        "create or replace temp view claims as select l.*, care_type from lines l "
        "join loads using (load_id) where kind = 'claims'",
        f"""create or replace temp table settled as
        with credits as (select *, row_number() over (partition by insurer, previous_reference,
               {mirrored} order by reference, paid_on, load_id, line) as rank
             from claims where is_credit),
        debits as (select insurer, reference, {mirrored}, count(*) as debits from claims
             where not is_credit and (insurer, reference) in
               (select (insurer, previous_reference) from credits)
             group by all)
        select c.* exclude (rank) from credits c join debits d
          on c.insurer = d.insurer and c.previous_reference = d.reference
          and c.person_id = d.person_id and c.code_list = d.code_list and c.code = d.code
          and c.practice = d.practice and c.care_from = d.care_from and c.quantity = d.quantity
          and c.granted_cents = d.granted_cents and c.rank <= d.debits""",
        f"""create or replace temp table care as
        with netted as (select *, 1 as sign from claims where not is_credit
                        union all by name select *, -1 as sign from settled),
        coded as (select n.*, place, coalesce(case care_type
            when 'medisch_specialistisch' then coalesce(s.item, s0.item)
            when 'eerstelijnsdiagnostiek' then case when n.code_list = '041' then
              (select t.item from test_ranges t where n.code between t.from_code and t.to_code
               order by t.rank limit 1) end
            else i.item end, 0) as item, coalesce(i.ddd_per_1000_units, 0) as ddd
          from netted n join places using (care_type)
          left join items i on n.code_list = i.code_list and n.code = i.code
            and n.care_from between i.valid_from and i.valid_to
            and (n.code_list <> '001' or care_type = 'farmacie')
          left join specialists s on s.specialism = n.specialism and s.diagnosis = n.diagnosis
          left join specialists s0 on s0.specialism = n.specialism and s0.diagnosis is null
          where cover = 'B')
        select person_id, place * 100000 + item as care_class,
          case when item in ({fee}, {group}) then practice end as practice,
          case when item = {fee} then performer when item in ({tests}) then referrer end as actor,
          case when item in ({tests}) then care_from
               when item = {group} then date_trunc('quarter', care_from)::date end as care_on,
          sum(sign)::bigint as lines, sum(sign * quantity)::bigint as quantity,
          sum(sign * granted_cents)::bigint as cents,
          sum(sign * quantity::bigint * ddd)::bigint as ddd_thousandths
        from coded group by all""",
        f"""create or replace temp table fees as
        with own as (select * from care semi join practices using (practice)
                     where care_class % 100000 = {fee}),
        per_practice as (select person_id, practice from own group by all having sum(cents) > 0),
        per_gp as (select person_id, practice, actor from own group by all having sum(cents) > 0)
        select * from per_practice left join per_gp using (person_id, practice)""",
        f"""create or replace temp table persons as
        with several as (select gp from (select distinct actor as gp, practice from fees
                         semi join gps on actor = gps.gp and fees.practice = gps.practice)
                         group by gp having count(*) > 1),
        attributed as (select person_id, count(distinct practice) as n, min(practice) as provider,
             bool_or(actor in (select gp from several)) as has_several
             from fees group by person_id),
        register as (select * from (select i.*, row_number() over (partition by person_id order by
               insured_days desc, insurer, birth_date, sex, postcode4 nulls last) as rank
             from insured i join loads using (load_id) where kind = 'insured'
             and year = {work.year}) where rank = 1),
        costs as (select person_id, sum(cents) as total, coalesce(sum(cents)
             filter (care_class in (select care_class from ggz)), 0) as ggz
             from care group by person_id)
        select a.person_id, provider, sex || ' ' || ages.name as age_sex,
          case when income is null then 'unknown' when income < {low} then 'low'
               when income > {high} then 'high' else 'middle' end as income
        from attributed a join register r using (person_id) left join costs using (person_id)
        left join incomes using (postcode4)
        join ages on ages.age = greatest(date_diff('year', birth_date, date '{day}') - case when
          strftime(birth_date, '%m%d') > strftime(date '{day}', '%m%d') then 1 else 0 end, 0)
        where n = 1 and not coalesce(has_several, false)
          and coalesce(ggz, 0) <= {numbers.high_cost_ggz_cents}
          and coalesce(total, 0) <= {numbers.high_cost_total_cents}""",
        f"""create or replace temp table held as
        with summed as (select person_id, trait, route, sum(lines) as lines,
             sum(ddd_thousandths) as ddd from care join traits using (care_class) group by all)
        select person_id, trait, route from summed left join cost_groups g on trait = g.name
        where case when route = 'fkg' and by_lines then lines >= {numbers.fkg_cancer_lines}
                   when route = 'fkg' then ddd > {1000 * numbers.fkg_ddd}
                   when route = 'drugs' then ddd > {1000 * numbers.condition_ddd}
                   else lines > 0 end""",
        """create or replace temp table profiled as
        with bits as (select h.person_id, sum(distinct w.worth) as worth from held h
             join cost_groups g on g.name = h.trait and g.is_class and h.route = 'fkg'
             join class_worth w on w.factor = 'fkg' and w.class = h.trait
             where not exists (select 1 from held o join excluded e on e.excluded_by = o.trait
                 where o.person_id = h.person_id and o.route = 'fkg' and e.name = h.trait)
             group by all),
        flags as (select person_id, sum(distinct w.worth) as worth from
             (select distinct person_id, trait from held where route <> 'fkg') h
             join class_worth w on w.factor = h.trait and w.class = 'yes' group by all)
        select person_id, provider, a.worth + i.worth + coalesce(bits.worth, 0)
            + coalesce(flags.worth, 0) as profile
        from persons p join class_worth a on a.factor = 'age_sex' and a.class = age_sex
        join class_worth i on i.factor = 'income' and i.class = p.income
        left join bits using (person_id) left join flags using (person_id)""",
        "create or replace temp table populations as select provider, profile, count(*) as persons "
        "from profiled group by all",
        f"""create or replace temp table outcome_sums as
        with own as (select c.* from care c join profiled p using (person_id)
             semi join practitioners r on c.actor = r.practitioner_agb
               and p.provider = r.organisation_agb and c.care_on between r.start
               and coalesce(r."end", date '9999-12-31')
             where c.care_class % 100000 in ({tests})),
        measured as (select person_id, outcome, counts, cents, quantity, ddd_thousandths
             from care join counting using (care_class) where not by_own_gp
             union all select person_id, outcome, counts, cents, quantity, ddd_thousandths
             from own join counting using (care_class) where by_own_gp),
        valued as (select person_id, outcome, sum(case counts when 'cents' then cents
             when 'quantity' then quantity else ddd_thousandths end) as value
             from measured semi join profiled using (person_id)
             group by all having value <> 0)
        select provider, profile, outcome, sum((value > 0)::int)::bigint as users,
          sum(value)::hugeint as total, sum(value::hugeint * value::hugeint)::hugeint as squares
        from valued join profiled using (person_id) group by all""",
    ]
