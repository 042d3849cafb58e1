"""The items of the country, listed from conf/invented_country."""

from __future__ import annotations

from spiegel_core.invent import targets as segment
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.items import Item, ItemList, Items

_GP, _CHAIN, _MEDICINE, _PARAMEDICAL = "008", "900", "001", "012"
_SPECIALIST, _HOSPITAL, _LONG_TERM = "007", "041", "055"
# Lists of diagnoses; the door does not interpret them.
_DBC_DIAGNOSES, _PARAMEDICAL_DIAGNOSES = "DBC", "DCS"
_LONGEST_DBC_DAYS = 75
_REST_OF_GP = ("gp_passers_by", "gp_out_of_hours")
_SEGMENT_OF_FAMILY = dict.fromkeys(
    ("poh_ggz", "special_procedures", "gp_module", "gp_other"), segment.OTHER_GP
)


def catalogue(conf: CountryConf) -> Items:
    """List every item a claim line can name."""
    listed = ItemList()
    _gp_codes(conf, listed)
    for row in conf.chain_care:
        listed.add(
            f"programme:{row.programme}",
            Item("ketenzorg", _CHAIN, row.programme, segment=segment.PROGRAMMES,
                 family="chain_care", cents=row.cents_per_quarter),
        )  # fmt: skip
    for medicine in conf.medicines:
        listed.add(
            f"atc:{medicine.atc}",
            Item("farmacie", _MEDICINE, medicine.zi, segment=segment.MEDICINES,
                 family="cost_farmacie", cents=medicine.unit_cents,
                 ddd_per_1000_units=medicine.ddd_per_1000_units, is_spread=True),
        )  # fmt: skip
    _tests(conf, listed)
    _specialist_care(conf, listed)
    _other_care(conf, listed)
    _paramedical_care(conf, listed)
    # Only a person made by hand has a fee on supplementary cover.
    fee = next(row.code for row in conf.gp_codes if row.family == "fee_under_65")
    listed.add("case_fee_cover_a", Item("huisartsenzorg", _GP, fee, cover="A"))
    listed.add("wlz", Item("wlz", _LONG_TERM, "Z041", is_spread=True))
    listed.add("wlz", Item("wlz", _LONG_TERM, "Z061", is_spread=True))
    segments = tuple(row.segment for row in conf.segments)
    return listed.frozen(segments, tuple(row.outcome for row in conf.planted_effects))


def _gp_codes(conf: CountryConf, listed: ItemList) -> None:
    for row in conf.gp_codes:
        is_fee, is_rest = row.family.startswith("fee_"), row.family in _REST_OF_GP
        outcome = row.family.removesuffix("_old")
        family = "registration_fee" if is_fee else "gp_other" if is_rest else outcome
        of_segment = segment.FEE if is_fee else _SEGMENT_OF_FAMILY.get(family, segment.CONSULT)
        item = Item("huisartsenzorg", _GP, row.code, segment=of_segment, family=family,
                    cents=row.tariff_cents)  # fmt: skip
        listed.add(row.family, item, row.weight)


def _tests(conf: CountryConf, listed: ItemList) -> None:
    analyses = [row for row in conf.tests if row.kind == "tests_laboratory"]
    for row in conf.tests:
        # An order tariff goes with an order for the laboratory.
        is_laboratory = row.kind in ("tests_laboratory", "order_tariff")
        item = Item(
            "eerstelijnsdiagnostiek", _HOSPITAL, row.code, segment=segment.DIAGNOSTICS,
            family="tests_laboratory" if is_laboratory else row.kind, cents=row.cents,
            cycle=len(analyses) if row.kind == "tests_laboratory" else 1,
        )  # fmt: skip
        listed.add(row.kind, item, row.weight)


def _specialist_care(conf: CountryConf, listed: ItemList) -> None:
    for row in conf.specialist_care:
        for place, diagnosis in enumerate(row.diagnoses.split("|")):
            listed.add(f"specialism:{row.specialism}", _treatment(row.specialism, diagnosis, place))
    for place, source in enumerate(conf.condition_sources):
        if source.route == "specialist":
            listed.add(
                f"condition:{source.condition}",
                _treatment(source.specialism, source.code, 50 + place),
            )


def _treatment(specialism: str, diagnosis: str, place: int) -> Item:
    """A DBC of a specialism; its product and declaration codes are invented."""
    return Item(
        "medisch_specialistisch", _SPECIALIST, f"15{specialism[1:]}{place:02d}"[:9],
        care_product=f"99{specialism}{place:03d}", specialism=specialism,
        diagnosis_list=_DBC_DIAGNOSES, diagnosis=diagnosis, segment=segment.SPECIALIST,
        family="cost_medisch_specialistisch", duration_days=_LONGEST_DBC_DAYS,
    )  # fmt: skip


def _other_care(conf: CountryConf, listed: ItemList) -> None:
    for number, row in enumerate(conf.other_care):
        specialisms = row.specialism.split("|")
        codes = row.codes.split("|")
        for place in range(max(len(codes), len(specialisms))):
            item = Item(
                row.care_type, row.code_list, codes[place % len(codes)],
                specialism=specialisms[place % len(specialisms)], segment=row.segment,
                family=row.family, duration_days=row.duration_days, is_spread=row.is_spread,
            )  # fmt: skip
            listed.add(f"other:{number}", item)


def _paramedical_care(conf: CountryConf, listed: ItemList) -> None:
    for number, row in enumerate(conf.paramedical_care):
        calibrated = (
            segment.PHYSIOTHERAPY if row.care_type == "fysiotherapie" else segment.OTHER_PARAMEDICAL
        )
        diagnoses, codes = row.diagnoses.split("|"), row.codes.split("|")
        for place, diagnosis in enumerate(diagnoses):
            item = Item(
                row.care_type, _PARAMEDICAL, codes[place % len(codes)],
                diagnosis_list=_PARAMEDICAL_DIAGNOSES, diagnosis=diagnosis,
                indication=row.indication, cover=row.cover,
                segment=calibrated if row.cover == "B" else "", family=row.family,
                cents=row.session_cents, is_spread=True,
            )  # fmt: skip
            listed.add(f"paramedical:{number}", item)
