"""What holds of an order beside its terms: facts of its county and its party, which change without the poster."""

from __future__ import annotations

from dataclasses import dataclass

from duijie_shared.events.base import EvidenceLevel


@dataclass(frozen=True, slots=True)
class Facts:
    """The designations of the county, and what evidence on record attests, on the day of a snapshot."""

    designations: tuple[str, ...] = ()
    evidence: EvidenceLevel = "self_declared"
    certificates: tuple[str, ...] = ()
