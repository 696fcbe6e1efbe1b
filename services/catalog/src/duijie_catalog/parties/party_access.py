"""Which party a caller may see or speak for, and which may trade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_shared.service.errors import Refusal, not_found
from sqlmodel import col, select

from duijie_catalog.domain.verification import STATUS_ZH
from duijie_catalog.parties import attestations
from duijie_catalog.tables import PartyRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from duijie_catalog.domain.party import Party
    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork


def seen(uow: UnitOfWork, caller: Caller, party_id: UUID, *, lock: bool = False) -> Party:
    """The party, if the caller may see it; otherwise 404."""
    found = uow.parties.get(party_id, lock=lock) if caller.may_see(party_id) else None
    if found is None:
        raise not_found()
    return found


def theirs(uow: UnitOfWork, caller: Caller, party_id: UUID) -> Party:
    """The party, locked, if the caller may speak for it: itself, the platform, staff of its area (else 403)."""
    party = seen(uow, caller, party_id, lock=True)
    actor = caller.actor
    if actor.party_id is None and not (actor.platform or actor.serves(party.terms.county)):
        raise outside_area()
    return party


def outside_area() -> Refusal:
    """403 for staff of another area."""
    return Refusal(
        403,
        "outside-area",
        "该主体不在您负责的区域",
        "The party is not in the area that this key is for",
    )


def for_platform(caller: Caller) -> None:
    """403 for staff of one area: what they enter as approved would pass by the four eyes."""
    if not caller.actor.platform:
        raise Refusal(
            403,
            "platform-only",
            "县级工作人员请通过申请登记主体",
            "Staff of one area enter a party by an application",
        )


def must_trade(uow: UnitOfWork, party_id: UUID) -> None:
    """403 unless the party is approved; it stays so until the transaction ends."""
    query = select(PartyRow.status).where(col(PartyRow.id) == party_id).with_for_update(read=True)
    status = uow.session.exec(query).first()
    if status is None:
        raise Refusal(403, "no-party", "只有主体可以发布", "Only a party may post")
    if status != "approved":
        zh = STATUS_ZH[status]  # type: ignore[index]
        raise Refusal(
            403,
            "party-not-approved",
            f"主体{zh}, 核准后才能发布或成交",
            f"The party is {status}; only approved ones post and trade",
        )


def must_deal(uow: UnitOfWork, own_id: UUID, others: Iterable[UUID]) -> None:
    """403 unless the party itself is approved, 409 unless all others are; they stay so until the transaction ends."""
    must_trade(uow, own_id)
    if attestations.barred(uow.session, set(others)):
        raise Refusal(
            409,
            "other-side-suspended",
            "另一方或所用服务方已被暂停, 暂不能成交",
            "The other side, or a party whose capacity is used, is suspended for now",
        )


def place_of(uow: UnitOfWork, party_id: UUID) -> int:
    """The next place in the posting order, for an approved party; otherwise 403. Others of the party wait for theirs."""
    if (sequence := uow.sequence_for(party_id)) is not None:
        return sequence
    must_trade(uow, party_id)
    uow.lock_posting(party_id)
    return uow.sequences(1)[0]
