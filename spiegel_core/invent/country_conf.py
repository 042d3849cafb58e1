"""conf/invented_country as one frozen object: the single numbers and all tables."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from spiegel_core.invent import care_rows as care
from spiegel_core.invent import country_rows as country


class CountryNumbers(BaseModel):
    """country.yml; what each number means stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    block_persons: country.Sourced
    persons_per_insurer: country.Sourced
    calibration_year: country.Sourced
    least_users: country.Sourced
    few_users_per_million: country.Sourced
    lowest_factor: country.Sourced
    highest_factor: country.Sourced
    persons_per_neighbourhood: country.Sourced
    neighbourhoods_per_municipality: country.Sourced
    income_median_euro: country.Sourced
    income_sd: country.Sourced
    deprived_share: country.Sourced
    no_bsn_share: country.Sourced
    not_in_register_share: country.Sourced
    empty_postcode_share: country.Sourced
    unknown_postcode_share: country.Sourced
    moves_per_year: country.Sourced
    migrants_per_year: country.Sourced
    switches_within_year: country.Sourced
    switches_other_years: country.Sourced
    practice_catchment: country.Sourced
    practice_size_unit: country.Sourced
    practice_changes_per_year: country.Sourced
    practice_change_of_movers: country.Sourced
    double_fee_share: country.Sourced
    missing_fee_share: country.Sourced
    small_practice_persons: country.Sourced
    practices_per_locum: country.Sourced
    practices_per_group: country.Sourced
    need_sd: country.Sourced
    need_sd_of_old: country.Sourced
    need_persistence: country.Sourced
    need_of_income: country.Sourced
    need_of_condition: country.Sourced
    need_of_dying: country.Sourced
    own_gp_share: country.Sourced
    locum_share: country.Sourced
    gp_need: country.Sourced
    short_share: country.Sourced
    long_share: country.Sourced
    short_visit_share: country.Sourced
    passers_by_share: country.Sourced
    cvrm_programme_share: country.Sourced
    highest_asthma_share: country.Sourced
    dispensing_fee_cents: country.Sourced
    prescriber_gp_share: country.Sourced
    short_treatments_per_person: country.Sourced
    exactly_at_limit_share: country.Sourced
    under_limit_share: country.Sourced
    medicine_need: country.Sourced
    eld_share: country.Sourced
    requests_of_own_gp: country.Sourced
    requests_of_other_gp: country.Sourced
    requests_of_locum: country.Sourced
    specialist_need: country.Sourced
    specialist_sigma: country.Sourced
    specialist_sigma_of_old: country.Sourced
    highest_product_euro: country.Sourced
    condition_visit_euro: country.Sourced
    referred_share: country.Sourced
    long_term_care_euro_per_day: country.Sourced
    usual_lag_days: country.Sourced
    late_share: country.Sourced
    claimed_more_share: country.Sourced
    correction_share: country.Sourced


class CountryConf(BaseModel):
    """All of conf/invented_country; field names are the names of the files.

    `rules` is what the mirror knows of the same codes: the conditions and cost groups of
    conf/code_lists, so that what is planted is what the rules find.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: CountryNumbers
    insured_years: tuple[country.InsuredYears, ...]
    cost_2021: tuple[country.Cost, ...]
    cost_by_year: tuple[country.CostOfYear, ...]
    segments: tuple[country.Segment, ...]
    age_curves: tuple[country.AgeCurve, ...]
    insurers: tuple[country.Insurer, ...]
    switchers: tuple[country.Switchers, ...]
    practice_kinds: tuple[country.PracticeKind, ...]
    planted_effects: tuple[country.PlantedEffect, ...]
    provider_effects: tuple[country.ProviderEffect, ...]
    organisations: tuple[country.OrganisationKind, ...]
    operations: tuple[country.Operation, ...]
    municipal_care: tuple[country.MunicipalCare, ...]
    names: tuple[country.Name, ...]
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
        sourced: country.Sourced = getattr(self.country, name)
        return sourced.value

    def curve(self, name: str) -> tuple[float, ...]:
        """An age curve: the values of men, then of women."""
        by_sex = {row.sex: row.values for row in self.age_curves if row.curve == name}
        return (*by_sex["M"], *by_sex["V"])
