"""Holds and deals: the use cases. Each runs inside one unit of work, under row locks taken in one order.

The order is: orders by id, then capacities by id; a deal changes only under the locks of both of its orders. So
no two of these can wait for each other, and whoever comes second sees what the first has left.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from duijie_shared.posting import FieldError
from duijie_shared.service.errors import Refusal, not_found, unprocessable

from duijie_catalog import policies
from duijie_catalog.domain.deal import Deal, Leg, Proposal
from duijie_catalog.domain.errors import ClosedError, FullError
from duijie_catalog.domain.fit import Obstacle, Trade, fingerprint, obstacles
from duijie_catalog.parties import party_access
from duijie_catalog.privacy import disclosure
from duijie_catalog.trading import deal_rows, declines
from duijie_catalog.trading.deal_refusals import no_longer_fits, no_longer_held, not_possible
from duijie_catalog.trading.pairs import locked_pair

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from duijie_shared.events.base import Side
    from duijie_shared.events.deals import ReleaseReason

    from duijie_catalog.domain.capacity import Capacity
    from duijie_catalog.domain.order import Order
    from duijie_catalog.domain.party import Party
    from duijie_catalog.handlers import Caller
    from duijie_catalog.privacy.disclosure import PrivateField
    from duijie_catalog.unit_of_work import UnitOfWork

LONGEST_HOLD = dt.timedelta(days=7)
"""How far ahead a hold's deadline may lie: what is held is out of the market."""


@dataclass(frozen=True)
class Revealed:
    """The other side of a deal, as it is shown once both have accepted."""

    party: Party
    latitude_e7: int
    longitude_e7: int


def hold(uow: UnitOfWork, caller: Caller, proposal: Proposal, now: dt.datetime) -> Deal:
    """The first accept: quantity set aside on both orders, days of capacities booked. Repeated, it changes nothing.

    Raises
    ------
    Refusal
        404 for orders that are not there or whose own side is another party's; 409 when the two no longer fit, when
        less remains than is to be held, or when the match is held already; 422 for a deadline or a leg that cannot be.
    """
    # Versions only grow: what is outdated now is refused without standing in line for the locks.
    accepted = {proposal.offer_id: proposal.offer_version, proposal.demand_id: proposal.demand_version}
    current = deal_rows.versions_of(uow, list(accepted)) == accepted
    offer, demand = locked_pair(uow, proposal.offer_id, proposal.demand_id, lock=current)
    own = offer if proposal.side == "offer" else demand
    if caller.party_id is None or own.party_id != caller.party_id:
        raise not_found()
    newest = deal_rows.newest_of(uow, proposal.match_id)
    if newest is not None and newest.status in {"held", "dealt"} and newest.answers(proposal):
        return newest
    if newest is not None and newest.status == "held":
        raise not_possible("held", newest)
    if not now < proposal.deadline <= now + LONGEST_HOLD:
        raise unprocessable([_DEADLINE])
    found = _obstacles(uow, offer, demand, _trade(proposal), now)
    if (offer.version, demand.version) != (proposal.offer_version, proposal.demand_version):
        found.insert(0, "VERSION")
    if proposal.quantity > min(offer.remaining, demand.remaining):
        found.append("QUANTITY")
    if found:
        raise no_longer_fits(found, offer, demand)
    deal = Deal.hold(proposal, offer, demand, uow.sequences(1)[0], now)
    booked = _book(uow, deal, offer, demand, now)
    declines.must_not_be_kept_apart(uow, proposal.side, offer, demand)
    declines.take_back(uow, caller, proposal.side, offer, demand, now)
    party_access.must_deal(
        uow, own.party_id, {offer.party_id, demand.party_id, *(each.party_id for each in booked)}
    )
    uow.store(booked, now)
    return _store(uow, deal, offer.hold(deal.quantity, now), demand.hold(deal.quantity, now), now)


def accept(uow: UnitOfWork, caller: Caller, deal_id: UUID, now: dt.datetime) -> Deal:
    """The second accept: what was held is dealt. Repeated, it changes nothing.

    Raises
    ------
    Refusal
        404 for another party's deal; 409 for the side that made the hold, for a hold that has ended or is past its
        deadline, and when the orders no longer fit or are no longer what was accepted.
    """
    deal, offer, demand = _locked(uow, caller, deal_id)
    side = deal.side_of(caller.party_id)
    if side is None:
        raise Refusal(403, "no-party", "只有主体可以接受", "Only a party may accept")
    if side == deal.accepted_by:
        raise not_possible("own-accept", deal)
    if deal.status == "dealt":
        return deal
    if deal.status != "held" or now >= deal.deadline:
        raise no_longer_held(deal)
    own = offer if side == "offer" else demand
    declines.must_not_be_kept_apart(uow, side, offer, demand)
    party_access.must_deal(uow, own.party_id, {offer.party_id, demand.party_id})
    found = _obstacles(uow, offer, demand, _trade(deal), now)
    if (fingerprint(offer), fingerprint(demand)) != (deal.offer_terms, deal.demand_terms):
        found.insert(0, "VERSION")
    if found:
        raise no_longer_fits(found, offer, demand)
    return _store(uow, deal.deal(now), offer.deal(deal.quantity, now), demand.deal(deal.quantity, now), now)


def release(uow: UnitOfWork, caller: Caller, deal_id: UUID, reason: ReleaseReason, now: dt.datetime) -> Deal:
    """A hold given up by either side: all goes back to where it came from. Repeated, it changes nothing.

    The side that made the hold takes it back as `withdrawn`, whatever reason it gives.

    Raises
    ------
    Refusal
        404 for another party's deal, 409 for one that was dealt.
    """
    deal, offer, demand = _locked(uow, caller, deal_id)
    side = deal.side_of(caller.party_id)
    if side is None:
        raise Refusal(403, "no-party", "只有主体可以拒绝", "Only a party may decline")
    if deal.status == "dealt":
        raise no_longer_held(deal)
    if deal.status != "held":
        return deal
    return _give_back(
        uow, deal.release("withdrawn" if side == deal.accepted_by else reason, now), offer, demand, now
    )


def lapse(uow: UnitOfWork, deal_id: UUID, now: dt.datetime) -> bool:
    """End a hold whose deadline has passed or one of whose orders has ended; whether it was still held."""
    ids = deal_rows.orders_of(uow, deal_id)
    offer, demand = locked_pair(uow, *ids) if ids else (None, None)
    deal = deal_rows.get(uow, deal_id)
    if deal is None or offer is None or demand is None or deal.status != "held":
        return False
    late = now >= deal.deadline
    _give_back(uow, deal.lapse(now) if late else deal.release("order-ended", now), offer, demand, now)
    return True


def read(uow: UnitOfWork, caller: Caller, deal_id: UUID) -> Deal:
    """The deal, if the caller is on one of its sides or is staff; otherwise 404."""
    deal = deal_rows.get(uow, deal_id)
    if deal is None or not (caller.may_see(deal.offer_party) or caller.may_see(deal.demand_party)):
        raise not_found()
    return deal


def reveal(uow: UnitOfWork, caller: Caller, deal: Deal, now: dt.datetime) -> Revealed | None:
    """The other side of a deal, noted as revealed; None before both have accepted, and for staff."""
    side: Side | None = deal.side_of(caller.party_id)
    if deal.status != "dealt" or side is None or caller.party_id is None:
        return None
    party_id, order_id = (
        (deal.demand_party, deal.demand_id) if side == "offer" else (deal.offer_party, deal.offer_id)
    )
    party, order = uow.parties.get(party_id), uow.orders.get(order_id)
    if party is None or order is None:
        raise LookupError(f"deal {deal.id} names a party or an order that is not there")
    fields: list[PrivateField] = ["latitude", "longitude"]
    if party.terms.contact is not None:
        fields.append("contact")
    disclosure.note_reveal(
        uow,
        party_id=party_id,
        fields=fields,
        reason="deal",
        now=now,
        to_party=caller.party_id,
        object_id=deal.id,
    )
    return Revealed(party, order.terms.latitude_e7, order.terms.longitude_e7)


def _locked(uow: UnitOfWork, caller: Caller, deal_id: UUID) -> tuple[Deal, Order, Order]:
    """A deal that the caller may see, as it stands under the locks of its orders."""
    ids = deal_rows.orders_of(uow, deal_id)
    if ids is None:
        raise not_found()
    offer, demand = locked_pair(uow, *ids)
    return read(uow, caller, deal_id), offer, demand


def _trade(of: Proposal | Deal) -> Trade:
    days = tuple((leg.first, leg.last) for leg in of.legs)
    return Trade(of.quantity, of.price, of.farm_gate_price, days)


def _obstacles(
    uow: UnitOfWork, offer: Order, demand: Order, trade: Trade, now: dt.datetime
) -> list[Obstacle]:
    return obstacles(offer, demand, trade, policies.current(uow).transport, now)


def _book(uow: UnitOfWork, deal: Deal, offer: Order, demand: Order, now: dt.datetime) -> list[Capacity]:
    def book(capacity: Capacity, leg: Leg) -> Capacity:
        if not capacity.takes(leg.first, leg.last):
            raise unprocessable([_SPAN])
        return capacity.book(leg.first, leg.last, leg.quantity, now)

    try:
        return _each_leg(uow, deal.legs, book)
    except (FullError, ClosedError) as error:
        raise no_longer_fits(["CAPACITY"], offer, demand) from error


def _give_back(uow: UnitOfWork, ended: Deal, offer: Order, demand: Order, now: dt.datetime) -> Deal:
    freed = _each_leg(
        uow, ended.legs, lambda capacity, leg: capacity.unbook(leg.first, leg.last, leg.quantity, now)
    )
    uow.store(freed, now)
    return _store(uow, ended, offer.release(ended.quantity, now), demand.release(ended.quantity, now), now)


def _store(uow: UnitOfWork, deal: Deal, offer: Order, demand: Order, now: dt.datetime) -> Deal:
    """The deal with both orders at the versions that it made of them."""
    uow.store([offer, demand], now)
    stored = deal.leaving(offer, demand)
    deal_rows.store(uow, stored, now)
    return stored


def _each_leg(
    uow: UnitOfWork, legs: tuple[Leg, ...], change: Callable[[Capacity, Leg], Capacity]
) -> list[Capacity]:
    """The capacities of the legs, locked in the order of their ids, each changed by all of its legs."""
    if not legs:
        return []
    found = uow.capacities.locked({leg.capacity_id for leg in legs})
    changed = []
    by_id = attrgetter("capacity_id")
    for capacity_id, own in groupby(sorted(legs, key=by_id), key=by_id):
        capacity = found.get(capacity_id)
        if capacity is None:
            raise unprocessable([_NO_CAPACITY])
        for leg in own:
            capacity = change(capacity, leg)
        changed.append(capacity)
    return changed


_DEADLINE = FieldError(
    "deadline", "out-of-range", "须在此刻之后 7 天以内", "must lie within 7 days from now, ahead of it"
)
_SPAN = FieldError(
    "legs", "span", "冷藏可预订连续多日 (最多 366 天), 其他环节每次一天",
    "cold storage takes a span of up to 366 days, any other activity one day",
)  # fmt: skip
_NO_CAPACITY = FieldError("legs", "unknown-capacity", "没有这个能力", "names a capacity that is not there")
