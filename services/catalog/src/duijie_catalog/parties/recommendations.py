"""What a county's recommendation is worth once the platform has approved it: evidence for a year."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import uuid4

from duijie_shared.geography import counties
from duijie_shared.geography.areas import area_prefix

from duijie_catalog.clock import day_of
from duijie_catalog.domain.evidence import Attestation
from duijie_catalog.parties import attestations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from duijie_catalog.domain.party import Party
    from duijie_catalog.domain.verification import Step

HOLDS = dt.timedelta(days=365)
"""From the day of the recommendation on; after that the county looks again."""


def attest(session: Session, party: Party, steps: Sequence[Step], now: dt.datetime) -> None:
    """Put the recommendation that was approved on record."""
    step = [each for each in steps if each.action == "recommend"][-1]
    day = day_of(step.at)
    attestations.add(
        session,
        Attestation(
            id=uuid4(),
            party_id=party.id,
            kind="evidence",
            value="county_recommended",
            product=None,
            issuer=_area_name(step.actor.county or ""),
            document_sha256=None,
            issued_on=day,
            expires_on=day + HOLDS,
            created_at=now,
            created_by=step.actor,
        ),
    )


def _area_name(code: str) -> str:
    """`贵州省毕节市威宁彝族回族苗族自治县 (520526)`, as far down as the area reaches."""
    prefix = area_prefix(code)
    for county in counties():
        if county.code.startswith(prefix):
            parts = (county.province, county.prefecture, county.name_zh)[: len(prefix) // 2]
            return f"{''.join(dict.fromkeys(parts))} ({code})"
    return code
