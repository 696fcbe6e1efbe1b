"""Standing demands: post, amend, end, and open what is due of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal
from uuid import UUID, uuid4

import structlog
from duijie_shared.posting import FieldError, PostingError
from duijie_shared.posting.categories import parse_any_demand
from duijie_shared.service.errors import Refusal, not_found

from duijie_catalog.clock import day_of
from duijie_catalog.demands import standing_fields
from duijie_catalog.demands.standing_rows import StandingDemands
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.standing import EndedError, StandingDemand, StandingTerms
from duijie_catalog.oversight import quotas, screening
from duijie_catalog.parties import party_access
from duijie_catalog.unit_of_work import UnitOfWork, unit_of_work

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from duijie_catalog.handlers import Caller

log = structlog.get_logger()

AT_A_TIME = 20
"""Standing demands in one transaction of the clock; each may open several instances."""
MOST_STANDING = 200
"""Of one party that have not ended."""
AT_ONCE = 5
"""Instances that posting or amending opens itself; the clock's next turn opens the others."""


def post(uow: UnitOfWork, caller: Caller, fields: Mapping[str, object], now: dt.datetime) -> StandingDemand:
    """A new standing demand of the caller's; what is due of it is open at once.

    Raises
    ------
    PostingError
        Naming every field that cannot be accepted.
    Refusal
        403 for a caller that is no approved party; 429 or 409 past a quota, which is judged here for all instances.
    """
    terms = judged(uow, fields, now)
    if caller.party_id is None:
        raise Refusal(403, "no-party", "只有主体可以发布", "Only a party may post")
    party_access.must_trade(uow, caller.party_id)
    uow.lock_posting(caller.party_id)
    quotas.admit(uow, caller.party_id, now)
    if StandingDemands(uow.session).standing_of(caller.party_id) >= MOST_STANDING:
        raise _too_many()
    made = StandingDemand.post(uuid4(), uow.sequences(1)[0], caller.party_id, terms, now, day_of(now))
    StandingDemands(uow.session).save(made)
    open_due(uow, made, now, AT_ONCE)
    return made


def judged(uow: UnitOfWork, fields: Mapping[str, object], now: dt.datetime) -> StandingTerms:
    """The terms that the fields say. PostingError names every field that cannot be accepted."""
    terms = standing_fields.parse_standing(fields, day_of(now), uow.grades)
    known = StandingDemands(uow.session).parties_among(terms.suppliers)
    unknown = [_unknown(supplier) for supplier in terms.suppliers if supplier not in known]
    if unknown:
        raise PostingError(unknown)
    return terms


def read(uow: UnitOfWork, caller: Caller, id: UUID, *, lock: bool = False) -> StandingDemand:  # noqa: A002
    """It, if the caller may see it; otherwise 404."""
    found = StandingDemands(uow.session).get(id, lock=lock)
    if found is None or not caller.may_see(found.party_id):
        raise not_found()
    return found


def amend(
    uow: UnitOfWork,
    caller: Caller,
    id: UUID,  # noqa: A002
    expected: int,
    changes: Mapping[str, object],
    now: dt.datetime,
) -> StandingDemand:
    """It with some fields changed, or with `status` paused or open again; instances that are open stay as they are.

    Raises
    ------
    PostingError, StaleVersionError, Refusal
        When the fields, the version or its end forbid it.
    """
    current = _own(read(uow, caller, id, lock=True), caller).at_version(expected)
    party_access.must_trade(uow, current.party_id)
    status = _status(changes, current)
    fields = {name: value for name, value in changes.items() if name != "status"}
    terms = current.terms
    if fields or status == "open":
        # Judged anew on opening it again: what made the last instance fail must be mended first.
        terms = judged(uow, standing_fields.merged(terms, fields), now)
    try:
        amended = current.amend(terms, status, now, day_of(now))
    except EndedError:
        raise Refusal(
            409, "ended", "已终止, 不能再修改; 请重新发布", "It has ended and cannot be changed; post it anew"
        ) from None
    if amended is not current:
        StandingDemands(uow.session).save(amended)
        open_due(uow, amended, now, AT_ONCE)
    return amended


def end(uow: UnitOfWork, caller: Caller, id: UUID, expected: int, now: dt.datetime) -> StandingDemand:  # noqa: A002
    """It, ended: no instance any more, and nothing withdrawn. Ending it again changes nothing."""
    current = _own(read(uow, caller, id, lock=True), caller)
    ended = current.end(expected, now)
    if ended is not current:
        StandingDemands(uow.session).save(ended)
    return ended


def open_due(uow: UnitOfWork, of: StandingDemand, now: dt.datetime, most: int | None = None) -> int:
    """Open the instances that are due and not there yet, `most` at most; how many were opened.

    Its row is new or locked by the caller, so that no two open at once; an order that is there by its id, whatever
    became of it, is never opened again. One that can no longer be posted pauses the standing demand with the reasons.
    """
    rows = StandingDemands(uow.session)
    due = of.due(day_of(now))
    there = rows.opened(due)
    fresh = {id_: window for id_, window in due.items() if id_ not in there}
    opened = 0
    for id_, window in list(fresh.items())[:most]:
        try:
            terms = parse_any_demand(
                of.terms.fields_for(window), source="json", today=day_of(now), grades=uow.grades
            )
        except PostingError as error:
            log.warning("standing demand paused", id=str(of.id), error=str(error))
            rows.save(of.fail(error.errors, now))
            return opened
        order = Order.post(id_, uow.sequences(1)[0], of.party_id, terms, now)
        instance = dataclasses.replace(order, standing_id=of.id)
        uow.store([instance], now, screening.turns([instance]))
        opened += 1
    return opened


def turn(engine: Engine, as_of: dt.datetime, correlation_id: str) -> int:
    """Open what is due of all that are open, and count what was missed; how many instances were opened."""
    opened, after = 0, 0
    while True:
        with unit_of_work(engine, correlation_id) as uow:
            batch = StandingDemands(uow.session).open_ones(after=after, limit=AT_A_TIME)
            for each in batch:
                _settle(uow, each, as_of)
                opened += open_due(uow, each, as_of)
        if len(batch) < AT_A_TIME:
            return opened
        after = batch[-1].sequence


def _settle(uow: UnitOfWork, of: StandingDemand, as_of: dt.datetime) -> None:
    rows = StandingDemands(uow.session)
    over = of.unsettled(day_of(as_of))
    settled = of.settle(len(over) - len(rows.opened(over)), day_of(as_of))
    if settled != of:
        rows.note(settled)


def _status(changes: Mapping[str, object], current: StandingDemand) -> Literal["open", "paused"]:
    given = changes.get("status", current.status)
    if given == "open" or (current.status == "ended" and "status" not in changes):
        return "open"
    if given == "paused":
        return "paused"
    words = "open, paused"
    raise PostingError(
        [FieldError("status", "not-an-option", f"应为其中之一: {words}", f"must be one of: {words}")]
    )


def _own(found: StandingDemand, caller: Caller) -> StandingDemand:
    if found.party_id != caller.party_id:
        raise Refusal(403, "not-yours", "只有发布者可以修改或终止", "Only its poster may amend or end it")
    return found


def _too_many() -> Refusal:
    return Refusal(
        409,
        "too-many-standing-demands",
        f"已有 {MOST_STANDING} 个未终止的常年需求, 达到上限; 请先终止不再需要的",
        f"{MOST_STANDING} standing demands have not ended, the limit of a party; end what is no longer needed",
    )


def _unknown(supplier: UUID) -> FieldError:
    return FieldError(
        "suppliers", "unknown-party", f"没有主体 {supplier}", f"there is no party with the id {supplier}"
    )
