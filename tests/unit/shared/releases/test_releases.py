"""Every set of reference data has a day, and no change of it goes without a new one."""

from __future__ import annotations

import datetime as dt
from typing import get_args

import pytest
from duijie_shared.releases import DataSet, data_edition, digest_of


@pytest.mark.parametrize("name", get_args(DataSet))
def test_the_content_is_that_of_a_dated_edition(name: DataSet) -> None:
    """Whoever changes the data adds a row to `releases.csv`; the version is day and digest."""
    edition = data_edition(name)
    assert edition.digest == digest_of(name)
    assert edition.released >= dt.date(2026, 11, 23)
    assert edition.version == f"{edition.released}.{edition.digest}"


def test_sets_are_told_apart() -> None:
    """Each by its own content."""
    assert len({digest_of(name) for name in get_args(DataSet)}) == len(get_args(DataSet))
