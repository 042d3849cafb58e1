# %% [markdown]
# # Why this expected value
#
# From the national mean to what is expected of one practice: what each characteristic of its
# patients adds, and which classes are behind it. It is what `spiegel audit explain` shows, step by
# step, with the sums that prove it. No Spark and no person is needed.
#
# The store is the folder `SPIEGEL_STORE` names, else `example/store`.

# %%
import os
from fractions import Fraction

import pandas as pd
from rich.console import Console

from jobs.audit_explain import show_document
from spiegel_core.contracts.gold import BENCHMARKS, PRODUCT
from spiegel_core.engine.model import AMOUNT, SCALE
from spiegel_core.errors import WrongUse
from spiegel_core.mirrors.audit.explained_pages import explained_document
from spiegel_core.population.practices import NATIONAL
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.explaining import Question, explained
from spiegel_core.runtime.job import Job

job = Job(
    os.environ.get("SPIEGEL_STORE") or str(PROJECT / "example" / "store"), None,
    Console(width=130, highlight=False, markup=False),
)  # fmt: skip
show = job.console.print

# %% [markdown]
# ## Which practice, which outcome
#
# The practice with the largest index of total cost in the newest year. Change `practice`, `outcome`
# or `measure` to ask something else.

# %%
outcome, measure = "cost_total", AMOUNT
benchmarks = job.tables.read(
    BENCHMARKS, product=PRODUCT, reference=NATIONAL, outcome=outcome, measure=measure
).to_pandas()
if benchmarks.empty:
    raise WrongUse(
        "the store holds no benchmarks", where=job.folder.uri,
        fix="run: make example, or name a finished store in SPIEGEL_STORE",
    )  # fmt: skip
year = int(benchmarks["report_year"].max())
smallest = job.conf.rules(year).numbers.smallest_practice
of_year = benchmarks[(benchmarks["report_year"] == year) & (benchmarks["persons"] >= smallest)]
practice = of_year.sort_values(["index", "provider"], ascending=[False, True])["provider"].iloc[0]
show(f"practice {practice}, report year {year}, {outcome} ({measure})")

# %% [markdown]
# ## The explanation
#
# The first table goes from the national mean to what is expected: per characteristic, the share of
# each class at the practice less the national share, times its weight. Small numbers are hidden
# as in documents.

# %%
inputs = explained(job.tables, job.conf, Question(practice, outcome, measure, year))
show_document(job, explained_document(inputs))

# %% [markdown]
# ## It adds up exactly
#
# The parts are fractions of whole numbers, so nothing is lost: mean and contributions together are
# the published expected value to the last digit.

# %%
found = inputs.found
assert found is not None
own = of_year[of_year["provider"] == practice].iloc[0]
total = (found.mean + sum(found.contributions.values())) * found.persons
show(f"explained   {float(total):.6f} cents")
show(f"benchmarks  {own['expected']:f} cents")
assert total == Fraction(own["expected"])

# %% [markdown]
# The classes behind a characteristic add up to it; age and sex are one characteristic of the model
# and are split afterwards, so here they stand together.

# %%
classes = pd.DataFrame(
    {
        "factor": part.row.factor,
        "share less national": float(
            Fraction(part.persons, found.persons) - Fraction(part.row.persons, found.reference)
        ),
        "weight": part.row.weight / SCALE / 100,
        "adds (euro)": float(part.contribution) / 100,
    }
    for part in found.classes
)
show(classes.groupby("factor")["adds (euro)"].sum().to_string(float_format="{:.2f}".format))
assert sum((part.contribution for part in found.classes), Fraction(0)) == sum(
    found.contributions.values()
)

# %% [markdown]
# ## What was observed beside it
#
# What is left after the characteristics is the index. How much of it chance alone can explain is
# what the interval says; the explanation says nothing about quality.

# %%
show(f"index {own['index']:.1f}, 95% interval {own['lower_95']:.1f} to {own['upper_95']:.1f}")
assert round(100 * inputs.observed / float(total), 6) == round(own["index"], 6)
