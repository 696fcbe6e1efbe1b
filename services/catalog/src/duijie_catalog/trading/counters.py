"""Counter-offers: made and taken under the locks of both orders, judged by the own limit when made, by both when taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from duijie_shared.service.errors import Refusal
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, to_number

from duijie_catalog.domain import counter as domain
from duijie_catalog.domain.fit import Obstacle, fingerprint, least_price, most_price
from duijie_catalog.trading import counter_rows, deal_rows, deals, declines
from duijie_catalog.trading.deal_refusals import Conflict, no_longer_fits
from duijie_catalog.trading.pairs import locked_pair

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from uuid import UUID

    from duijie_shared.events.base import Side

    from duijie_catalog.domain.counter import Closing, Counter
    from duijie_catalog.domain.deal import Deal, Proposal
    from duijie_catalog.domain.order import Order
    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork


def standing(uow: UnitOfWork, match_id: UUID, now: dt.datetime) -> Counter | None:
    """The counter of a match that waits for an answer, or None."""
    found = counter_rows.of_match(uow, match_id)
    return found[-1] if found and found[-1].status_at(now) == "open" else None


def make(uow: UnitOfWork, caller: Caller, proposal: Proposal, now: dt.datetime) -> Counter:
    """A counter of the caller's side. It takes nothing out of the market: what is held meanwhile stays held.

    Raises
    ------
    Refusal
        409 where the own order does not allow it, less remains than that, the pair is kept apart, the other side has
        not answered the last one (`own-counter`), or all rounds are used up (`rounds-over`).
    """
    offer, demand = locked_pair(uow, proposal.offer_id, proposal.demand_id)
    held = deal_rows.newest_of(uow, proposal.match_id)
    held = held if held is not None and held.status == "held" else None
    declines.must_not_be_kept_apart(uow, proposal.side, offer, demand)
    if found := list(_obstacles(proposal, offer, demand, held)):
        raise no_longer_fits(found, offer, demand)
    earlier = counter_rows.of_match(uow, proposal.match_id)
    try:
        made = domain.follow(
            earlier,
            proposal,
            (fingerprint(offer), fingerprint(demand)),
            uuid4(),
            uow.sequences(1)[0],
            now,
        )
    except domain.OutOfTurnError as error:
        raise _in_the_way("own-counter", earlier[-1]) from error
    except domain.RoundsOverError as error:
        raise _in_the_way("rounds-over", earlier[-1]) from error
    declines.take_back(uow, caller, proposal.side, offer, demand, now)
    if earlier and earlier[-1].status == "open":
        last = earlier[-1]
        over = last.status_at(now) == "expired"
        # What has expired makes room for the next: of a match one is open at most.
        ended = (
            replace(last, status="expired", version=last.version + 1, updated_at=now)
            if over
            else last.close(made.side, "answered", now)
        )
        counter_rows.store(uow, [ended])
    counter_rows.store(uow, [made])
    return made


def take(uow: UnitOfWork, caller: Caller, match_id: UUID, now: dt.datetime) -> tuple[Counter, Deal]:
    """The other side's counter, accepted: the deal at its terms. A hold of the match gives way to it.

    Raises
    ------
    Refusal
        As `deals.hold` and `deals.accept`; 409 `VERSION` where the terms of an order are no longer those countered on.
    """
    found = standing(uow, match_id, now)
    if found is None:
        raise Refusal(409, "counter-gone", "还价已失效", "The counter-offer stands no longer")
    offer, demand = locked_pair(uow, found.offer_id, found.demand_id)
    found = standing(uow, match_id, now)
    side: Side = "offer" if caller.party_id == offer.party_id else "demand"
    if found is None or found.side == side:
        raise Refusal(409, "counter-gone", "还价已失效", "The counter-offer stands no longer")
    held = deal_rows.newest_of(uow, match_id)
    if held is not None and held.status == "held":
        deals.release(uow, caller, held.id, "price" if held.price != found.price else "quantity", now)
        offer, demand = locked_pair(uow, found.offer_id, found.demand_id)
    if (fingerprint(offer), fingerprint(demand)) != found.pair:
        raise no_longer_fits(["VERSION"], offer, demand)
    other = replace(caller, party_id=offer.party_id if found.side == "offer" else demand.party_id)
    deadline = now + domain.STANDS_FOR
    hold = deals.hold(uow, other, found.proposal(offer.version, demand.version, deadline), now)
    deal = deals.accept(uow, caller, hold.id, now)
    taken = found.close(side, "accepted", now)
    counter_rows.store(uow, [taken])
    return taken, deal


def close(uow: UnitOfWork, match_id: UUID, side: Side, closing: Closing, now: dt.datetime) -> Counter | None:
    """End the counter that stands, if it is that side's to end so; both orders are locked. None where nothing ends."""
    found = standing(uow, match_id, now)
    if found is None or (found.side == side) != (closing == "withdrawn"):
        return None
    ended = found.close(side, closing, now)
    counter_rows.store(uow, [ended])
    return ended


def countered(found: Counter) -> Conflict:
    """409: the other side has countered, and what is accepted is not what it offers."""
    return _in_the_way("countered", found)


def _obstacles(proposal: Proposal, offer: Order, demand: Order, held: Deal | None) -> Iterator[Obstacle]:
    """What of its own is in the way of a counter; of the other side nothing but what is public of the match."""
    if held is None and (offer.version, demand.version) != (proposal.offer_version, proposal.demand_version):
        yield "VERSION"
    if held is not None and (fingerprint(offer), fingerprint(demand)) != (
        held.offer_terms,
        held.demand_terms,
    ):
        yield "VERSION"
    if {offer.status, demand.status} & {"draft", "withdrawn", "expired"}:
        yield "CLOSED"
    own = offer.terms if proposal.side == "offer" else demand.terms
    if own.pack_multiple and proposal.quantity % own.pack_multiple:
        yield "PACK"
    if proposal.quantity < own.min_lot:
        yield "MIN_LOT"
    if proposal.side == "offer":
        least = least_price(own, proposal.quantity)
        if least is not None and proposal.farm_gate_price < least:
            yield "PRICE"
    else:
        most = most_price(own)
        if most is not None and proposal.price > most:
            yield "PRICE"
    if proposal.quantity > min(offer.remaining, demand.remaining) + (held.quantity if held else 0):
        yield "QUANTITY"


def _in_the_way(code: str, found: Counter) -> Conflict:
    zh, en = _WORDS[code]
    present = {
        "counter": {
            "id": str(found.id),
            "side": found.side,
            "round": found.round,
            "quantity": to_number(found.quantity, QUANTITY_SCALE),
            "price": to_number(round(found.price, -4), PRICE_SCALE),
        }
    }
    return Conflict(code, zh, en, present)


_WORDS = {
    "own-counter": (
        "您的还价还在等待答复; 要改请先撤回",
        "Yours waits for an answer; withdraw it to change it",
    ),
    "rounds-over": ("还价次数已用完", "All rounds of counter-offers are used up"),
    "countered": ("另一方已还价, 数量或价格与此不同", "The other side has countered with other terms"),
}
