"""conf/invented_country as one frozen object: the single numbers and all tables."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from spiegel_core.invent import care_rows as care
from spiegel_core.invent import country_rows as rows


class CountryNumbers(BaseModel):
    """country.yml; what each number means stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    block_persons: rows.Sourced
    persons_per_insurer: rows.Sourced
    calibration_year: rows.Sourced
    least_users: rows.Sourced
    few_users_per_million: rows.Sourced
    lowest_factor: rows.Sourced
    highest_factor: rows.Sourced
    persons_per_neighbourhood: rows.Sourced
    neighbourhoods_per_municipality: rows.Sourced
    income_median_euro: rows.Sourced
    income_sd: rows.Sourced
    deprived_share: rows.Sourced
    no_bsn_share: rows.Sourced
    not_in_register_share: rows.Sourced
    empty_postcode_share: rows.Sourced
    unknown_postcode_share: rows.Sourced
    moves_per_year: rows.Sourced
    migrants_per_year: rows.Sourced
    switches_within_year: rows.Sourced
    switches_other_years: rows.Sourced
    practice_catchment: rows.Sourced
    practice_size_unit: rows.Sourced
    practice_changes_per_year: rows.Sourced
    practice_change_of_movers: rows.Sourced
    double_fee_share: rows.Sourced
    missing_fee_share: rows.Sourced
    small_practice_persons: rows.Sourced
    practices_per_locum: rows.Sourced
    practices_per_group: rows.Sourced
    need_sd: rows.Sourced
    need_sd_of_old: rows.Sourced
    need_persistence: rows.Sourced
    need_of_income: rows.Sourced
    need_of_condition: rows.Sourced
    need_of_dying: rows.Sourced
    own_gp_share: rows.Sourced
    locum_share: rows.Sourced
    gp_need: rows.Sourced
    short_share: rows.Sourced
    long_share: rows.Sourced
    short_visit_share: rows.Sourced
    passers_by_share: rows.Sourced
    cvrm_programme_share: rows.Sourced
    highest_asthma_share: rows.Sourced
    dispensing_fee_cents: rows.Sourced
    prescriber_gp_share: rows.Sourced
    short_treatments_per_person: rows.Sourced
    exactly_at_limit_share: rows.Sourced
    under_limit_share: rows.Sourced
    medicine_need: rows.Sourced
    eld_share: rows.Sourced
    requests_of_own_gp: rows.Sourced
    requests_of_other_gp: rows.Sourced
    requests_of_locum: rows.Sourced
    specialist_need: rows.Sourced
    specialist_sigma: rows.Sourced
    specialist_sigma_of_old: rows.Sourced
    highest_product_euro: rows.Sourced
    condition_visit_euro: rows.Sourced
    referred_share: rows.Sourced
    long_term_care_euro_per_day: rows.Sourced
    usual_lag_days: rows.Sourced
    late_share: rows.Sourced
    claimed_more_share: rows.Sourced
    correction_share: rows.Sourced


class CountryConf(BaseModel):
    """All of conf/invented_country; field names are the names of the files.

    `rules` is what the mirror knows of the same codes: the conditions and cost groups of
    conf/code_lists, so that what is planted is what the rules find.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: CountryNumbers
    insured_years: tuple[rows.InsuredYears, ...]
    cost_2021: tuple[rows.Cost, ...]
    cost_by_year: tuple[rows.CostOfYear, ...]
    segments: tuple[rows.Segment, ...]
    age_curves: tuple[rows.AgeCurve, ...]
    insurers: tuple[rows.Insurer, ...]
    switchers: tuple[rows.Switchers, ...]
    practice_kinds: tuple[rows.PracticeKind, ...]
    planted_effects: tuple[rows.PlantedEffect, ...]
    provider_effects: tuple[rows.ProviderEffect, ...]
    organisations: tuple[rows.OrganisationKind, ...]
    operations: tuple[rows.Operation, ...]
    municipal_care: tuple[rows.MunicipalCare, ...]
    names: tuple[rows.Name, ...]
    gp_codes: tuple[care.GpCode, ...]
    old_contact_codes: tuple[care.OldContactCodes, ...]
    chain_care: tuple[care.Programme, ...]
    routes: tuple[care.Route, ...]
    medicines: tuple[care.Medicine, ...]
    treatments: tuple[care.Treatment, ...]
    also_diseases: tuple[care.AlsoDisease, ...]
    occasional_medicines: tuple[care.OccasionalMedicine, ...]
    expensive_medicines: tuple[care.ExpensiveMedicine, ...]
    short_treatments: tuple[care.ShortTreatment, ...]
    tests: tuple[care.Test, ...]
    test_orders: tuple[care.TestOrder, ...]
    specialist_care: tuple[care.SpecialistCare, ...]
    other_care: tuple[care.OtherCare, ...]
    paramedical_care: tuple[care.ParamedicalCare, ...]
    condition_sources: tuple[care.ConditionCode, ...]
    cost_group_drugs: tuple[care.CostGroupDrug, ...]

    def number(self, name: str) -> float:
        """One number of country.yml."""
        sourced: rows.Sourced = getattr(self.country, name)
        return sourced.value

    def curve(self, name: str) -> tuple[float, ...]:
        """An age curve: the values of men, then of women."""
        by_sex = {row.sex: row.values for row in self.age_curves if row.curve == name}
        return (*by_sex["M"], *by_sex["V"])
