"""The table of open data: what stands in the files of all years, in whole numbers.

A new cost column is a line here, a line in conf/open_data/segments.csv, and a line in CHANGELOG.
"""

from __future__ import annotations

from spiegel_core.contracts.table import Column, Table

# Column of the file -> column of the table.
SEX, AGE, MUNICIPALITY = "geslacht", "leeftijdsklasse", "gemeentenaam"
PERSONS, INSURED = "aantal_bsn", "aantal_verzekerdejaren"
LABELS = {SEX: "sex", AGE: "age_class", MUNICIPALITY: "municipality"}
# Stands in no file so far; where it does, it must agree with the name of the file.
YEAR = "jaar"

COST_COLUMNS = (
    "kosten_medisch_specialistische_zorg", "kosten_farmacie", "kosten_tweedelijns_ggz",
    "kosten_specialistische_ggz", "kosten_generalistische_basis_ggz",
    "kosten_eerstelijns_psychologische_zorg", "kosten_langdurige_ggz", "kosten_consulten_ggz",
    "kosten_intramuraal_verblijf_ggz", "kosten_overige_prestaties_ggz",
    "kosten_innovatiegelden_ggz", "kosten_huisarts_inschrijftarief", "kosten_huisarts_consult",
    "kosten_huisarts_mdz", "kosten_huisarts_overig", "kosten_hulpmiddelen", "kosten_mondzorg",
    "kosten_paramedische_zorg_fysiotherapie", "kosten_paramedische_zorg_overig",
    "kosten_ziekenvervoer_zittend", "kosten_ziekenvervoer_liggend", "kosten_kraamzorg",
    "kosten_verloskundige_zorg", "kosten_integrale_geboortezorg",
    "kosten_verpleging_en_verzorging", "kosten_geriatrische_revalidatiezorg",
    "kosten_eerstelijnsverblijf", "kosten_eerstelijns_ondersteuning",
    "kosten_grensoverschrijdende_zorg", "kosten_gzsp", "kosten_overig",
)  # fmt: skip


def cents_column(cost_column: str) -> str:
    """The column of the table that holds a cost column of the files.

    Example:
        >>> cents_column("kosten_gzsp")
        'gzsp_cents'
    """
    return f"{cost_column.removeprefix('kosten_')}_cents"


CELLS = Table(
    name="bronze.open_data",
    grain="one row per year, municipality, sex and age class, as in the file of the year",
    key=("report_year", "municipality", "sex", "age_class"),
    columns=(
        Column("report_year", "int", "calendar year the care was given in"),
        Column("municipality", "string", "name as in the file; empty: the rest row"),
        Column("sex", "string", "M or V; empty: the rest row"),
        Column("age_class", "string", "class of five years; empty: the rest row"),
        Column("bsn", "bigint", "insured persons; who moved counts in each municipality",
               "persons"),
        Column("insured_hundredths", "bigint", "time insured; a whole year is 100",
               "hundredths of an insured year"),
        *(
            Column(cents_column(name), "bigint", f"{name} of the file; may be negative; null: the "
                   "file of that year has no such column", "eurocents", nullable=True)
            for name in COST_COLUMNS
        ),
    ),
    partition_by=("report_year",),
)  # fmt: skip
