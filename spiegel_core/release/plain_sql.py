"""The check of a version's weights and spreads as SQL, run without any of this project's code.

Solving some hundred exact equations is no work for SQL; checking a solution is. The script adds up
the normal equations from the exported sums and puts the published weights in them, in whole
numbers. Weights rounded half-even leave of each equation at most half a unit of their last decimal
per person and class; anything more is a row of the table `wrong`. The national spread is computed
again from the same equations, to its last digit.

DuckDB's whole numbers have 128 bits (1.7 x 10^38), and it stops where one passes them. None does
in a nation of 17.5 million persons who all have 10^8 cents, with weights of as much and a hundred
classes: the largest, weights times totals, stays below 2 x 10^34. Only the last product the
formula of the spread asks for would pass them (10^43), so that one is made in parts.
"""

from __future__ import annotations

# What the script reads, from the folder it is run in.
CELLS, SUMS, CLASSES, WEIGHTS, TARGETS, SPREADS = (
    "populations.csv", "outcome_sums.csv", "profiles.csv", "model_weights.csv", "targets.csv",
    "spreads.csv",
)  # fmt: skip
SCRIPT = "verify.sql"

_WEIGHTS = """\
-- Do the {what} of {name} follow from the sums? For DuckDB, in the folder of the CSV files:
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
SELECT profile, outcome, sum(users) AS users, sum(total) AS total,
  sum(total_squares) AS total_squares
FROM read_csv('{sums}', header = true, columns = {{
  'report_year': 'INTEGER', 'product': 'VARCHAR', 'provider': 'VARCHAR', 'profile': 'BIGINT',
  'outcome': 'VARCHAR', 'users': 'HUGEINT', 'total': 'HUGEINT', 'total_squares': 'HUGEINT'}})
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
UNPIVOT (
  SELECT c.factor, c.class, s.outcome, sum(s.total) AS amount, sum(s.users) AS users
  FROM sums AS s JOIN classes AS c ON c.profile = s.profile
  GROUP BY ALL)
ON amount, users INTO NAME measure VALUE total;

-- X'X w beside X'y, per class, outcome and measure.
CREATE TEMP TABLE equations AS
SELECT b.factor, b.class, w.outcome, w.measure,
  coalesce(any_value(h.total), 0) AS observed,
  sum(b.persons * w.weight) AS expected,
  1000000000 * observed - expected AS residual,
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
"""

_SPREADS = """
CREATE TEMP TABLE spreads AS
SELECT outcome, squares, replace(spread::DECIMAL(38,9)::VARCHAR, '.', '')::HUGEINT AS spread
FROM read_csv('{spreads}', header = true, columns = {{
  'report_year': 'INTEGER', 'product': 'VARCHAR', 'version': 'INTEGER', 'outcome': 'VARCHAR',
  'squares': 'HUGEINT', 'spread': 'VARCHAR'}});

-- The national spread of an amount: phi = sum (y - e)^2 / sum e over all persons, with y what a
-- person had and e what it was expected to have. As X'X w = X'y - r, with r the residuals above,
--   sum (y - e)^2 = y'y - 2 w'X'y + w'X'X w = (y'y - w'X'y) - w'r = main part - small part.
CREATE TEMP TABLE summed AS
SELECT w.outcome,
  any_value(w.doubled_half_unit) AS unit,
  coalesce(any_value(q.total_squares), 0) AS squares,
  1000000000 * squares - sum(w.weight * e.observed) AS main_part,
  -- a residual larger than rounding leaves is told above
  sum(CASE WHEN 2 * abs(e.residual) <= e.doubled_allowed THEN w.weight * e.residual ELSE 0 END)
    AS small_part,
  any_value(e.expected) FILTER (WHERE e.factor = 'intercept') AS expected
FROM weights AS w
JOIN equations AS e USING (outcome, measure, factor, class)
LEFT JOIN (SELECT outcome, sum(total_squares) AS total_squares FROM sums GROUP BY outcome) AS q
  ON q.outcome = w.outcome
WHERE w.measure = 'amount'
GROUP BY w.outcome;

-- In units of 10^-9, phi = (10^9 main part - small part) / expected. 10^9 times the main part may
-- have more than the 38 digits there are, so the main part is first divided, with a remainder.
-- What remains is rounded to the decimals of the weights; a half goes to the even neighbour.
CREATE TEMP TABLE spreads_again AS
SELECT outcome,
  1000000000 * (main_part % expected) - small_part AS remains,
  expected * unit AS divisor,
  remains // divisor AS cut_off,
  2 * abs(remains % divisor) + abs(cut_off % 2) > divisor AS is_next,
  1000000000 * (main_part // expected)
    + unit * (cut_off + CASE WHEN is_next THEN sign(remains) ELSE 0 END) AS spread
FROM summed
WHERE expected > 0;

INSERT INTO wrong
SELECT 'the sum of squares is ' || coalesce(p.squares::VARCHAR, 'none')
  || '; from the sums: ' || coalesce(s.squares::VARCHAR, 'none'), outcome, 'amount', NULL, NULL
FROM spreads AS p FULL JOIN summed AS s USING (outcome)
WHERE p.squares IS DISTINCT FROM s.squares
UNION ALL
SELECT 'the national spread is ' || coalesce(p.spread::VARCHAR, 'none')
  || ' units of 10^-9; from the sums: ' || coalesce(s.spread::VARCHAR, 'none'),
  outcome, 'amount', NULL, NULL
FROM spreads AS p FULL JOIN spreads_again AS s USING (outcome)
WHERE p.spread IS DISTINCT FROM s.spread;
"""

_TOLD = """
SELECT (SELECT count(*) FROM equations) AS equations, (SELECT count(*) FROM wrong) AS wrong;
SELECT * FROM wrong ORDER BY ALL LIMIT 20;
"""


def check_in_sql(name: str, with_spreads: bool) -> str:
    """The script for a version.

    Args:
        name: of the version, for the heading.
        with_spreads: whether the version keeps the national spread of its amounts; those made
            before do not.
    """
    what = "weights and national spreads" if with_spreads else "weights"
    template = _WEIGHTS + (_SPREADS if with_spreads else "") + _TOLD
    return template.format(
        what=what, name=name, script=SCRIPT, cells=CELLS, sums=SUMS, classes=CLASSES,
        weights=WEIGHTS, targets=TARGETS, spreads=SPREADS,
    )  # fmt: skip
