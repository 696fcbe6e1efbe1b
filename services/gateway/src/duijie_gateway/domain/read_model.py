"""What the read model makes of the matcher's records: which are live, which are held or dealt, which changes are news.

Pure: the projector loads rows, asks here, and stores the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from duijie_shared.events.base import LIVE

from duijie_gateway.domain.filters import MatchFacts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_shared.events.deals import DealRecord
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


class Agreed(NamedTuple):
    """What one side has accepted, or both have: quantity and prices in contract integers."""

    quantity: int
    price: int
    farm_gate_price: int


@dataclass(frozen=True, slots=True)
class DealState:
    """A hold or deal that lies over a match, and the versions that it left the orders at."""

    status: str
    versions: tuple[int, int]
    agreed: Agreed

    @classmethod
    def of(cls, record: DealRecord) -> DealState:
        """The state that a record tells."""
        return cls(
            record.status,
            (record.offer_after, record.demand_after),
            Agreed(record.quantity, record.price, record.farm_gate_price),
        )


def laid_over(record: MatchRecord, status: str, deals: Iterable[DealState]) -> tuple[str, Agreed | None]:
    """The status that readers see of a match of this effective `status`, and what was agreed where that counts.

    A hold wins over whatever the matcher says. A deal wins until the matcher proposes the pair anew, for what is
    left of it: made of the versions that the deal left both orders at, or later ones.
    """
    standing = sorted((deal for deal in deals if deal.status in {"held", "dealt"}), key=_held_last)
    if not standing:
        return status, None
    last = standing[-1]
    anew = record.version.offer >= last.versions[0] and record.version.demand >= last.versions[1]
    if last.status == "dealt" and status == "proposed" and anew:
        return status, None
    return last.status, last.agreed


def _held_last(deal: DealState) -> tuple[bool, tuple[int, int], Agreed]:
    return deal.status == "held", deal.versions, deal.agreed


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


def face(record: MatchRecord, status: str, agreed: Agreed | None = None) -> MatchRecord:
    """The record as readers see it: with the status, with what was agreed, without when it was said."""
    seen: dict[str, object] = {"status": status, "as_of": None, "withdrawn_at": None}
    if agreed is not None:
        seen |= {
            "quantity": agreed.quantity,
            "suggested_price": agreed.price,
            "farm_gate_price": agreed.farm_gate_price,
        }
    return record.model_copy(update=seen)


def written(seen: MatchRecord) -> str:
    """A face as stored text. Held and dealt are no statuses of the matcher's: they stand beside it, in a column."""
    own = seen if seen.status == "withdrawn" else seen.model_copy(update={"status": "proposed"})
    return own.model_dump_json()


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
