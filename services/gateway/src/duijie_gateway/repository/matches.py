"""Matches and their feed, as readers are told of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duijie_shared.events.matches import MatchRecord
from sqlalchemy import func, select, tuple_
from sqlmodel import col

from duijie_gateway.domain.filters import NOT_WITHDRAWN, MatchFacts, MatchFilter
from duijie_gateway.domain.read_model import Agreed, face
from duijie_gateway.repository.conditions import admitted, in_scope, told
from duijie_gateway.tables import FeedHeadRow, FeedRow, MatchRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncEngine

    from duijie_gateway.domain.access import Scope

Place = tuple[str, float, "UUID"]
"""Where a page ended: kind, score and id of its last match, in the order of the list."""

_ORDER = (col(MatchRow.kind), col(MatchRow.score), col(MatchRow.id))


@dataclass(frozen=True, slots=True)
class Told:
    """One feed row. `before` is what a filter looked at before the change (None: it was not shown)."""

    sequence: int
    facts: MatchFacts
    before: MatchFacts | None
    record: str


@dataclass(frozen=True, slots=True)
class Match:
    """One match as it stands. `status` overlays the record's own; what was agreed is in the record."""

    record: MatchRecord
    status: str


class MatchReader:
    """Reads `matches` and `feed`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(
        self, scope: Scope, wanted: MatchFilter, *, limit: int, after: Place | None = None
    ) -> list[Match]:
        """Up to `limit` matches: plan lines before alternatives, then by score, both descending."""
        query = (
            select(*_MATCH_COLUMNS)
            .where(*in_scope(MatchRow, scope), *admitted(wanted))
            .order_by(*(column.desc() for column in _ORDER))
            .limit(limit)
        )
        if after is not None:
            query = query.where(tuple_(*_ORDER) < tuple_(*after))
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [_match(row) for row in rows]

    async def one(self, scope: Scope, match_id: UUID) -> Match | None:
        """One match, withdrawn or not; None when unknown or out of scope."""
        query = select(*_MATCH_COLUMNS).where(col(MatchRow.id) == match_id, *in_scope(MatchRow, scope))
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _match(row)

    async def count(self, scope: Scope, wanted: MatchFilter) -> int:
        """How many matches `page` would list in all."""
        query = (
            select(func.count()).select_from(MatchRow).where(*in_scope(MatchRow, scope), *admitted(wanted))
        )
        async with self._engine.connect() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def places(self, scope: Scope) -> tuple[list[str], list[str]]:
        """The products, and the counties of offers, that have matches which are not withdrawn."""
        live = [*in_scope(MatchRow, scope), *admitted(MatchFilter(statuses=NOT_WITHDRAWN))]
        products = select(col(MatchRow.product)).where(*live).distinct()
        counties = select(col(MatchRow.offer_county)).where(*live).distinct()
        async with self._engine.connect() as connection:
            return (
                list((await connection.execute(products)).scalars()),
                [code for code in (await connection.execute(counties)).scalars() if code is not None],
            )

    async def feed_bounds(self) -> tuple[int, int]:
        """The first sequence of which all changes are kept, and the last one given."""
        query = select(col(FeedHeadRow.pruned) + 1, col(FeedHeadRow.sequence))
        async with self._engine.connect() as connection:
            oldest, head = (await connection.execute(query)).one()
        return oldest, head

    async def feed(
        self, scope: Scope, wanted: MatchFilter, *, after: int, upto: int, limit: int
    ) -> list[Told]:
        """Feed rows with `after` < sequence <= `upto` that concern the reader, in order."""
        query = (
            select(*_FEED_COLUMNS)
            .where(
                col(FeedRow.sequence) > after,
                col(FeedRow.sequence) <= upto,
                *in_scope(FeedRow, scope),
                *told(wanted),
            )
            .order_by(col(FeedRow.sequence))
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [_told(row) for row in rows]


_MATCH_COLUMNS = (col(MatchRow.record), col(MatchRow.status), col(MatchRow.agreed))


def _match(row: Sequence[Any]) -> Match:
    text, status, agreed = row
    record = MatchRecord.model_validate_json(text)
    return Match(record if agreed is None else face(record, status, Agreed(*agreed)), status)


_FEED_COLUMNS = tuple(
    col(getattr(FeedRow, name))
    for name in (
        *("sequence", "status", "kind", "market", "product", "offer_id", "demand_id", "offer_party"),
        *("demand_party", "offer_county", "demand_county", "designations", "score", "record"),
        *("before_status", "before_kind", "before_county", "before_designations", "before_score"),
    )
)


def _told(row: Sequence[Any]) -> Told:
    sequence, *lasting, designations, score, record = row[:14]
    facts: list[Any] = [*lasting, tuple(designations), score]
    now = MatchFacts(*facts)
    return Told(sequence, now, _before(now, *row[14:]), record)


def _before(
    now: MatchFacts,
    status: str | None,
    kind: str | None,
    county: str | None,
    designations: Sequence[str] | None,
    score: float | None,
) -> MatchFacts | None:
    if status is None or kind is None or score is None:
        return None
    return MatchFacts(
        status=status,
        kind=kind,
        market=now.market,
        product=now.product,
        offer_id=now.offer_id,
        demand_id=now.demand_id,
        offer_party=now.offer_party,
        demand_party=now.demand_party,
        offer_county=county,
        demand_county=now.demand_county,
        designations=tuple(designations or ()),
        score=score,
    )
