"""README of the folder truth/: what each file and column holds."""

from __future__ import annotations

TEXT = """# What was planted in this country

All files are CSV with `;`. Amounts are whole eurocents, years are calendar years of care, ages
those on 1 July. A person without a citizen service number (999999999) is `insurer` and
`insured_number` together. Corrections never change what a person cost in the end: a debit that
is taken back either doubled a line or comes again with the right amount.

## practice_effects.csv: one row per practice and outcome

- `log_effect`: natural logarithm of what the practice does more than its patients explain; the
  same in all years. `measure` amount: it acts on the mean amount or count per person.
- Therapists near a practice act on the cost of its patients: their effects are in `log_effect`
  of cost_fysiotherapie and cost_overig, as they add up for its own patients in the last year.
- Outcomes marked `follows` in planted_sd.csv have no effect of their own. Theirs is what the
  effects of their parts, and the parts without effect (as the registration fee), add up to for
  the practice's own patients in the last year.

## planted_sd.csv: one row per outcome

- `planted_sd`: standard deviation of `log_effect` between practices that was asked for; 0 is
  care without an effect of the practice.
- `sd_between_practices`: the one there is, not weighted.
- `acts_on`: rate (how often), price (how dear), both (half each), follows (from its parts).

## provider_effects.csv: one row per company and discipline

- `log_effect`: of the sessions per patient, for the behandelindex.

## persons-p*.csv: one row per person of the last year; piece x holds the persons made by hand

- `bsn`, `insurer`, `insured_number`: as delivered.
- `practices`: with a net registration fee in the third quarter, between bars.
- `reason`: counted, or why not, or no_fee.
- `total_cents`, `ggz_cents`: net, cover B, the eight segments.
- `planted`: conditions the person has. `shows`: condition:route that the rules find.
- `cost_groups`: pharmaceutical cost groups, before exclusions.

## practices.csv: one row per practice, in the last year

- `planned_persons`; persons with a fee by reason, those made by hand among them.
- `care_group`: the group it is linked to; empty when there is none or two are tied.
- `no_national_document`, `no_regional_document`: the sets of reasons, with 31 December of the
  last year as cut-off date.

## conditions.csv: one row per year, condition, age class and sex

- `persons_all_year`: in the register on all days; `planted` and `shown`: of those.

## calibration.csv: one row per year, age class, sex and segment

- `insured_years`, `target_cents`, `realised_cents`: of persons in the register; those made by
  hand are not among them.

## situations.csv: one row per planted situation

- `subject`: bsn insurer insured_number, or practice(s), or delivery.
- `expected`: what follows under the rules.

## deliveries.csv and lines_set_aside.csv: one row per file sent, and per broken line

- `verdict`: after all files came in. `set_aside`: number of lines. `why`: the incident.
- `rule` and `field`: what finds the broken line.
"""
