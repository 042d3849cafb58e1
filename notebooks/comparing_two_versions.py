# %% [markdown]
# # Comparing two versions
#
# What changed between two versions of a model, in parts that add up exactly: other persons because
# of late claims, corrections or rules, and other weights. It is what `spiegel audit compare` shows,
# with the sums that prove it. No Spark and no person is needed.
#
# The store is the folder `SPIEGEL_STORE` names, else `example/store`. Two versions are needed: of
# two report years, or of one year before and after new deliveries.

# %%
import os
from fractions import Fraction

import pandas as pd
from rich.console import Console

from jobs.audit_explain import show_document
from spiegel_core.contracts.gold_versions import VERSION_BENCHMARKS
from spiegel_core.errors import WrongUse
from spiegel_core.mirrors.audit.compared import EXPECTED, NATION
from spiegel_core.mirrors.audit.compared_pages import compared_document
from spiegel_core.runtime.comparison import Request, compared
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.job import Job

job = Job(
    os.environ.get("SPIEGEL_STORE") or str(PROJECT / "example" / "store"), None,
    Console(width=130, highlight=False, markup=False),
)  # fmt: skip
show = job.console.print

# %% [markdown]
# ## Which versions
#
# The two newest that were kept. Change `first` and `second` to compare others.

# %%
kept = job.tables.read(VERSION_BENCHMARKS, columns=["report_year", "version"]).to_pandas()
names = [f"{year}:{number}" for year, number in sorted(set(kept.itertuples(index=False)))]
show("kept versions:", *names)
if len(names) < 2:
    raise WrongUse(
        "the store keeps fewer than two versions", where=job.folder.uri,
        fix="run a second report year, or run again after new deliveries",
    )  # fmt: skip
first, second = names[-2:]

# %% [markdown]
# ## What the versions were computed from, and what moved
#
# First which inputs differ and what kind of cause that is, then expected and observed in parts,
# then the weights, classes and practices that moved most. Where several causes are in play between
# two versions, the change is told of them together: nothing is guessed.

# %%
inputs = compared(job.tables, job.conf, Request(first, second))
show_document(job, compared_document(inputs, is_whole=False))

# %% [markdown]
# ## It adds up exactly
#
# Before, and all parts, together are after: for every outcome and measure, to the last digit.

# %%
assert inputs.splits
for split in inputs.splits:
    assert split.before + sum(split.parts.values(), Fraction(0)) == split.after
    assert split.mean_before + sum(split.mean_parts.values(), Fraction(0)) == split.mean_after
show(f"{len(inputs.splits):,} differences, each the exact sum of its parts")

# %% [markdown]
# ## The total cost of the nation, part by part

# %%
national = next(
    split for split in inputs.splits
    if split.provider == NATION and split.quantity == EXPECTED and split.target == inputs.chosen
)  # fmt: skip
parts = {"before": national.mean_before, **national.mean_parts, "after": national.mean_after}
table = pd.Series({name: float(value) / 100 for name, value in parts.items()}, name="euro")
show(f"{inputs.chosen.outcome}, expected per person")
show(table.to_string(float_format="{:.2f}".format))
assert sum(list(parts.values())[:-1], Fraction(0)) == national.mean_after
