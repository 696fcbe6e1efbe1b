"""Which matches a reader asked for. The same filter is SQL in `repository` and a predicate on the stream;
one test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from duijie_gateway.domain.access import Scope

ANY_DESIGNATION = "any"
NOT_WITHDRAWN: frozenset[str] = frozenset({"proposed", "held", "dealt"})


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """What filters look at of one state of one match."""

    status: str
    kind: str
    market: str
    product: str
    offer_id: UUID
    demand_id: UUID
    offer_party: UUID
    demand_party: UUID
    offer_county: str | None
    demand_county: str | None
    designations: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class MatchFilter:
    """None means no condition. `order` is on either side; `area` is a code prefix of the offer's county;
    `products` are slugs, a node with all its descendants; `designation` "any" is any preferred list.
    """

    order: UUID | None = None
    offer: UUID | None = None
    demand: UUID | None = None
    products: frozenset[str] | None = None
    area: str | None = None
    designation: str | None = None
    min_score: float | None = None
    kind: str | None = None
    statuses: frozenset[str] | None = None
    market: str | None = None

    def key(self) -> str:
        """A text that is equal for equal filters; cursors are bound to it."""
        values = (
            self.order,
            self.offer,
            self.demand,
            sorted(self.products) if self.products is not None else None,
            self.area,
            self.designation,
            self.min_score,
            self.kind,
            sorted(self.statuses) if self.statuses is not None else None,
            self.market,
        )
        return "|".join(str(value) for value in values)

    def admits(self, facts: MatchFacts) -> bool:
        """Whether `facts` meet every condition."""
        return (
            (self.order is None or self.order in {facts.offer_id, facts.demand_id})
            and (self.offer is None or self.offer == facts.offer_id)
            and (self.demand is None or self.demand == facts.demand_id)
            and (self.products is None or facts.product in self.products)
            and (self.area is None or (facts.offer_county or "").startswith(self.area))
            and self._designated(facts)
            and (self.min_score is None or facts.score >= self.min_score)
            and (self.kind is None or self.kind == facts.kind)
            and (self.statuses is None or facts.status in self.statuses)
            and (self.market is None or self.market == facts.market)
        )

    def _designated(self, facts: MatchFacts) -> bool:
        if self.designation is None:
            return True
        if self.designation == ANY_DESIGNATION:
            return bool(facts.designations)
        return self.designation in facts.designations


def may_see(scope: Scope, facts: MatchFacts) -> bool:
    """Whether a match lies within a reader's scope: a side is the party's own, or touches the area."""
    if scope.party is not None and scope.party not in {facts.offer_party, facts.demand_party}:
        return False
    return scope.area is None or any(
        (county or "").startswith(scope.area) for county in (facts.offer_county, facts.demand_county)
    )
