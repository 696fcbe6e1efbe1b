"""Exports: what a caller may see of a kind, as rows that an import reads as the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from duijie_shared.events.base import LIVE, OrderStatus
from duijie_shared.geography import counties
from duijie_shared.posting.columns import COLUMNS, FileKind
from sqlalchemy import ARRAY, Uuid, any_, literal
from sqlmodel import col, select

from duijie_catalog.domain.order import Order
from duijie_catalog.domain.party import Party
from duijie_catalog.kinds import KINDS
from duijie_catalog.posted import fields_of
from duijie_catalog.tables import PartyRow
from duijie_catalog.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from duijie_shared.sheets.values import Value

    from duijie_catalog.domain.capacity import Capacity
    from duijie_catalog.handlers import Caller

    Exported = Order | Capacity | Party

PAGE = 500
PRIVATE = frozenset(
    ("contact", "latitude", "longitude", "to_latitude", "to_longitude", "reserve_price", "area", "note")
)
"""Columns of one's own export alone. In another's file they are left out, and an import of it leaves them as they are."""


@dataclass(frozen=True)
class Wanted:
    """What to export. `status` None is all that has not ended; `area` is a prefix of county codes."""

    kind: FileKind
    status: OrderStatus | None = None
    area: str | None = None


def left_out(kind: FileKind, caller: Caller) -> frozenset[str]:
    """The columns that this caller's file does not have."""
    return frozenset() if caller.party_id is not None else PRIVATE.intersection(COLUMNS[kind])


def rows(transaction: Callable[[], Any], wanted: Wanted, caller: Caller) -> Iterator[Mapping[str, Value]]:
    """The rows of a file, in posting order, read page by page, each in a transaction of its own.

    So whoever reads slowly holds nothing up; what changes meanwhile is written as it is when its page is read. A
    posting without a row key has its id there, by which an import knows it again. What a demand opened itself (its
    instances, its children) is no row: it follows from its demand.
    """
    hidden = left_out(wanted.kind, caller)
    after: int | None = 0
    while after is not None:
        with transaction() as uow:
            found = _page(uow, wanted, caller, after)
            names = _row_keys(uow, [each.party_id for each in found if not isinstance(each, Party)])
        for each in found:
            if _wanted(wanted, each):
                yield {name: value for name, value in _row(each, names).items() if name not in hidden}
        after = found[-1].sequence if len(found) == PAGE else None


def _page(uow: UnitOfWork, wanted: Wanted, caller: Caller, after: int) -> Sequence[Exported]:
    if wanted.kind != "parties":
        repository = KINDS[wanted.kind].repository(uow)
        return repository.page(after=after, limit=PAGE, status=wanted.status, party_id=caller.party_id)
    if caller.party_id is None:
        return uow.parties.page(after=after, limit=PAGE)
    own = uow.parties.get(caller.party_id)
    return [own] if own is not None and own.sequence > after else []


def _wanted(wanted: Wanted, each: Exported) -> bool:
    if isinstance(each, Order) and (each.parent_id or each.standing_id) is not None:
        return False
    if not isinstance(each, Party) and wanted.status is None and each.status not in {"draft", *LIVE}:
        return False
    if wanted.area is None:
        return True
    county = counties().resolve(each.terms.county or "").code
    return county is not None and county.startswith(wanted.area)


def _row_keys(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, str]:
    wanted = any_(literal(list(set(ids)), ARRAY(Uuid)))
    return dict(
        uow.session.exec(select(PartyRow.id, PartyRow.row_key).where(col(PartyRow.id) == wanted)).all()
    )


def _row(each: Exported, names: Mapping[UUID, str]) -> Mapping[str, Value]:
    fields = cast("dict[str, Value]", fields_of(each.terms))
    if isinstance(each, Party):
        return {"row_key": each.row_key, **fields}
    return {"row_key": each.row_key or str(each.id), "party": names[each.party_id], **fields}
