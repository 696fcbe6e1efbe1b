"""One side's lasting no to a pair, and what keeps a pair from being dealt at all."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from duijie_shared.service.errors import Refusal

from duijie_catalog.domain.constraint import Constraint, DeclineReason
from duijie_catalog.trading import constraint_rows

if TYPE_CHECKING:
    import datetime as dt

    from duijie_shared.events.base import Side

    from duijie_catalog.domain.order import Order
    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork

_ENDED = {"withdrawn", "expired"}


def decline(
    uow: UnitOfWork,
    caller: Caller,
    side: Side,
    offer: Order,
    demand: Order,
    reason: DeclineReason,
    now: dt.datetime,
) -> Constraint:
    """The no of the caller's side to a pair whose orders are locked; said again, the first one stands.

    Raises
    ------
    Refusal
        409 for an order that has ended: there is nothing left to decline.
    """
    if _ENDED & {offer.status, demand.status}:
        raise Refusal(409, "closed", "有订单已结束", "An order has ended")
    standing = _own(uow, side, offer, demand)
    if standing is not None:
        return standing
    made = Constraint.of_pair(
        "decline",
        offer,
        demand,
        identity=uuid4(),
        set_by=side,
        reason=reason,
        actor=caller.actor,
        sequence=uow.sequences(1)[0],
        now=now,
    )
    constraint_rows.store(uow, [made], now)
    return made


def take_back(
    uow: UnitOfWork, caller: Caller, side: Side, offer: Order, demand: Order, now: dt.datetime
) -> Constraint | None:
    """The own no to a pair whose orders are locked, ended; None where there was none."""
    standing = _own(uow, side, offer, demand)
    if standing is None:
        return None
    ended = standing.end("taken-back", caller.actor, now)
    constraint_rows.store(uow, [ended], now)
    return ended


def must_not_be_kept_apart(uow: UnitOfWork, side: Side, offer: Order, demand: Order) -> None:
    """409 where the other side has declined the pair or staff forbid it; both orders are locked."""
    for found in constraint_rows.active_of_pair(uow, offer.id, demand.id):
        if found.kind == "forbid":
            raise Refusal(409, "forbidden-pair", "平台已禁止此配对", "Staff forbid this pair")
        if found.kind == "decline" and found.set_by != side:
            raise Refusal(409, "declined", "另一方已拒绝此配对", "The other side has declined this pair")


def _own(uow: UnitOfWork, side: Side, offer: Order, demand: Order) -> Constraint | None:
    active = constraint_rows.active_of_pair(uow, offer.id, demand.id)
    return next((found for found in active if found.set_by == side), None)
