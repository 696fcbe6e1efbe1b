"""Rows <-> counter-offers. They change only under the locks of both orders."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.domain.counter import Counter
from duijie_catalog.tables import CounterRow
from duijie_catalog.trading.deal_rows import leg_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from duijie_catalog.unit_of_work import UnitOfWork


def of_match(uow: UnitOfWork, match_id: UUID) -> list[Counter]:
    """All counters of a match, oldest first."""
    query = select(CounterRow).where(CounterRow.match_id == match_id).order_by(col(CounterRow.sequence))
    return [_counter(row) for row in uow.session.exec(query.execution_options(populate_existing=True))]


def store(uow: UnitOfWork, counters: Sequence[Counter]) -> None:
    """Save new ones and new versions. Raises `LostRaceError` as `bulk.upsert`."""
    bulk.upsert(uow.session, CounterRow, [_values(each) for each in counters])


def _counter(row: CounterRow) -> Counter:
    values: dict[str, Any] = {
        field.name: getattr(row, field.name) for field in dataclasses.fields(Counter) if field.name != "legs"
    }
    return Counter(legs=tuple(leg_in(each) for each in row.legs), **values)


def _values(of: Counter) -> dict[str, Any]:
    values = {field.name: getattr(of, field.name) for field in dataclasses.fields(of)}
    return values | {"legs": [dataclasses.asdict(leg) for leg in of.legs]}
