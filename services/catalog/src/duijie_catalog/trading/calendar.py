"""The days of capacities <-> rows. They are read and written with the capacity's own row alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, Uuid, any_, literal, text
from sqlmodel import col, select

from duijie_catalog.clock import day_of
from duijie_catalog.tables import CapacityDayRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from sqlmodel import Session

    from duijie_catalog.domain.capacity import Capacity

# One statement for all: days that are no longer booked go, new ones come, those that stay the same stay untouched.
_STORE = text("""
    WITH given AS (
        SELECT * FROM jsonb_populate_recordset(NULL::capacity_days, CAST(:days AS jsonb))
    ), gone AS (
        DELETE FROM capacity_days d WHERE d.capacity_id = ANY(:ids)
        AND NOT EXISTS (SELECT FROM given g WHERE g.capacity_id = d.capacity_id AND g.day = d.day)
    )
    INSERT INTO capacity_days AS d SELECT * FROM given
    ON CONFLICT (capacity_id, day) DO UPDATE SET booked = excluded.booked, remaining = excluded.remaining
    WHERE (d.booked, d.remaining) IS DISTINCT FROM (excluded.booked, excluded.remaining)
""")


def booked(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[tuple[dt.date, int], ...]]:
    """Capacity -> its booked days and quantities, rising; capacities without any are left out."""
    if not ids:
        return {}
    query = (
        select(col(CapacityDayRow.capacity_id), col(CapacityDayRow.day), col(CapacityDayRow.booked))
        .where(col(CapacityDayRow.capacity_id) == any_(literal(list(ids), ARRAY(Uuid))))
        .order_by(col(CapacityDayRow.day))
    )
    found: dict[UUID, list[tuple[dt.date, int]]] = {}
    for capacity_id, day, quantity in session.exec(query):
        found.setdefault(capacity_id, []).append((day, quantity))
    return {capacity_id: tuple(each) for capacity_id, each in found.items()}


def store(session: Session, capacities: Sequence[Capacity]) -> None:
    """Make the rows those of `capacities`. IntegrityError where a day would have less than nothing left."""
    rows = [
        {"capacity_id": str(each.id), "day": day.isoformat(), "booked": quantity, "remaining": left}
        for each in capacities
        for day, quantity, left in _days(each)
    ]
    session.execute(_STORE, {"ids": [each.id for each in capacities], "days": json.dumps(rows)})


def _days(capacity: Capacity) -> list[tuple[dt.date, int, int]]:
    today, throughput = day_of(capacity.updated_at), capacity.terms.throughput_per_day
    # A throughput that was lowered since says nothing of days that are over.
    return [
        (day, quantity, throughput - quantity if day >= today else max(0, throughput - quantity))
        for day, quantity in capacity.booked
    ]
