"""What the read model makes of the matcher's records: which are live, and which changes are news.

Pure: the projector loads rows, asks here, and stores the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duijie_shared.events.base import LIVE

from duijie_gateway.domain.filters import MatchFacts

if TYPE_CHECKING:
    from duijie_shared.events.matches import MatchRecord
    from duijie_shared.events.orders import OrderSnapshot


@dataclass(frozen=True, slots=True)
class OrderState:
    """The newest version of an order that the gateway knows."""

    version: int
    open: bool

    @classmethod
    def of(cls, snapshot: OrderSnapshot) -> OrderState:
        """The state that a snapshot tells."""
        return cls(snapshot.version, snapshot.status in LIVE)


def effective_status(record: MatchRecord, offer: OrderState | None, demand: OrderState | None) -> str:
    """`proposed` only while both orders are open in the very versions that the match was made of.

    An order that is unknown, or known in an older version, is on its way on another topic: the matcher
    cannot have made the match of anything but a snapshot that is already there.
    """
    if record.status == "withdrawn":
        return "withdrawn"
    sides = ((record.version.offer, offer), (record.version.demand, demand))
    return "withdrawn" if any(_outdated(version, order) for version, order in sides) else "proposed"


def _outdated(version: int, order: OrderState | None) -> bool:
    return order is not None and (order.version > version or (order.version == version and not order.open))


def face(record: MatchRecord, status: str) -> MatchRecord:
    """The record as readers see it: with the effective status, without when it was said."""
    return record.model_copy(update={"status": status, "as_of": None, "withdrawn_at": None})


def is_news(before: MatchRecord | None, after: MatchRecord) -> bool:
    """Whether a reader who saw the face `before` (None: nothing) is told of `after`.

    What was never shown needs no withdrawal, and the same content again is no change.
    """
    if before is None or before.status == "withdrawn":
        return after.status != "withdrawn"
    return before != after


def facts_of(record: MatchRecord) -> MatchFacts:
    """What filters look at."""
    return MatchFacts(
        status=record.status,
        kind=record.kind,
        market=record.market,
        product=record.product,
        offer_id=record.offer_id,
        demand_id=record.demand_id,
        offer_party=record.offer_party,
        demand_party=record.demand_party,
        offer_county=record.offer_county,
        demand_county=record.demand_county,
        designations=record.tilt.designations,
        score=record.score,
    )
