"""What holds of an order beside its terms: facts of its county and its party, which change without the poster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from duijie_shared.events.base import EvidenceLevel


@dataclass(frozen=True, slots=True)
class Facts:
    """The designations of the county, and what evidence on record attests, on the day of a snapshot.

    While its party is suspended an order is `barred`: to all others as if it were withdrawn.
    """

    designations: tuple[str, ...] = ()
    evidence: EvidenceLevel = "self_declared"
    certificates: tuple[str, ...] = ()
    barred: bool = False

    def told(self) -> dict[str, Any]:
        """What a snapshot carries under these names."""
        return {
            "designations": self.designations,
            "evidence": self.evidence,
            "certificates": self.certificates,
        }

    def kept(self) -> dict[str, Any]:
        """The same and `barred`, as JSON has them: equal for equal facts."""
        return {
            "designations": list(self.designations),
            "evidence": self.evidence,
            "certificates": list(self.certificates),
            "barred": self.barred,
        }
