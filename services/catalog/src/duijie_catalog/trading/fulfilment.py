"""Shipments and ratings of deals, and the record that a party earns by them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from duijie_shared.posting.fields import Fields
from duijie_shared.service.errors import FieldError, Refusal, not_found, unprocessable
from duijie_shared.values import QUANTITY_SCALE, to_number
from sqlalchemy import text
from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.domain.fulfilment import (
    OUTCOMES,
    REASONED,
    SAYS,
    SHIPMENT_REASONS,
    BeyondDealError,
    Fulfilment,
    Outcome,
    Shipment,
    ShipmentReason,
)
from duijie_catalog.domain.limits import MOST_QUANTITY
from duijie_catalog.tables import RatingRow, ShipmentRow
from duijie_catalog.trading import deal_rows, deals
from duijie_catalog.trading.pairs import locked_pair

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duijie_shared.events.base import Side

    from duijie_catalog.domain.deal import Deal
    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Entry:
    """What a side says of part of a deal, read from a body."""

    outcome: Outcome
    quantity: int
    reason: ShipmentReason | None
    day: dt.date


@dataclass(frozen=True)
class Record:
    """What a party's deals have come to: how many, how many fulfilled, how it is rated."""

    deals: int
    fulfilled: int
    with_shortage: int
    with_rejection: int
    ratings: int
    stars: float | None


def entry_of(fields: Mapping[str, object], today: dt.date) -> Entry:
    """Read a body. `quantity` in pricing units; `short` and `rejected` need a reason and nothing else takes one.

    Raises
    ------
    PostingError
        Naming every field that cannot be accepted.
    """
    read = Fields(fields, ("outcome", "quantity", "reason", "day"), "json")
    read.require("outcome", "quantity")
    outcome = read.choice("outcome", OUTCOMES)
    quantity = read.positive("quantity", most=MOST_QUANTITY, decimals=3)
    reason = read.choice("reason", SHIPMENT_REASONS)
    day = read.date("day") or today
    if outcome in REASONED:
        read.require("reason")
    elif outcome is not None and read.has("reason"):
        read.refuse("reason", "not-taken", f"“{outcome}”不含原因", f"is no part of {outcome}")
    if day > today:
        read.refuse("day", "out-of-range", "不能是将来的日期", "must not lie ahead")
    read.finish()
    if outcome is None or quantity is None:
        raise AssertionError("a missing outcome or quantity was not refused")
    return Entry(outcome, int(quantity * QUANTITY_SCALE), reason, day)


def add(uow: UnitOfWork, caller: Caller, deal_id: UUID, entry: Entry, now: dt.datetime) -> Shipment:
    """An entry by one side of a deal: the seller says what it sent, the buyer what came of it.

    Raises
    ------
    Refusal
        404 for another party's deal, 403 for who is no party or says what is the other side's to say, 409 for a hold,
        and for more than the deal.
    """
    deal, side = _own(uow, caller, deal_id)
    if entry.outcome not in SAYS[side]:
        raise Refusal(
            403, "other-sides-word", "这由另一方登记", "That is for the other side of the deal to say"
        )
    try:
        Fulfilment.of(deal.quantity, of_deal(uow, deal_id)).must_take(side, entry.quantity)
    except BeyondDealError as error:
        left = to_number(error.left, QUANTITY_SCALE)
        raise Refusal(
            409,
            "beyond-deal",
            f"超出成交数量: 还可登记 {left} {deal.unit}",
            f"Beyond the deal: {left} {deal.unit} are left to enter",
        ) from error
    made = Shipment(
        id=uuid4(),
        deal_id=deal_id,
        sequence=uow.sequences(1)[0],
        side=side,
        created_at=now,
        **dataclasses.asdict(entry),
    )
    bulk.insert(uow.session, ShipmentRow, [dataclasses.asdict(made)])
    return made


def rate(
    uow: UnitOfWork, caller: Caller, deal_id: UUID, fields: Mapping[str, object], now: dt.datetime
) -> int:
    """The stars, 1 to 5, that one side gives the other once the deal is fulfilled; again the same changes nothing.

    Raises
    ------
    Refusal
        As `add`; 409 before it is fulfilled, and for other stars than those given.
    """
    stars = fields.get("stars")
    if (
        fields.keys() != {"stars"}
        or isinstance(stars, bool)
        or not isinstance(stars, int)
        or not 1 <= stars <= 5
    ):
        raise unprocessable([_STARS])
    deal, side = _own(uow, caller, deal_id)
    if not Fulfilment.of(deal.quantity, of_deal(uow, deal_id)).fulfilled:
        raise Refusal(409, "not-fulfilled", "收货全部登记后才能评价", "It can be rated once it is fulfilled")
    given = uow.session.get(RatingRow, (deal_id, side))
    if given is not None and given.stars != stars:
        raise Refusal(409, "rated", "已经评价过", "It was rated already")
    if given is None:
        rated = deal.demand_party if side == "offer" else deal.offer_party
        values = {
            "deal_id": deal_id,
            "side": side,
            "rated_party": rated,
            "stars": stars,
            "created_at": now,
        }
        bulk.insert(uow.session, RatingRow, [values])
    return stars


def of_deal(uow: UnitOfWork, deal_id: UUID) -> Sequence[Shipment]:
    """All entries about a deal, oldest first."""
    query = select(ShipmentRow).where(ShipmentRow.deal_id == deal_id).order_by(col(ShipmentRow.sequence))
    return [_shipment(row) for row in uow.session.exec(query.execution_options(populate_existing=True))]


def record_of(uow: UnitOfWork, party_id: UUID) -> Record:
    """What a party's deals have come to."""
    return Record(**uow.session.execute(_RECORD, {"party": party_id}).mappings().one())


def _own(uow: UnitOfWork, caller: Caller, deal_id: UUID) -> tuple[Deal, Side]:
    """A deal under the locks of its orders, and the caller's side of it."""
    ids = deal_rows.orders_of(uow, deal_id)
    if ids is None:
        raise not_found()
    locked_pair(uow, *ids)
    deal = deals.read(uow, caller, deal_id)
    side = deal.side_of(caller.party_id)
    if side is None:
        raise Refusal(403, "no-party", "只有主体可以登记", "Only a party may enter that")
    if deal.status != "dealt":
        raise Refusal(409, "not-dealt", "尚未成交或已解除", "It is no deal")
    return deal, side


def _shipment(row: ShipmentRow) -> Shipment:
    values: dict[str, Any] = {field.name: getattr(row, field.name) for field in dataclasses.fields(Shipment)}
    return Shipment(**values)


_RECORD = text("""
WITH own AS (SELECT id, quantity FROM deals WHERE status = 'dealt' AND (offer_party = :party OR demand_party = :party)),
sums AS (
    SELECT own.id, sum(s.quantity) >= own.quantity done, bool_or(s.outcome = 'short') short,
        bool_or(s.outcome = 'rejected') rejected
    FROM own JOIN shipments s ON s.deal_id = own.id AND s.side = 'demand' GROUP BY own.id, own.quantity
)
SELECT (SELECT count(*) FROM own) deals, count(*) FILTER (WHERE done) fulfilled,
    count(*) FILTER (WHERE short) with_shortage, count(*) FILTER (WHERE rejected) with_rejection,
    (SELECT count(*) FROM ratings WHERE rated_party = :party) ratings,
    (SELECT round(avg(stars), 2)::float FROM ratings WHERE rated_party = :party) stars
FROM sums
""")
_STARS = FieldError("stars", "not-an-option", "应为 1 到 5 的整数", "must be a whole number from 1 to 5")
