"""What both sides of a deal sign: the terms of both orders and who the two are. Reading it reveals, and is noted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duijie_shared.service.errors import Refusal

from duijie_catalog.trading import deals

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from duijie_catalog.domain.deal import Deal
    from duijie_catalog.domain.order import Order
    from duijie_catalog.domain.party import Party
    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Contract:
    """A deal with both of its sides in full."""

    deal: Deal
    seller: Party
    buyer: Party
    offer: Order
    demand: Order


def read(uow: UnitOfWork, caller: Caller, deal_id: UUID, now: dt.datetime) -> Contract:
    """The contract of the caller's own deal.

    Raises
    ------
    Refusal
        404 for another's deal, 403 for staff, who are told no contact, 409 before both have accepted.
    """
    deal = deals.read(uow, caller, deal_id)
    if deal.side_of(caller.party_id) is None:
        raise Refusal(
            403, "no-party", "只有成交双方可以领取合同", "Only the two sides are given the contract"
        )
    if deal.status != "dealt":
        raise Refusal(409, "not-dealt", "尚未成交或已解除", "It is no deal")
    deals.reveal(uow, caller, deal, now)
    seller, buyer = uow.parties.get(deal.offer_party), uow.parties.get(deal.demand_party)
    offer, demand = uow.orders.get(deal.offer_id), uow.orders.get(deal.demand_id)
    if seller is None or buyer is None or offer is None or demand is None:
        raise LookupError(f"deal {deal.id} names a party or an order that is not there")
    return Contract(deal, seller, buyer, offer, demand)
