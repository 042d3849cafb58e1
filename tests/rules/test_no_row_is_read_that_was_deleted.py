"""Tables are read by their files, so rows deleted within a file would come back: such a table is
refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from deltalake import DeltaTable

from spiegel_core.contracts.gold import CARE
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.tables import Tables


@pytest.mark.parametrize("has_vectors", [True, False])
def test_a_table_with_deletion_vectors_is_refused(tmp_path: Path, has_vectors: bool) -> None:
    tables = Tables(Folder(tmp_path))
    DeltaTable.create(
        tables.uri(CARE), arrow_schema(CARE), partition_by=list(CARE.partition_by),
        configuration={"delta.enableDeletionVectors": str(has_vectors).lower()},
    )  # fmt: skip
    if has_vectors:
        with pytest.raises(EnvironmentUnfit, match="deletion vectors"):
            tables.files_of(CARE, report_year=2021)
    else:
        assert tables.files_of(CARE, report_year=2021) == []
