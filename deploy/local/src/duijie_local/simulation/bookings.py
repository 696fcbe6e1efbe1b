"""What the routes of a plan book of capacities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from duijie_local.simulation.period import days_of

if TYPE_CHECKING:
    from uuid import UUID

    from duijie_matcher.domain import Capacity
    from duijie_shared.events.matches import MatchRecord


def book_route(capacities: dict[UUID, Capacity], match: MatchRecord) -> None:
    """Book the days that a match's legs use, in place: what is booked is not there for the next market or day."""
    for leg in match.route:
        if leg.capacity_id is None or leg.first is None or leg.last is None:
            continue
        capacity = capacities[leg.capacity_id]
        booked = dict(capacity.booked)
        for day in days_of(leg.first, leg.last):
            booked[day] = booked.get(day, 0) + leg.per_day
        capacities[leg.capacity_id] = replace(capacity, booked=booked)
