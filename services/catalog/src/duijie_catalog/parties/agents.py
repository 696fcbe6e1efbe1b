"""Service sites act for producers: under a recorded consent, within its scope, on its days."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from duijie_shared.posting import FieldError, PostingError
from duijie_shared.service.errors import Refusal, not_found

from duijie_catalog.clock import day_of
from duijie_catalog.domain.consents import ACTS, Act, Consent
from duijie_catalog.domain.order import Order
from duijie_catalog.parties import consents, documents, party_access

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from duijie_catalog.domain.capacity import Capacity
    from duijie_catalog.handlers import Caller
    from duijie_catalog.kinds import Kind
    from duijie_catalog.unit_of_work import UnitOfWork

CONSENT_FIELDS = ("site", "scope", "valid_from", "valid_to", "document_sha256")
_SCOPE: dict[str, Act] = {act: act for act in ACTS}


def split(kind: Kind, fields: Mapping[str, object]) -> tuple[UUID | None, dict[str, object]]:
    """For whom an offer is posted (None: its poster), and its other fields. Other kinds have no such field."""
    others = dict(fields)
    if kind.name != "offers" or (named := others.pop("on_behalf_of", None)) is None:
        return None, others
    try:
        return UUID(str(named)), others
    except ValueError:
        raise PostingError(
            [FieldError("on_behalf_of", "not-an-id", "应为主体编号 (UUID)", "must be a party's id (UUID)")]
        ) from None


def place(
    uow: UnitOfWork, caller: Caller, behalf: UUID | None, now: dt.datetime
) -> tuple[UUID, int, UUID | None]:
    """Whose a new posting is, its place in the posting order, and the site that posts it for them.

    Raises
    ------
    Refusal
        403 for a caller that is no party, for a site without consent, and where either is not approved.
    """
    if caller.party_id is None:
        raise Refusal(403, "no-party", "只有主体可以发布", "Only a party may post")
    if behalf is None or behalf == caller.party_id:
        return caller.party_id, party_access.place_of(uow, caller.party_id), None
    if not consents.allowing(uow.session, behalf, caller.party_id, "post", day_of(now)):
        raise _no_consent()
    party_access.must_trade(uow, caller.party_id)
    return behalf, party_access.place_of(uow, behalf), caller.party_id


def sees(uow: UnitOfWork, caller: Caller, found: Order | Capacity, now: dt.datetime) -> bool:
    """Whether the caller is the party, or the site that posted this for it and may still act for it."""
    if caller.party_id is None:
        return False
    if found.party_id == caller.party_id:
        return True
    posted_it = isinstance(found, Order) and found.posted_by == caller.party_id
    return posted_it and consents.allowing(uow.session, found.party_id, caller.party_id, None, day_of(now))


def must_act(uow: UnitOfWork, caller: Caller, found: Order | Capacity, act: Act, now: dt.datetime) -> None:
    """403 unless the caller may do this to a posting that it sees."""
    if found.party_id == caller.party_id:
        return
    if caller.party_id is None:
        raise Refusal(
            403, "not-yours", "只有发布者可以修改或撤回", "Only its poster may amend or withdraw it"
        )
    if not consents.allowing(uow.session, found.party_id, caller.party_id, act, day_of(now)):
        raise _no_consent()
    if act != "withdraw":
        party_access.must_trade(uow, caller.party_id)


def principals(uow: UnitOfWork, caller: Caller, kind: Kind, now: dt.datetime) -> list[UUID]:
    """The parties for which the caller may act; none unless it is a site and these are offers."""
    if caller.role != "site" or caller.party_id is None or kind.name != "offers":
        return []
    return consents.principals(uow.session, caller.party_id, day_of(now))


def record(
    uow: UnitOfWork, caller: Caller, party_id: UUID, fields: Mapping[str, object], now: dt.datetime
) -> Consent:
    """A producer's consent, entered by itself or by staff who have its signed paper.

    Raises
    ------
    PostingError, Refusal
        Naming the fields; 404 where the caller may not see the party, 403 for staff of another area, 409 for a
        party that is no producer.
    """
    party = party_access.theirs(uow, caller, party_id)
    read = documents.fields(fields, CONSENT_FIELDS)
    read.require(*(name for name in CONSENT_FIELDS if name != "scope"))
    site_id = documents.id_of(read, "site")
    scope = documents.words_of(read, "scope", _SCOPE)
    days = documents.days_of(read, "valid_from", "valid_to", day_of(now))
    digest = documents.digest_of(read)
    site = uow.parties.get(site_id) if site_id else None
    if site_id and (site is None or site.terms.kind != "site"):
        read.refuse("site", "not-a-site", "不是服务站点", "is no service site")
    read.finish()
    if party.terms.kind != "producer":
        raise Refusal(
            409, "not-a-producer", "只有生产者可以委托站点", "Only a producer lets a site act for it"
        )
    if site is None or days is None or digest is None:
        raise AssertionError("a missing field was not refused")
    made = Consent(
        id=uuid4(),
        party_id=party.id,
        site_id=site.id,
        scope=scope,
        valid_from=days[0],
        valid_to=days[1],
        document_sha256=digest,
        created_at=now,
        created_by=caller.actor,
    )
    consents.add(uow.session, made)
    return made


def given(uow: UnitOfWork, caller: Caller, party_id: UUID) -> list[Consent]:
    """The consents that a party gave or was given; 404 where the caller may not see the party."""
    party_access.seen(uow, caller, party_id)
    return consents.of_party(uow.session, party_id)


def revoke(uow: UnitOfWork, caller: Caller, party_id: UUID, consent_id: UUID, now: dt.datetime) -> Consent:
    """Taken back by the producer, by the site, or by staff of the area; doing it again changes nothing."""
    party_access.theirs(uow, caller, party_id)
    consent = consents.get(uow.session, consent_id)
    if consent is None or party_id not in {consent.party_id, consent.site_id}:
        raise not_found()
    revoked = consent.revoke(caller.actor, now)
    if revoked is not consent:
        consents.save_revocation(uow.session, revoked)
    return revoked


def _no_consent() -> Refusal:
    return Refusal(
        403,
        "no-consent",
        "没有该主体的有效委托",
        "The party has given no consent to this, or it does not hold today",
    )
