"""Plans, diagnoses and the totals that head the staff page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from duijie_shared.events.base import LIVE
from duijie_shared.events.matches import Diagnosis, PlanRecord
from sqlalchemy import case, func, select
from sqlmodel import col

from duijie_gateway.domain.filters import NOT_WITHDRAWN
from duijie_gateway.repository.conditions import in_scope
from duijie_gateway.tables import DiagnosisRow, MatchRow, OrderRow, PartyRow, PlanRow

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncEngine

    from duijie_gateway.domain.access import Scope


@dataclass(frozen=True, slots=True)
class Totals:
    """What heads the page. `welfare` in 1e-9 CNY over all markets, None where the reader may not know it;
    `tilt_share` is the share of the planned value that comes from designated counties.
    """

    offers: int
    demands: int
    matches: int
    welfare: int | None
    tilt_share: float


class PlanReader:
    """Reads `plans`, `diagnoses`, `orders` and `parties`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def plans(self, *, limit: int, after: str = "") -> list[PlanRecord]:
        """Plans by market, from the first one after `after`."""
        query = (
            select(col(PlanRow.body))
            .where(col(PlanRow.market) > after)
            .order_by(col(PlanRow.market))
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            bodies = (await connection.execute(query)).scalars().all()
        return [PlanRecord.model_validate_json(body) for body in bodies]

    async def plan(self, market: str) -> PlanRecord | None:
        """The plan of one market."""
        query = select(col(PlanRow.body)).where(col(PlanRow.market) == market)
        async with self._engine.connect() as connection:
            body = (await connection.execute(query)).scalar_one_or_none()
        return None if body is None else PlanRecord.model_validate_json(body)

    async def diagnosis(self, scope: Scope, order_id: UUID, side: str) -> Diagnosis | None:
        """Why an order of this side is left short; None when it is not, or is out of scope."""
        query = select(col(DiagnosisRow.body)).where(
            col(DiagnosisRow.order_id) == order_id, col(DiagnosisRow.side) == side
        )
        if scope.party is not None:
            query = query.where(col(DiagnosisRow.party_id) == scope.party)
        if scope.area is not None:
            query = query.join(OrderRow, col(OrderRow.id) == col(DiagnosisRow.order_id)).where(
                col(OrderRow.county).startswith(scope.area, autoescape=True)
            )
        async with self._engine.connect() as connection:
            body = (await connection.execute(query)).scalar_one_or_none()
        return None if body is None else Diagnosis.model_validate_json(body)

    async def names(self, parties: Collection[UUID]) -> dict[UUID, str]:
        """Public names of parties."""
        query = select(col(PartyRow.id), col(PartyRow.name)).where(col(PartyRow.id).in_(parties))
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return {row.id: row.name for row in rows}

    async def totals(self, scope: Scope) -> Totals:
        """Open orders, live matches and planned value of what the reader may see."""
        open_orders = select(
            func.count().filter(col(OrderRow.side) == "offer"),
            func.count().filter(col(OrderRow.side) == "demand"),
        ).where(col(OrderRow.status).in_(sorted(LIVE)))
        if scope.party is not None:
            open_orders = open_orders.where(col(OrderRow.party_id) == scope.party)
        if scope.area is not None:
            open_orders = open_orders.where(col(OrderRow.county).startswith(scope.area, autoescape=True))
        planned = col(MatchRow.kind) == "plan"
        designated = func.cardinality(col(MatchRow.designations)) > 0
        live = select(
            func.count(),
            func.coalesce(func.sum(case((planned, col(MatchRow.value)))), 0),
            func.coalesce(func.sum(case((planned & designated, col(MatchRow.value)))), 0),
        ).where(col(MatchRow.status).in_(sorted(NOT_WITHDRAWN)), *in_scope(MatchRow, scope))
        async with self._engine.connect() as connection:
            offers, demands = (await connection.execute(open_orders)).one()
            matches, value, preferred = (await connection.execute(live)).one()
            bodies: list[str] = []
            if scope.party is None and scope.area is None:
                bodies = list((await connection.execute(select(col(PlanRow.body)))).scalars())
        welfare = sum(PlanRecord.model_validate_json(body).welfare for body in bodies)
        share = float(Decimal(preferred) / Decimal(value)) if value else 0.0
        return Totals(offers, demands, matches, welfare if bodies else None, share)
