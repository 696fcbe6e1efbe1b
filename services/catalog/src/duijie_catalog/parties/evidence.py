"""Records of evidence and certificates: entered by staff, revocable, seen by the party."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from uuid import uuid4

from duijie_shared.events.base import EVIDENCE_LEVELS
from duijie_shared.posting import common
from duijie_shared.service.errors import Refusal, not_found

from duijie_catalog.clock import day_of
from duijie_catalog.domain.evidence import CERTIFICATE_KINDS, Attestation, AttestationKind
from duijie_catalog.parties import attestations, documents, party_access, rescoring

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork


@dataclasses.dataclass(frozen=True)
class _Form:
    """How one kind of record is written: the field that says what it is, its words, what else it must have."""

    field: str
    options: dict[str, str]
    required: tuple[str, ...]


_SHARED = ("issuer", "document_sha256", "issued_on", "expires_on")
_FORMS: dict[AttestationKind, _Form] = {
    # What a party says of itself needs no record.
    "evidence": _Form("level", {level: level for level in EVIDENCE_LEVELS[1:]}, ("level", *_SHARED)),
    "certificate": _Form(
        "kind",
        common.CERTIFICATES | {kind: kind for kind in CERTIFICATE_KINDS},
        ("kind", "number", *_SHARED),
    ),
}


def record(
    uow: UnitOfWork,
    caller: Caller,
    party_id: UUID,
    kind: AttestationKind,
    fields: Mapping[str, object],
    now: dt.datetime,
) -> Attestation:
    """A new record of a party, which its orders show at once.

    Raises
    ------
    PostingError, Refusal
        Naming the fields; 403 for parties and for staff of another area, 404 where there is no such party.
    """
    _for_staff(caller)
    form = _FORMS[kind]
    read = documents.fields(fields, (*form.required, "product"))
    read.require(*form.required)
    value = read.choice(form.field, form.options)
    product = common.product_of(read, "product")
    number = read.text("number") if kind == "certificate" else None
    issuer = read.text("issuer", longest=200)
    digest = documents.digest_of(read)
    days = documents.days_of(read, "issued_on", "expires_on", day_of(now))
    read.finish()
    if value is None or issuer is None or days is None:
        raise AssertionError("a missing field was not refused")
    party = party_access.theirs(uow, caller, party_id)
    made = Attestation(
        id=uuid4(),
        party_id=party.id,
        kind=kind,
        value=value,
        product=product.slug if product else None,
        number=number,
        issuer=issuer,
        document_sha256=digest,
        issued_on=days[0],
        expires_on=days[1],
        created_at=now,
        created_by=caller.actor,
    )
    attestations.add(uow.session, made)
    rescoring.of_party(uow, party.id, now)
    return made


def records(uow: UnitOfWork, caller: Caller, party_id: UUID, kind: AttestationKind) -> list[Attestation]:
    """All records of a kind, newest first; 404 where the caller may not see the party."""
    party_access.seen(uow, caller, party_id)
    return attestations.of_party(uow.session, party_id, kind)


def revoke(
    uow: UnitOfWork, caller: Caller, party_id: UUID, kind: AttestationKind, record_id: UUID, now: dt.datetime
) -> Attestation:
    """Taken back, which its party's orders show at once; doing it again changes nothing."""
    _for_staff(caller)
    party_access.theirs(uow, caller, party_id)
    known = {each.id: each for each in attestations.of_party(uow.session, party_id, kind)}
    if record_id not in known:
        raise not_found()
    revoked = known[record_id].revoke(caller.actor, now)
    if revoked is not known[record_id]:
        attestations.save_revocation(uow.session, revoked)
        rescoring.of_party(uow, party_id, now)
    return revoked


def _for_staff(caller: Caller) -> None:
    if caller.party_id is not None:
        raise Refusal(403, "operator-only", "仅限运营方", "For the operator only")
