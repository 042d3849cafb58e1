# %% [markdown]
# # The simulation study
#
# How the published figures behave where the truth is known, because it was planted: persons of the
# invented country, with its spread of cost and the high-cost persons left out, made without any
# effect of a practice. The model is fitted on them as on delivered persons. Practices are drawn
# from them and get the effects that are planted in the country, so the true index of each is known.
#
# `make study` runs this notebook in full, keeps its table and charts in `study/`, and its answers
# in `conf/study.json`, from where the model card shows them. No store and no Spark is needed.
# `SPIEGEL_STUDY` names another folder; with `SPIEGEL_STUDY_SIZE=small` everything takes seconds,
# and the shares say little.

# %%
import datetime
import os
from pathlib import Path

from rich.console import Console

from spiegel_core.invent.study_country import FULL_STUDY, SMALL_STUDY
from spiegel_core.invent.study_questions import (
    changes,
    coverage_of_mixes,
    coverage_of_size,
    false_signals,
    groups_of,
    power,
)
from spiegel_core.mirrors.charts import draw_chart
from spiegel_core.mirrors.study_charts import changes_chart, false_signals_chart
from spiegel_core.mirrors.study_figures import coverage_chart, power_chart
from spiegel_core.mirrors.study_table import HEADS, WAY_WORDS, markdown_table, study_lines
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.study_results import (
    STUDY_FILE,
    country_of_study,
    published_way,
    results_bytes,
    results_of,
)
from spiegel_core.statistics.study import COVERAGE, NATIONAL, OWN, POWER

show = Console(width=160, highlight=False, markup=False).print
conf = Conf()
plan = SMALL_STUDY if os.environ.get("SPIEGEL_STUDY_SIZE") == "small" else FULL_STUDY
folder = Folder(Path(os.environ.get("SPIEGEL_STUDY") or PROJECT / "study"))
product = conf.product("praktijkspiegel")
labels = {**product.segments, **product.total}
PUBLISHED = published_way(conf)
OTHER = OWN if PUBLISHED == NATIONAL else NATIONAL
TOLD = {PUBLISHED: "published", OTHER: "the other one"}

# %% [markdown]
# ## Persons, practices and effects

# %%
country = country_of_study(conf, plan)
last = country.last
show(f"{len(last.columns):,} persons count in the last year; {len(country.sizes)} practices of "
     f"{country.sizes.min():,} to {country.sizes.max():,} persons in a group")  # fmt: skip
for outcome, spread in zip(last.outcomes, country.spreads[1], strict=True):
    show(f"{labels[outcome]:32} spread phi: € {spread / 100:10,.2f}")

# %% [markdown]
# ## Coverage: does the 95% interval hold the truth?
#
# Asked: at least 93% at 31 persons, at least 94% at 100 and more. Two intervals are measured: with
# the spread of the nation (`engine/spread.py`) and with that of the practice's own persons
# (`engine/intervals.py`). `amount_interval` of `conf/rules.yml` says which is published; the other
# is shown beside it. Where nothing was observed, neither has limits, and such practices are left
# out of the share.

# %%
rows = [row for size in plan.practices for row in coverage_of_size(country, plan, size)]
rows += coverage_of_mixes(country, plan)
for way, told in TOLD.items():
    show(f"{way} ({told})")
    show(markdown_table(HEADS, study_lines(rows, labels, way)))

# %% [markdown]
# ## False signals, and planted effects found
#
# Signals are practices outside the 99.8% limits of their group, with the spread between practices
# added (additive funnel; a tenth cut at both ends, and put back what cutting takes off a normal).
# Asked: at most 0.5% where nothing was planted. In the second setting all practices differ as
# planted in the country; an effect that is common is no signal. Planted effects come on top.

# %%
groups = groups_of(country, plan)
signals = [*false_signals(country, groups), *power(country, groups)]
for way, told in TOLD.items():
    show(f"{way} ({told})")
    show(markdown_table(HEADS, study_lines(signals, labels, way)))
rows += signals

# %% [markdown]
# ## Change: stable practices that seem to change
#
# Every practice keeps its effect over two years. Who lies far off in the first year comes nearer in
# the second by chance alone (regression to the mean), so the second year is held against what a
# stable practice with that first year would have (`statistics/change.py`). With the same persons in
# both years, as real practices mostly have, years resemble each other and the guard is on the safe
# side; with all other persons it is put to its hardest test. With the national spread an amount is
# a count of parcels, as in the published interval; beside it a change is held against the own
# spread too, and told only where both tell it: alone, each is too small for some outcomes.

# %%
moved = changes(country, groups)
for way, told in TOLD.items():
    show(f"{way} ({told})")
    show(markdown_table(HEADS, study_lines(moved, labels, way)))
rows += moved

# %% [markdown]
# ## What is kept

# %%
asked = [row for row in rows if row.holds is not None]
found = [row for row in rows if row.question == POWER]
charts = [
    coverage_chart([row for row in asked if row.question == COVERAGE], WAY_WORDS),
    power_chart(found, WAY_WORDS),
    power_chart(found, WAY_WORDS, "cost_farmacie"),
]
today = datetime.datetime.now(datetime.UTC).date().isoformat()
results = results_of(conf, plan, tuple(rows), today)
kept = {
    STUDY_FILE: results_bytes(results),
    "published.md": markdown_table(HEADS, study_lines(rows, labels, PUBLISHED)).encode(),
    "other.md": markdown_table(HEADS, study_lines(rows, labels, OTHER)).encode(),
    **{f"{chart.data['name']}.svg": draw_chart(chart.kind, chart.data) for chart in charts},
    "false_signals.png": false_signals_chart(rows, labels),
    "changes_same_persons.png": changes_chart(rows, labels, "same persons", PUBLISHED),
    "changes_other_persons.png": changes_chart(rows, labels, "other persons", PUBLISHED),
}
for name, content in kept.items():
    folder.write(name, content)
    show(name)
for way, told in TOLD.items():
    of_way = [row for row in asked if row.way == way]
    held = sum(bool(row.holds) for row in of_way)
    show(f"{way} ({told}): {held} of {len(of_way)} answers as asked")
