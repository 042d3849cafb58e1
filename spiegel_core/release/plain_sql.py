"""The check of a version's weights as SQL: an auditor runs it without this project's code.

Solving some hundred exact equations is no work for SQL; checking a solution is. The script adds up
the normal equations from the exported sums and puts the published weights in them, in whole
numbers. Weights rounded half-even leave of each equation at most half a unit of their last decimal
per person and class; anything more is a row of the table `wrong`.
"""

from __future__ import annotations

# What the script reads, from the folder it is run in.
CELLS, SUMS, CLASSES, WEIGHTS, TARGETS = (
    "populations.csv", "outcome_sums.csv", "profiles.csv", "model_weights.csv", "targets.csv",
)  # fmt: skip
SCRIPT = "verify.sql"

_TEMPLATE = """\
-- Do the weights of {name} follow from the sums? For DuckDB, in the folder of the CSV files:
--   duckdb < {script}
-- All numbers are whole: weights in units of 10^-9. No row of `wrong` means: they do.

CREATE TEMP TABLE persons AS
SELECT profile, sum(persons) AS persons
FROM read_csv('{cells}', header = true, columns = {{
  'report_year': 'INTEGER', 'product': 'VARCHAR', 'provider': 'VARCHAR', 'profile': 'BIGINT',
  'persons': 'HUGEINT'}})
GROUP BY profile;

-- Every person has the intercept, and the classes of the profile.
CREATE TEMP TABLE classes AS
SELECT profile, factor, class
FROM read_csv('{classes}', header = true, columns = {{
  'report_year': 'INTEGER', 'product': 'VARCHAR', 'profile': 'BIGINT', 'factor': 'VARCHAR',
  'class': 'VARCHAR'}})
UNION ALL
SELECT profile, 'intercept', 'all' FROM persons;

CREATE TEMP TABLE sums AS
SELECT profile, outcome, sum(users) AS users, sum(total) AS total
FROM read_csv('{sums}', header = true, columns = {{
  'report_year': 'INTEGER', 'product': 'VARCHAR', 'provider': 'VARCHAR', 'profile': 'BIGINT',
  'outcome': 'VARCHAR', 'users': 'HUGEINT', 'total': 'HUGEINT', 'total_squares': 'VARCHAR'}})
GROUP BY profile, outcome;

CREATE TEMP TABLE weights AS
SELECT w.outcome, w.measure, w.factor, w.class, w.persons, w.note,
  -- 1.500000000 is 1500000000 units
  replace(w.weight::DECIMAL(38,9)::VARCHAR, '.', '')::HUGEINT AS weight,
  -- what rounding to so many decimals leaves at most, doubled so that it is whole
  (10 ** (9 - t.digits))::HUGEINT AS doubled_half_unit
FROM read_csv('{weights}', header = true, columns = {{
  'report_year': 'INTEGER', 'product': 'VARCHAR', 'version': 'INTEGER', 'outcome': 'VARCHAR',
  'measure': 'VARCHAR', 'factor': 'VARCHAR', 'class': 'VARCHAR', 'persons': 'HUGEINT',
  'weight': 'VARCHAR', 'note': 'VARCHAR'}}) AS w
LEFT JOIN read_csv('{targets}', header = true, columns = {{
  'outcome': 'VARCHAR', 'measure': 'VARCHAR', 'digits': 'INTEGER'}}) AS t
  ON t.outcome = w.outcome AND t.measure = w.measure;

-- X'X: persons who have both classes.
CREATE TEMP TABLE both_classes AS
SELECT a.factor, a.class, b.factor AS other_factor, b.class AS other_class,
  sum(p.persons) AS persons
FROM persons AS p
JOIN classes AS a ON a.profile = p.profile
JOIN classes AS b ON b.profile = p.profile
GROUP BY ALL;

-- X'y: what the persons of a class had.
CREATE TEMP TABLE had AS
SELECT c.factor, c.class, s.outcome, 'amount' AS measure, sum(s.total) AS total
FROM sums AS s JOIN classes AS c ON c.profile = s.profile GROUP BY ALL
UNION ALL
SELECT c.factor, c.class, s.outcome, 'users', sum(s.users)
FROM sums AS s JOIN classes AS c ON c.profile = s.profile GROUP BY ALL;

-- X'X w beside X'y, per class, outcome and measure.
CREATE TEMP TABLE equations AS
SELECT b.factor, b.class, w.outcome, w.measure,
  1000000000 * coalesce(any_value(h.total), 0) - sum(b.persons * w.weight) AS residual,
  sum(CASE WHEN coalesce(w.note, '') = '' THEN b.persons * w.doubled_half_unit ELSE 0 END)
    AS doubled_allowed
FROM both_classes AS b
JOIN weights AS w ON w.factor = b.other_factor AND w.class = b.other_class
LEFT JOIN had AS h ON h.factor = b.factor AND h.class = b.class
  AND h.outcome = w.outcome AND h.measure = w.measure
GROUP BY ALL;

CREATE TEMP TABLE wrong AS
SELECT 'the equation of this class does not hold' AS what, outcome, measure, factor, class
FROM equations WHERE 2 * abs(residual) > doubled_allowed
UNION ALL
SELECT 'the persons of this class are others', w.outcome, w.measure, w.factor, w.class
FROM weights AS w
LEFT JOIN both_classes AS b ON b.factor = w.factor AND b.class = w.class
  AND b.other_factor = w.factor AND b.other_class = w.class
WHERE w.persons IS DISTINCT FROM coalesce(b.persons, 0)
UNION ALL
SELECT 'a weight that is 0 by rule is not 0', outcome, measure, factor, class
FROM weights WHERE coalesce(note, '') <> '' AND weight <> 0
UNION ALL
SELECT 'a weight has decimals it was rounded away from', outcome, measure, factor, class
FROM weights WHERE doubled_half_unit IS NULL OR weight % doubled_half_unit <> 0
UNION ALL
SELECT 'a class with persons has no weight', t.outcome, t.measure, b.factor, b.class
FROM both_classes AS b
CROSS JOIN (SELECT DISTINCT outcome, measure FROM weights) AS t
LEFT JOIN weights AS w ON w.outcome = t.outcome AND w.measure = t.measure
  AND w.factor = b.factor AND w.class = b.class
WHERE b.factor = b.other_factor AND b.class = b.other_class AND w.weight IS NULL;

SELECT (SELECT count(*) FROM equations) AS equations, (SELECT count(*) FROM wrong) AS wrong;
SELECT * FROM wrong ORDER BY ALL LIMIT 20;
"""


def check_in_sql(name: str) -> str:
    """The script for a version.

    Args:
        name: of the version, for the heading.
    """
    return _TEMPLATE.format(
        name=name, script=SCRIPT, cells=CELLS, sums=SUMS, classes=CLASSES, weights=WEIGHTS,
        targets=TARGETS,
    )  # fmt: skip
