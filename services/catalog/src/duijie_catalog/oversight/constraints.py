"""Pins, forbids and limits as staff set and end them; declines are read here too, but are their parties' own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog
from duijie_shared.geography.areas import covers
from duijie_shared.posting.fields import Fields
from duijie_shared.service.errors import Refusal, not_found
from duijie_shared.values import QUANTITY_SCALE

from duijie_catalog.domain.constraint import (
    LIMITS,
    PAIRS,
    STAFF_KINDS,
    STAFF_REASONS,
    Constraint,
    StaffKind,
    StaffReason,
)
from duijie_catalog.domain.limits import MOST_QUANTITY
from duijie_catalog.parties import party_access
from duijie_catalog.trading import constraint_rows
from duijie_catalog.trading.pairs import id_of, locked_pair

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork

log = structlog.get_logger()

KNOWN = ("kind", "offer", "demand", "party", "quantity", "reason", "note")
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Wish:
    """What staff ask for, read from a body."""

    kind: StaffKind
    offer: UUID | None
    demand: UUID | None
    party: UUID | None
    quantity: int | None
    reason: StaffReason
    note: str | None


def wish_of(fields: Mapping[str, object]) -> Wish:
    """Read a body. A pin or a forbid names `offer` and `demand`, a limit `party` and `quantity`, in pricing units.

    Raises
    ------
    PostingError
        Naming every field that cannot be accepted.
    """
    read = Fields(fields, KNOWN, "json")
    read.require("kind", "reason")
    kind, reason = read.choice("kind", STAFF_KINDS), read.choice("reason", STAFF_REASONS)
    ids = {name: id_of(read, name) for name in ("offer", "demand", "party")}
    quantity = read.positive("quantity", most=MOST_QUANTITY, decimals=3, zero=kind == "maximum")
    note = read.text("note", longest=LONGEST_NOTE, lines=True)
    wanted, needless = _subject(kind)
    read.require(*wanted)
    for name in needless:
        if read.has(name):
            read.refuse(name, "not-taken", f"“{kind}”不含此项", f"is no part of a {kind}")
    read.finish()
    if kind is None or reason is None:
        raise AssertionError("a missing kind or reason was not refused")
    units = None if quantity is None else int(quantity * QUANTITY_SCALE)
    return Wish(kind, ids["offer"], ids["demand"], ids["party"], units, reason, note)


def set_(uow: UnitOfWork, caller: Caller, wish: Wish, now: dt.datetime) -> Constraint:
    """A new constraint by staff.

    Raises
    ------
    Refusal
        404 for orders or a party that are not there or outside the caller's area; 409 `closed` for an order that
        has ended, `constraint-stands` where one like it, or its contrary, is active: end that first.
    """
    made = _limit(uow, caller, wish, now) if wish.kind in LIMITS else _pair(uow, caller, wish, now)
    constraint_rows.store(uow, [made], now)
    log.info("constraint set", id=str(made.id), kind=made.kind, reason=made.reason, key=str(caller.key_id))
    return made


def read(uow: UnitOfWork, caller: Caller, id: UUID, *, lock: bool = False) -> Constraint:  # noqa: A002
    """The constraint, if it touches the caller's area; otherwise 404."""
    found = constraint_rows.get(uow, id, lock=lock)
    if found is None or not _within(caller, *found.counties):
        raise not_found()
    return found


def end(uow: UnitOfWork, caller: Caller, id: UUID, now: dt.datetime) -> Constraint:  # noqa: A002
    """The constraint, ended; again, it changes nothing. 409 for a decline, which is its party's to take back."""
    found = read(uow, caller, id, lock=True)
    if found.kind == "decline":
        raise Refusal(
            409,
            "partys-own",
            "这是一方自己的拒绝, 只能由该方撤回",
            "A party's own no; that party alone takes it back",
        )
    ended = found.end("ended-by-staff", caller.actor, now)
    if ended is not found:
        constraint_rows.store(uow, [ended], now)
        log.info("constraint ended", id=str(id), kind=ended.kind, key=str(caller.key_id))
    return ended


def stands(found: Constraint) -> Refusal:
    """409: one that is active is in the way."""
    return Refusal(
        409,
        "constraint-stands",
        f"已有生效的约束 {found.id} ({found.kind}), 请先结束它",
        f"The constraint {found.id} ({found.kind}) stands; end it first",
    )


def _pair(uow: UnitOfWork, caller: Caller, wish: Wish, now: dt.datetime) -> Constraint:
    if wish.offer is None or wish.demand is None or wish.kind not in PAIRS:
        raise AssertionError("a missing order was not refused")
    offer, demand = locked_pair(uow, wish.offer, wish.demand)
    if not _within(caller, offer.terms.county, demand.terms.county):
        raise not_found()
    for order in (offer, demand):
        if order.status in {"withdrawn", "expired", "draft"}:
            raise Refusal(409, "closed", "订单未开放或已结束", "An order is a draft or has ended")
    for found in constraint_rows.active_of_pair(uow, offer.id, demand.id):
        if found.set_by == "staff":
            raise stands(found)
    return Constraint.of_pair(
        "pin" if wish.kind == "pin" else "forbid",
        offer,
        demand,
        identity=uuid4(),
        set_by="staff",
        reason=wish.reason,
        actor=caller.actor,
        sequence=uow.sequences(1)[0],
        now=now,
        quantity=wish.quantity,
        note=wish.note,
    )


def _limit(uow: UnitOfWork, caller: Caller, wish: Wish, now: dt.datetime) -> Constraint:
    if wish.party is None:
        raise AssertionError("a missing party was not refused")
    party = party_access.seen(uow, caller, wish.party, lock=True)
    if not _within(caller, party.terms.county):
        raise not_found()
    standing = {str(found.kind): found for found in constraint_rows.active_of_party(uow, party.id)}
    if wish.kind in standing:
        raise stands(standing[wish.kind])
    _must_leave_room(wish, standing)
    return Constraint(
        id=uuid4(),
        sequence=uow.sequences(1)[0],
        kind=wish.kind,
        party_id=party.id,
        party_county=party.terms.county,
        quantity=wish.quantity,
        set_by="staff",
        reason=wish.reason,
        note=wish.note,
        set_by_actor=caller.actor,
        created_at=now,
        updated_at=now,
    )


def _must_leave_room(wish: Wish, standing: Mapping[str, Constraint]) -> None:
    other = standing.get("maximum" if wish.kind == "minimum" else "minimum")
    if other is None or other.quantity is None or wish.quantity is None:
        return
    least, most = (
        (wish.quantity, other.quantity) if wish.kind == "minimum" else (other.quantity, wish.quantity)
    )
    if least > most:
        raise stands(other)


def _subject(kind: StaffKind | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that a kind needs, and those that it does not take."""
    match kind:
        case "pin":
            return ("offer", "demand"), ("party",)
        case "forbid":
            return ("offer", "demand"), ("party", "quantity")
        case "minimum" | "maximum":
            return ("party", "quantity"), ("offer", "demand")
        case None:
            return (), ()


def _within(caller: Caller, *counties: str | None) -> bool:
    return caller.county is None or any(covers(caller.county, county) for county in counties)
