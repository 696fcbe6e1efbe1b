"""Use cases: what a caller may have done to postings and parties. Each runs inside one unit of work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from duijie_shared.posting import FieldError, parse_party
from duijie_shared.posting.fields import Fields
from duijie_shared.service.errors import Refusal, not_found

from duijie_catalog import posted, statuses
from duijie_catalog.clock import day_of
from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.party import Party
from duijie_catalog.kinds import Kind, party_id_of
from duijie_catalog.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Caller:
    """Who asks. `party_id` is None for staff and the operator, who see every party's postings."""

    party_id: UUID | None
    role: str

    def may_see(self, party_id: UUID) -> bool:
        """Another party's object is as good as absent."""
        return self.party_id is None or self.party_id == party_id


def post(
    uow: UnitOfWork, kind: Kind, caller: Caller, fields: Mapping[str, object], now: dt.datetime
) -> Order | Capacity:
    """A new posting of the caller's; with `status: draft` one that nobody else sees.

    Raises
    ------
    PostingError
        Naming every field that cannot be accepted.
    Refusal
        403 for a caller that is no known party.
    """
    kind = kind.reading(uow.grades)
    status, fields = statuses.split(fields)
    terms = statuses.judged(kind, fields, day_of(now), status, ("draft", "open"))
    sequence = None if caller.party_id is None else uow.sequence_for(caller.party_id)
    if caller.party_id is None or sequence is None:
        raise Refusal(403, "no-party", "只有主体可以发布", "Only a party may post")
    made = kind.aggregate.post(uuid4(), sequence, caller.party_id, terms, now, draft=status == "draft")
    uow.store([made], now)
    return made


def read(uow: UnitOfWork, kind: Kind, caller: Caller, id: UUID, *, lock: bool = False) -> Order | Capacity:  # noqa: A002
    """The posting, if the caller may see it; otherwise 404. What was never published is there for its poster alone."""
    found: Order | Capacity | None = kind.repository(uow).get(id, lock=lock)
    if found is None or not caller.may_see(found.party_id):
        raise not_found()
    if not found.published and found.party_id != caller.party_id:
        raise not_found()
    return found


def amend(
    uow: UnitOfWork,
    kind: Kind,
    caller: Caller,
    id: UUID,  # noqa: A002
    expected: int,
    changes: Mapping[str, object],
    now: dt.datetime,
) -> Order | Capacity:
    """The posting with some fields changed, judged as a whole like a new one; `status: open` opens a draft.

    Raises
    ------
    PostingError, ClosedError, StaleVersionError
        When the fields, the status or the version forbid it.
    """
    kind = kind.reading(uow.grades)
    current: Any = _own(read(uow, kind, caller, id, lock=True), caller).at_version(expected)
    status, changes = statuses.split(changes)
    allowed = ("draft", "open") if current.status == "draft" else ("open",)
    terms = statuses.judged(kind, posted.merged(current.terms, changes), day_of(now), status, allowed)
    amended: Order | Capacity
    if status == "open":
        # Only a draft takes a new place; for the others the order's own is as good.
        place = uow.sequences(1)[0] if current.status == "draft" else current.sequence
        amended = current.open(terms, place, now)
    else:
        amended = current.amend(terms, now)
    if amended is not current:
        uow.store([amended], now)
    return amended


def withdraw(
    uow: UnitOfWork,
    kind: Kind,
    caller: Caller,
    id: UUID,  # noqa: A002
    expected: int,
    now: dt.datetime,
) -> Order | Capacity:
    """The posting, taken back; doing it again changes nothing.

    Raises
    ------
    ClosedError, StaleVersionError
        When it is closed or expired, or another change came first.
    """
    current = _own(read(uow, kind, caller, id, lock=True), caller)
    withdrawn = current.withdraw(now, expected)
    if withdrawn is not current:
        uow.store([withdrawn], now)
    return withdrawn


def register(uow: UnitOfWork, fields: Mapping[str, object], now: dt.datetime) -> Party:
    """A new party, entered by the operator under a row key of its own.

    Raises
    ------
    PostingError
        Naming every field that cannot be accepted.
    Refusal
        409 when the row key is another party's.
    """
    keyed = Fields({"row_key": fields.get("row_key")}, ("row_key",), "json")
    keyed.require("row_key")
    row_key = keyed.text("row_key") or ""
    keyed.finish()
    terms = parse_party({name: value for name, value in fields.items() if name != "row_key"}, source="json")
    id_ = party_id_of(row_key)
    if uow.parties.get(id_) is not None:
        taken = FieldError("row_key", "taken", "已被另一主体使用", "is another party's")
        raise Refusal(409, "row-key-taken", "row_key 已被使用", "The row_key is taken", errors=[taken])
    party = Party.register(id_, uow.sequences(1)[0], row_key, terms, now)
    uow.store([party], now)
    return party


def party(uow: UnitOfWork, caller: Caller, id: UUID) -> Party:  # noqa: A002
    """The party, if the caller may see it; otherwise 404."""
    found = uow.parties.get(id) if caller.may_see(id) else None
    if found is None:
        raise not_found()
    return found


def parties(
    uow: UnitOfWork, caller: Caller, *, row_key: str | None, after: int, limit: int
) -> Sequence[Party]:
    """Parties in the order they were entered; a party sees itself alone."""
    if row_key is not None:
        ids = [party_id_of(row_key)]
    elif caller.party_id is not None:
        ids = [caller.party_id]
    else:
        return uow.parties.page(after=after, limit=limit)
    found = [uow.parties.get(id_) for id_ in ids if caller.may_see(id_)]
    return [each for each in found if each is not None and each.sequence > after]


def _own(found: Order | Capacity, caller: Caller) -> Order | Capacity:
    if found.party_id != caller.party_id:
        raise Refusal(
            403, "not-yours", "只有发布者可以修改或撤回", "Only its poster may amend or withdraw it"
        )
    return found
