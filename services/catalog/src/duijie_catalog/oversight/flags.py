"""Flags as staff work them off: listed by area, decided with a note, the last decision stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import structlog
from duijie_shared.geography.areas import area_prefix, covers
from duijie_shared.posting.fields import Fields
from duijie_shared.service.errors import not_found
from sqlmodel import col, select

from duijie_catalog.tables import FlagRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork

log = structlog.get_logger()

FlagStatus = Literal["open", "dismissed", "confirmed"]
DECISIONS: dict[str, FlagStatus] = {status: status for status in get_args(FlagStatus)}


def listed(
    uow: UnitOfWork,
    caller: Caller,
    *,
    status: FlagStatus | None,
    code: str | None,
    order_id: UUID | None,
    after: int,
    limit: int,
) -> Sequence[FlagRow]:
    """Up to `limit` flags in the order in which they were raised; of the caller's area where staff have one."""
    query = select(FlagRow).where(col(FlagRow.sequence) > after)
    if caller.county is not None:
        query = query.where(col(FlagRow.county).startswith(area_prefix(caller.county)))
    for column, wanted in ((FlagRow.status, status), (FlagRow.code, code), (FlagRow.order_id, order_id)):
        if wanted is not None:
            query = query.where(col(column) == wanted)
    return uow.session.exec(query.order_by(col(FlagRow.sequence)).limit(limit)).all()


def decide(
    uow: UnitOfWork,
    caller: Caller,
    id: UUID,  # noqa: A002 - the column's name
    fields: Mapping[str, object],
    now: dt.datetime,
) -> FlagRow:
    """The flag as decided; the order is as it was. Deciding the same again keeps who did so first.

    Raises
    ------
    PostingError
        Naming the fields.
    Refusal
        404 for a flag that there is not, or not in the caller's area.
    """
    read = Fields(fields, ("decision", "note"), "json")
    read.require("decision")
    decision = read.choice("decision", DECISIONS)
    note = read.text("note", longest=2000, lines=True)
    read.finish()
    query = select(FlagRow).where(FlagRow.id == id).with_for_update()
    flag = uow.session.exec(query).first()
    if flag is None or (caller.county is not None and not covers(caller.county, flag.county)):
        raise not_found()
    if decision is None:
        raise AssertionError("a missing decision was not refused")
    if (decision, note) != (flag.status, flag.note):
        reopened = decision == "open"
        flag.status, flag.note = decision, note
        flag.decided_at = None if reopened else now
        flag.decided_by_role = None if reopened else caller.role
        flag.decided_by_key = None if reopened else caller.key_id
        uow.session.add(flag)
        uow.session.flush()
        log.info("flag decided", flag_id=str(id), decision=decision, role=caller.role, key=str(caller.key_id))
    return flag
