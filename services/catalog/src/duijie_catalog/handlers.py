"""Use cases: what a caller may have done to postings and parties. Each runs inside one unit of work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from duijie_shared.events.parties import PartyStatus
from duijie_shared.service.errors import not_found

from duijie_catalog import posted, statuses
from duijie_catalog.clock import day_of
from duijie_catalog.demands import families
from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.party import Party
from duijie_catalog.domain.verification import Actor
from duijie_catalog.kinds import Kind, party_id_of
from duijie_catalog.oversight import quotas, screening
from duijie_catalog.parties import agents, party_access
from duijie_catalog.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Caller:
    """Who asks. `party_id` is None for staff and the operator, who see every party's postings.

    `county` is the area that a member of staff is for, None for the whole platform.
    """

    party_id: UUID | None
    role: str
    key_id: UUID | None = None
    county: str | None = None
    label: str = ""

    @property
    def actor(self) -> Actor:
        """Who they are in a history. All who show no key of their own count as one and the same."""
        return Actor(self.key_id or UUID(int=0), self.role, self.county, self.label, self.party_id)

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
        403 for a caller that is no approved party, or has no consent of the party it posts for; 429 or 409 past
        a quota.
    """
    kind = kind.reading(uow.grades)
    behalf, fields = agents.split(kind, fields)
    status, fields = statuses.split(fields)
    terms = statuses.judged(kind, fields, day_of(now), status, ("draft", "open"))
    party_id, sequence, site_id = agents.place(uow, caller, behalf, now)
    if kind.aggregate is Order:
        quotas.admit(uow, party_id, now)
    made = kind.aggregate.post(uuid4(), sequence, party_id, terms, now, draft=status == "draft")
    if isinstance(made, Order) and site_id is not None:
        made = replace(made, posted_by=site_id)
    uow.store([made], now, screening.turns([made]))
    return made


def read(
    uow: UnitOfWork,
    kind: Kind,
    caller: Caller,
    id: UUID,  # noqa: A002
    now: dt.datetime,
    *,
    lock: bool = False,
) -> Order | Capacity:
    """The posting, if the caller may see it; otherwise 404. What was never published is there for its poster alone."""
    found: Order | Capacity | None = kind.repository(uow).get(id, lock=lock)
    if found is None:
        raise not_found()
    operator = caller.party_id is None
    if not (operator and found.published) and not agents.sees(uow, caller, found, now):
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
    Refusal
        409 for the child of a demand for a category.
    """
    kind = kind.reading(uow.grades)
    current: Any = read(uow, kind, caller, id, now, lock=True)
    agents.must_act(uow, caller, current, "amend", now)
    families.must_be_whole(current)
    party_access.must_trade(uow, current.party_id)
    current.at_version(expected)
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
        uow.store([amended], now, screening.turns([amended]))
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
    current = read(uow, kind, caller, id, now, lock=True)
    agents.must_act(uow, caller, current, "withdraw", now)
    families.must_be_whole(current)
    withdrawn = current.withdraw(now, expected)
    if withdrawn is not current:
        uow.store([withdrawn], now)
    return withdrawn


def parties(
    uow: UnitOfWork,
    caller: Caller,
    *,
    row_key: str | None,
    status: PartyStatus | None,
    after: int,
    limit: int,
) -> Sequence[Party]:
    """Parties in the order they were entered; a party sees itself alone."""
    if row_key is not None:
        ids = [party_id_of(row_key)]
    elif caller.party_id is not None:
        ids = [caller.party_id]
    else:
        return uow.parties.page(after=after, limit=limit, status=status)
    found = [uow.parties.get(id_) for id_ in ids if caller.may_see(id_)]
    known = [each for each in found if each is not None and each.sequence > after]
    return [each for each in known if status in {None, each.status}]
