"""What a party decides about one of its matches: accept, decline, counter, take back. Each is one transaction.

An accept is of the terms that were shown. If the other side has accepted the same meanwhile it makes the deal; if what
stands reads otherwise it is refused with what stands, so that nobody agrees to terms that they have not seen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duijie_shared.service.errors import FieldError, Refusal, not_found, unprocessable

from duijie_catalog.domain.terms import Shown, Terms
from duijie_catalog.trading import counter_rows, counters, deal_rows, deals, declines
from duijie_catalog.trading.deal_refusals import differs, not_possible, withdrawn
from duijie_catalog.trading.pairs import locked_pair

if TYPE_CHECKING:
    from uuid import UUID

    from duijie_shared.events.base import Side

    from duijie_catalog.domain.constraint import Constraint, DeclineReason
    from duijie_catalog.domain.counter import Counter
    from duijie_catalog.domain.deal import Deal
    from duijie_catalog.domain.order import Order
    from duijie_catalog.handlers import Caller
    from duijie_catalog.trading.decision_words import Wanted
    from duijie_catalog.unit_of_work import UnitOfWork

HOLD_FOR = dt.timedelta(days=2)
"""How long the other side has to answer: a working day even from a Saturday, short enough for what perishes."""


@dataclass(frozen=True)
class Outcome:
    """What came of it: the hold or deal, the decline or the counter that it set or ended."""

    side: Side
    deal: Deal | None = None
    decline: Constraint | None = None
    counter: Counter | None = None

    @property
    def status(self) -> str:
        """How the match stands by it."""
        if self.decline is not None and self.decline.status == "active":
            return "declined"
        if self.counter is not None and self.counter.status == "open":
            return "countered"
        if self.deal is not None and self.deal.status in {"held", "dealt"}:
            return self.deal.status
        return "proposed"


def decide(uow: UnitOfWork, caller: Caller, shown: Shown, wanted: Wanted, now: dt.datetime) -> Outcome:
    """Do what the party says.

    Raises
    ------
    Refusal
        404 for a match that is none of the caller's, 403 for who is no party, 409 with what stands as `deals`
        and `declines`, 422 for a field.
    """
    match wanted.kind:
        case "accept":
            return _accept(uow, caller, shown, wanted, now)
        case "decline":
            return _decline(uow, caller, shown, wanted.reason, now)
        case "counter":
            return _counter(uow, caller, shown, wanted, now)
        case "withdraw":
            return _withdraw(uow, caller, shown, now)


def counters_of(uow: UnitOfWork, caller: Caller, match_id: UUID) -> list[Counter]:
    """The counter-offers on a match, oldest first, for its sides and for staff; to others there are none."""
    found = counter_rows.of_match(uow, match_id)
    if found and caller.party_id is not None:
        offer, demand = locked_pair(uow, found[0].offer_id, found[0].demand_id, lock=False)
        if caller.party_id not in {offer.party_id, demand.party_id}:
            return []
    return found


def _accept(uow: UnitOfWork, caller: Caller, shown: Shown, wanted: Wanted, now: dt.datetime) -> Outcome:
    # Not locked: whoever is too late is refused without standing in line, and holds and deals look again.
    side = _side(caller, *locked_pair(uow, shown.offer_id, shown.demand_id, lock=False))
    newest = deal_rows.newest_of(uow, shown.match_id)
    standing = counters.standing(uow, shown.match_id, now)
    if standing is not None and standing.side != side:
        if _named(wanted, standing.terms).shown_as(standing.terms):
            taken, deal = counters.take(uow, caller, shown.match_id, now)
            return Outcome(side, deal, counter=taken)
        if newest is None or newest.status != "held":
            raise counters.countered(standing)
    if newest is not None and newest.status == "held":
        return _second(uow, caller, side, newest, shown, wanted, now)
    if newest is not None and _is_of(newest, shown) and newest.status == "dealt":
        return Outcome(side, newest)
    if not shown.proposed:
        raise withdrawn()
    proposal = shown.proposal(_terms(shown, wanted), side, now + HOLD_FOR)
    if proposal.farm_gate_price < 0:
        raise unprocessable([_BELOW_TRANSPORT])
    try:
        return Outcome(side, deals.hold(uow, caller, proposal, now))
    except Refusal as refusal:
        held = deal_rows.newest_of(uow, shown.match_id) if refusal.code == "held" else None
        if held is None:
            raise
        return _second(uow, caller, side, held, shown, wanted, now)


def _second(
    uow: UnitOfWork, caller: Caller, side: Side, held: Deal, shown: Shown, wanted: Wanted, now: dt.datetime
) -> Outcome:
    """An accept of what is held: by the other side the deal, by the side that holds it nothing new."""
    if not _terms(shown, wanted, of=held).shown_as(Terms(held.quantity, held.price)):
        raise not_possible("own-accept" if side == held.accepted_by else "held", held)
    if side == held.accepted_by:
        return Outcome(side, held)
    return Outcome(side, deals.accept(uow, caller, held.id, now))


def _counter(uow: UnitOfWork, caller: Caller, shown: Shown, wanted: Wanted, now: dt.datetime) -> Outcome:
    """Other terms; what is not named stays as it was shown."""
    side = _side(caller, *locked_pair(uow, shown.offer_id, shown.demand_id, lock=False))
    price = shown.price if wanted.price is None else wanted.price
    if price is None:
        raise unprocessable([_NO_PRICE])
    proposal = shown.proposal(Terms(wanted.quantity or shown.quantity, price), side, now + HOLD_FOR)
    if proposal.farm_gate_price < 0:
        raise unprocessable([_BELOW_TRANSPORT])
    if not shown.proposed:
        raise withdrawn()
    made = counters.make(uow, caller, proposal, now)
    return Outcome(side, deal_rows.newest_of(uow, shown.match_id), counter=made)


def _decline(
    uow: UnitOfWork, caller: Caller, shown: Shown, reason: DeclineReason, now: dt.datetime
) -> Outcome:
    offer, demand = locked_pair(uow, shown.offer_id, shown.demand_id)
    side = _side(caller, offer, demand)
    held = deal_rows.newest_of(uow, shown.match_id)
    released = None
    answered = counters.close(uow, shown.match_id, side, "declined", now) or counters.close(
        uow, shown.match_id, side, "withdrawn", now
    )
    if held is not None and held.status == "held":
        released = deals.release(uow, caller, held.id, reason, now)
        offer, demand = locked_pair(uow, shown.offer_id, shown.demand_id)
    no = declines.decline(uow, caller, side, offer, demand, reason, now)
    return Outcome(side, released, no, answered)


def _withdraw(uow: UnitOfWork, caller: Caller, shown: Shown, now: dt.datetime) -> Outcome:
    """The own counter, else the own hold and the own no, taken back; where there is none, nothing changes."""
    offer, demand = locked_pair(uow, shown.offer_id, shown.demand_id)
    side = _side(caller, offer, demand)
    ended = declines.take_back(uow, caller, side, offer, demand, now)
    held = deal_rows.newest_of(uow, shown.match_id)
    if (back := counters.close(uow, shown.match_id, side, "withdrawn", now)) is not None:
        return Outcome(side, held, ended, back)
    if held is None or held.status != "held":
        return Outcome(side, held if held and _is_of(held, shown) else None, ended)
    if held.accepted_by != side:
        raise not_possible("held", held)
    return Outcome(side, deals.release(uow, caller, held.id, "withdrawn", now), ended)


def _side(caller: Caller, offer: Order, demand: Order) -> Side:
    if caller.party_id is None:
        raise Refusal(403, "no-party", "只有主体可以决定", "Only a party may decide")
    if caller.party_id == offer.party_id:
        return "offer"
    if caller.party_id == demand.party_id:
        return "demand"
    raise not_found()


def _terms(shown: Shown, wanted: Wanted, of: Deal | None = None) -> Terms:
    """What is accepted: the terms shown, of them the quantity that is named; a price that is named must be the one shown."""
    quantity = wanted.quantity or shown.quantity
    if of is not None and wanted.price is not None:
        return Terms(quantity, wanted.price)
    if shown.price is None:
        if wanted.price is None:
            raise unprocessable([_NO_PRICE])
        return Terms(quantity, wanted.price)
    terms = Terms(quantity, shown.price)
    if wanted.price is not None and not terms.shown_as(Terms(quantity, wanted.price)):
        raise differs(shown)
    return terms


def _named(wanted: Wanted, standing: Terms) -> Terms:
    """The terms that an accept names, the rest as it stands."""
    price = standing.price if wanted.price is None else wanted.price
    return Terms(wanted.quantity or standing.quantity, price)


def _is_of(deal: Deal, shown: Shown) -> bool:
    """Whether a deal was made of the very versions that were shown."""
    return (deal.offer_version, deal.demand_version) == (shown.offer_version, shown.demand_version)


_NO_PRICE = FieldError(
    "price", "required", "双方都未定价, 请填到货价", "neither side names a price; give the price at the door"
)
_BELOW_TRANSPORT = FieldError("price", "too-small", "低于运输费用", "is below what the transport costs")
