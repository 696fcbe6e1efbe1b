"""A match filter and a scope as SQL, over `matches` and over both states of a `feed` row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlmodel import col

from duijie_gateway.domain.filters import ANY_DESIGNATION, MatchFilter
from duijie_gateway.tables import FeedRow, MatchRow

if TYPE_CHECKING:
    from duijie_gateway.domain.access import Scope

Condition = ColumnElement[bool]
Table = type[MatchRow] | type[FeedRow]


def in_scope(table: Table, scope: Scope) -> list[Condition]:
    """What `filters.may_see` says, as conditions."""
    found: list[Condition] = []
    if scope.party is not None:
        found.append(or_(col(table.offer_party) == scope.party, col(table.demand_party) == scope.party))
    if scope.area is not None:
        found.append(
            or_(
                col(table.offer_county).startswith(scope.area, autoescape=True),
                col(table.demand_county).startswith(scope.area, autoescape=True),
            )
        )
    return found


def admitted(wanted: MatchFilter) -> list[Condition]:
    """What `MatchFilter.admits` says of the present state of a match."""
    return [*_lasting(MatchRow, wanted), *_passing(MatchRow, wanted)]


def told(wanted: MatchFilter) -> list[Condition]:
    """Feed rows whose match meets the filter now, or met it before the change."""
    before = _passing_columns(
        wanted,
        status=col(FeedRow.before_status),
        kind=col(FeedRow.before_kind),
        county=col(FeedRow.before_county),
        designations=col(FeedRow.before_designations),
        score=col(FeedRow.before_score),
    )
    known = col(FeedRow.before_status).is_not(None)
    return [*_lasting(FeedRow, wanted), or_(and_(true(), *_passing(FeedRow, wanted)), and_(known, *before))]


def _lasting(table: Table, wanted: MatchFilter) -> list[Condition]:
    # What never changes of a match: its orders, product and market.
    found: list[Condition] = []
    if wanted.order is not None:
        found.append(or_(col(table.offer_id) == wanted.order, col(table.demand_id) == wanted.order))
    if wanted.offer is not None:
        found.append(col(table.offer_id) == wanted.offer)
    if wanted.demand is not None:
        found.append(col(table.demand_id) == wanted.demand)
    if wanted.products is not None:
        found.append(col(table.product).in_(sorted(wanted.products)))
    if wanted.market is not None:
        found.append(col(table.market) == wanted.market)
    return found


def _passing(table: Table, wanted: MatchFilter) -> list[Condition]:
    return _passing_columns(
        wanted,
        status=col(table.status),
        kind=col(table.kind),
        county=col(table.offer_county),
        designations=col(table.designations),
        score=col(table.score),
    )


def _passing_columns(
    wanted: MatchFilter, *, status: Any, kind: Any, county: Any, designations: Any, score: Any
) -> list[Condition]:
    found: list[Condition] = []
    if wanted.statuses is not None:
        found.append(status.in_(sorted(wanted.statuses)))
    if wanted.kind is not None:
        found.append(kind == wanted.kind)
    if wanted.area is not None:
        found.append(county.startswith(wanted.area, autoescape=True))
    if wanted.designation == ANY_DESIGNATION:
        found.append(func.cardinality(designations) > 0)
    elif wanted.designation is not None:
        found.append(designations.contains([wanted.designation]))
    if wanted.min_score is not None:
        found.append(score >= wanted.min_score)
    return found
