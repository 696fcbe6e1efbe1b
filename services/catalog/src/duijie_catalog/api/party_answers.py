"""What is known of parties beside their own words, as the JSON that the public sees."""

from __future__ import annotations

from typing import Any

from duijie_catalog.domain.consents import Consent
from duijie_catalog.domain.evidence import Attestation
from duijie_catalog.domain.verification import REASONS, Actor, Step


def step(of: Step, *, staff: bool) -> dict[str, Any]:
    """A line of the history. Which key it was, and how it is labelled, is for staff."""
    return {
        "at": of.at.isoformat(),
        "version": of.party_version,
        "action": of.action,
        "from": of.from_status,
        "to": of.to_status,
        "reasons": [{"code": code, "zh": REASONS[code][0], "en": REASONS[code][1]} for code in of.reasons],
        "note": of.note,
        "actor": _actor(of.actor, staff=staff),
    }


def consent(of: Consent) -> dict[str, Any]:
    """A consent."""
    return {
        "id": str(of.id),
        "party": str(of.party_id),
        "site": str(of.site_id),
        "scope": list(of.scope),
        "valid_from": of.valid_from.isoformat(),
        "valid_to": of.valid_to.isoformat(),
        "document_sha256": of.document_sha256,
        **_trail(of),
    }


def attestation(of: Attestation) -> dict[str, Any]:
    """A record of evidence or a certificate."""
    certificate = of.kind == "certificate"
    return {
        "id": str(of.id),
        "party": str(of.party_id),
        **({"kind": of.value, "number": of.number} if certificate else {"level": of.value}),
        "product": of.product,
        "issuer": of.issuer,
        "document_sha256": of.document_sha256,
        "issued_on": of.issued_on.isoformat(),
        "expires_on": of.expires_on.isoformat(),
        **_trail(of),
    }


def _trail(of: Consent | Attestation) -> dict[str, Any]:
    return {
        "created_at": of.created_at.isoformat(),
        "revoked_at": of.revoked_at and of.revoked_at.isoformat(),
    }


def _actor(of: Actor, *, staff: bool) -> dict[str, Any]:
    known = {"role": of.role, "county": of.county}
    return known | ({"key": str(of.key_id), "label": of.label} if staff else {})
