# %% [markdown]
# # One practice, step by step
#
# From the lines that were delivered to one printed figure: the cost per patient that is expected
# of a practice. Every step reads a table of a finished store (`make example` makes one); no Spark
# and no person is needed. At the end the expected value is computed again from two small tables,
# and is equal to the one that was printed, to the last digit.
#
# The store is the folder `SPIEGEL_STORE` names, else `example/store`. The notebook is for whoever
# runs or audits the system: tables of gold hold counts under 10, documents do not.

# %%
import hashlib
import io
import os
from decimal import Decimal
from fractions import Fraction

import pandas as pd
from openpyxl import load_workbook
from rich.console import Console

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS, FINDINGS
from spiegel_core.contracts.gold import (
    BENCHMARKS,
    CLASS_COUNTS,
    DOCUMENTS,
    MODEL_SPREADS,
    MODEL_VERSIONS,
    MODEL_WEIGHTS,
    OUTCOME_SUMS,
    POPULATION_COUNTS,
    POPULATIONS,
    PROFILES,
    REASONS,
)
from spiegel_core.contracts.gold_runs import CONSERVATION
from spiegel_core.contracts.rules import NATIONAL_SPREAD
from spiegel_core.engine.benchmark import index_of, national_intervals
from spiegel_core.engine.design import ALL, INTERCEPT
from spiegel_core.engine.intervals import LEVELS, ratio_error, ratio_interval
from spiegel_core.engine.model import AMOUNT, SCALE
from spiegel_core.engine.spread import national_spread
from spiegel_core.errors import WrongUse
from spiegel_core.release.names import VersionName
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.tables import Tables

show = Console(width=130, highlight=False, markup=False).print
conf = Conf()
PRODUCT = "praktijkspiegel"
tables = Tables(Folder(os.environ.get("SPIEGEL_STORE") or PROJECT / "example" / "store"))

# %% [markdown]
# ## Which practice, which year
#
# The first practice with a document in the newest year. Change `practice` to see another one.

# %%
documents = tables.read(DOCUMENTS, product=PRODUCT).to_pandas()
if documents.empty:
    raise WrongUse(
        "the store holds no documents", where=tables.folder.uri,
        fix="run: make example, or name a finished store in SPIEGEL_STORE",
    )  # fmt: skip
year = int(documents["report_year"].max())
practice = documents.loc[documents["report_year"] == year, "provider"].min()
outcome, measure = "cost_total", AMOUNT
versions = tables.read(MODEL_VERSIONS, report_year=year, product=PRODUCT).to_pandas()
model = versions.loc[versions["version"].idxmax()]
show(f"practice {practice}, report year {year}, model version {model['version']}")
same_rules = model["conf_sha256"] == conf.rules_fingerprint()
show(f"the rules in conf/ are those of the model: {same_rules}")

# %% [markdown]
# ## What was delivered
#
# Counts only: deliveries by verdict, lines and amounts of the care year, and where they went. What
# went into a step came out of it or was left out for a reason; credits count as minus one line.

# %%
ledger = tables.read(DELIVERIES).to_pandas()
show(ledger.groupby("verdict")[["lines", "lines_set_aside"]].sum().join(
    ledger["verdict"].value_counts().rename("deliveries")))  # fmt: skip
findings = tables.read(FINDINGS).to_pandas()
show("lines by the rule they broke:")
show(findings.groupby(["consequence", "rule"])["lines"].sum().to_string())
totals = tables.read(DELIVERY_TOTALS, care_year=year).to_pandas()
admitted = ledger.loc[ledger["verdict"] == "admitted", "load_id"]
of_year = totals[totals["load_id"].isin(admitted)]
show(of_year.groupby(["cover", "is_credit"])[["lines", "granted_cents"]].sum())

# %%
balances = tables.read(CONSERVATION, report_year=year).to_pandas()
balances["order"] = balances["step"].map({"care": 0, "population": 1, "sums": 2})
show(balances.sort_values(["order", "quantity", "part"])[["step", "quantity", "part", "value"]]
     .to_string(index=False))  # fmt: skip

# %% [markdown]
# ## Who counts
#
# Persons with a registration fee in the third quarter, by the first reason that leaves them out.

# %%
ladder = pd.DataFrame(
    {
        name: tables.read(POPULATION_COUNTS, report_year=year, practice=code)
        .to_pandas()
        .set_index("reason")["persons"]
        for name, code in (("practice", practice), ("country", ""))
    },
    index=list(REASONS),
)
ladder = ladder.fillna(0).astype("int64")
show(ladder)
show("all with a fee:", *(f"{ladder[name].sum():,} {name}" for name in ladder))

# %% [markdown]
# ## What the patients are like
#
# As the workbook shows it: what is about 1 to 9 persons, or would give that away, is empty, and the
# reason stands beside it. The file is the one that was registered, by its hash.

# %%
made = documents[
    (documents["report_year"] == year)
    & (documents["provider"] == practice)
    & (documents["form"] == "xlsx")
].sort_values("version")
newest = made.iloc[-1]
content = tables.folder.read(newest["file"])
assert hashlib.sha256(content).hexdigest() == newest["sha256"]
assert newest["model_version"] == model["version"]
workbook = load_workbook(io.BytesIO(content), read_only=True)
for name in ("Leeftijd en geslacht", "Inkomen", "Aandoeningen", "Kostengroepen"):
    shown = pd.DataFrame(workbook[name].values).fillna("")
    show(shown.to_string(index=False, header=False))

# %% [markdown]
# ## What is expected
#
# The expected value is the persons of each class times the weight of that class, added up:
# `gold.class_counts` x `gold.model_weights`. The intercept counts for every person.

# %%
counts = tables.read(CLASS_COUNTS, report_year=year, product=PRODUCT, provider=practice)
counts = counts.to_pandas().set_index(["factor", "class"])["persons"]
benchmark = tables.read(
    BENCHMARKS, report_year=year, product=PRODUCT, provider=practice, reference="national",
    outcome=outcome, measure=measure,
).to_pylist()[0]  # fmt: skip
persons = int(benchmark["persons"])
counts.loc[(INTERCEPT, ALL)] = persons
weights = tables.read(
    MODEL_WEIGHTS, report_year=year, product=PRODUCT, version=benchmark["version"],
    outcome=outcome, measure=measure,
).to_pandas().set_index(["factor", "class"])["weight"]  # fmt: skip
parts = pd.DataFrame({"persons": counts, "weight": weights}).dropna()
parts["cents"] = [int(n) * w for n, w in zip(parts["persons"], parts["weight"], strict=True)]
show(parts.groupby("factor")["cents"].sum().to_string())
expected = sum(parts["cents"], Decimal(0))

# %% [markdown]
# The class counts are themselves the cells of the practice (`gold.populations`) seen through the
# classes of each profile (`gold.profiles`).

# %%
cells = tables.read(POPULATIONS, report_year=year, product=PRODUCT, provider=practice).to_pandas()
classes = tables.read(PROFILES, report_year=year, product=PRODUCT).to_pandas()
held = cells.merge(classes[["profile", "factor", "class"]], on="profile", how="inner")
recounted = held.groupby(["factor", "class"])["persons"].sum()
assert recounted.equals(counts.drop((INTERCEPT, ALL)).sort_index().rename("persons"))
assert int(cells["persons"].sum()) == persons == int(ladder.loc["counted", "practice"])

# %% [markdown]
# Next to what `gold.benchmarks` holds:

# %%
show(f"recomputed  {expected:f} cents")
show(f"benchmarks  {benchmark['expected']:f} cents")
assert expected == benchmark["expected"]

# %% [markdown]
# ## Index and interval
#
# Which interval holds is a rule of the year (`conf/rules.yml`, `amount_interval`). Beside observed
# and expected, the national spread asks for one number of the outcome: phi, the sum of (y - e)
# squared over all persons of the country by the sum of e. It is kept in `gold.model_spreads`, and
# follows from the files of the version: the weights, and in `equations/` the persons of each pair
# of classes, the sums of y per class, and the sum of y squared.

# %%
version = VersionName(PRODUCT, year, benchmark["version"])
equations = {
    name: pd.read_csv(
        io.BytesIO(tables.folder.read(f"{version.folder}/equations/{name}.csv")), dtype=str
    )
    for name in ("persons", "totals", "squares")
}
exact = weights.map(Fraction)
both = equations["persons"]
weighed = zip(both["factor"], both["class"], both["other_factor"], both["other_class"],
              both["persons"], strict=True)  # fmt: skip
expected_squares = sum((exact[a, b] * exact[c, d] * int(n) for a, b, c, d, n in weighed),
                       Fraction(0))  # fmt: skip
totals = equations["totals"].query("outcome == @outcome and measure == @measure")
products = sum((exact[a, b] * int(y) for a, b, y in zip(totals["factor"], totals["class"],
                totals["total"], strict=True)), Fraction(0))  # fmt: skip
squares = Fraction(equations["squares"].set_index("outcome")["squares"][outcome])
alone = both[(both["other_factor"] == INTERCEPT) & (both["other_class"] == ALL)]
country = sum((exact[a, b] * int(n) for a, b, n in zip(alone["factor"], alone["class"],
               alone["persons"], strict=True)), Fraction(0))  # fmt: skip
phi = national_spread(squares, products, expected_squares, country)
(spread,) = tables.read(
    MODEL_SPREADS, report_year=year, product=PRODUCT, version=version.version, outcome=outcome
)["spread"].to_pylist()  # fmt: skip
show(f"national spread of {outcome}: {spread:f} cents")
assert phi is not None and round(phi, 6) == Fraction(spread)

# %% [markdown]
# With the spread of the practice's own persons the interval would need three sums over these: of y
# squared, of y times e, and of e squared. They follow from the small tables as well.

# %%
held["weight"] = [weights[pair] for pair in zip(held["factor"], held["class"], strict=True)]
each = (held.groupby("profile")["weight"].sum() + weights[INTERCEPT, ALL]).map(Fraction)
sums = tables.read(
    OUTCOME_SUMS, report_year=year, product=PRODUCT, provider=practice, outcome=outcome
).to_pandas()
own_products = sum(
    (each[p] * int(y) for p, y in zip(sums["profile"], sums["total"], strict=True)), Fraction(0)
)
own_squares = sum(
    (each[p] ** 2 * n for p, n in zip(cells["profile"], cells["persons"], strict=True)), Fraction(0)
)
observed = int(sums["total"].sum())
error = ratio_error(
    Fraction(observed), Fraction(expected), persons, Fraction(sums["total_squares"].sum()),
    own_products, own_squares,
)  # fmt: skip
ratio = float(observed / Fraction(expected))
with_own = [ratio_interval(ratio, error, persons, level) for level in LEVELS]
(with_national,) = national_intervals([observed], [int(expected * SCALE)], [int(spread * SCALE)])
is_national = conf.rules(year).numbers.amount_interval == NATIONAL_SPREAD
limits = [x for i in with_own for x in (i.lower, i.upper) if x is not None]
found = [index_of(observed, int(expected * SCALE)), *(round(100 * x, 9) for x in limits)]
if is_national:
    found[1:] = [x for i in with_national for x in (i.lower, i.upper) if x is not None]
names = ("index", "lower_95", "upper_95", "lower_99_8", "upper_99_8")
beside = pd.DataFrame({"recomputed": found, "benchmarks": [benchmark[n] for n in names]}, names)
show(beside.to_string(float_format="{:.9f}".format))
assert observed == benchmark["observed"]
assert found == [benchmark[name] for name in names]

# %% [markdown]
# ## The printed figure
#
# Rounded once, half to even: what the sheet on cost says in the row of the total.

# %%
sheet = pd.DataFrame(workbook["Kosten per patiënt"].values)
heading = sheet[sheet[0] == "Zorg"].index[0]
costs = sheet.loc[heading + 1 :].set_axis(sheet.loc[heading], axis="columns").set_index("Zorg")
show(costs.loc["Totaal"].rename_axis(None).to_string())
by_hand = round(Fraction(expected) / 100 / persons)
show(f"recomputed: € {by_hand:,} per patient expected")
assert by_hand == costs.loc["Totaal", "Verwacht"]
