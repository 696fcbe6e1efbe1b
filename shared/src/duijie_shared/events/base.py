"""What all event bodies have in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A frozen event body.

    Unknown fields are ignored on reading, so that an old consumer survives a newer producer; a value of
    the wrong type is refused, never coerced, and so is a number that JSON cannot carry (NaN, Infinity).
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


Side = Literal["offer", "demand"]
Temperature = Literal["ambient", "chilled", "frozen"]
OrderStatus = Literal["draft", "open", "reserved", "partly_filled", "closed", "withdrawn", "expired"]
"""The life of an order: `reserved` while holds have taken all that is left, `partly_filled` once a deal has
taken some of it, `closed` once deals have taken all. A draft is known to its poster alone."""
LIVE: frozenset[OrderStatus] = frozenset({"open", "reserved", "partly_filled"})
"""Statuses in which an order still has something to trade or to settle."""
EvidenceLevel = Literal["self_declared", "county_recommended", "inspected", "laboratory"]
EVIDENCE_LEVELS: tuple[EvidenceLevel, ...] = (
    "self_declared",
    "county_recommended",
    "inspected",
    "laboratory",
)
"""How well an offer's facts are attested, weakest first."""
MatchStatus = Literal["proposed", "held", "dealt", "withdrawn"]
MatchKind = Literal["plan", "alternative"]
Activity = Literal[
    "grading", "packing", "precooling", "cold_storage", "processing", "line_haul", "local_delivery"
]
PartyKind = Literal["producer", "buyer", "processor", "storage", "carrier", "site"]
Role = Literal["producer", "buyer", "processor", "storage", "carrier", "site", "staff", "admin"]
Feature = Literal["grade", "quantity", "price", "distance", "tilt"]
GateCode = Literal[
    "PRODUCT", "GRADE", "WINDOW", "PRICE", "MIN_LOT", "ORIGIN", "CERTIFICATE", "OWN_PARTY",
    "EVIDENCE", "PACK", "FRESHNESS", "FORBIDDEN", "RADIUS",
]  # fmt: skip
ChangeField = Literal[
    "price", "grade", "evidence", "certificates", "origin_counties", "window_from", "window_to", "harvest_date",
    "remaining", "min_lot", "pack_multiple",
]  # fmt: skip
"""Fields of an order that its poster could change so that a counterpart fits."""
ConditionCode = Literal["TILT_FLOOR", "SMALL_SHARE", "PARTY_SHARE"]
"""Conditions on a whole plan that may leave an order short: the tilt's floor, and the guards."""
ShortCode = Literal[
    "PRODUCT", "GRADE", "WINDOW", "PRICE", "MIN_LOT", "ORIGIN", "CERTIFICATE", "OWN_PARTY",
    "EVIDENCE", "PACK", "FRESHNESS", "FORBIDDEN", "RADIUS", "QUANTITY", "PARTY_LIMIT",
    "COLD_GAP", "GRADE_GAP", "PACKING_GAP", "STORAGE_GAP", "PROCESSING_GAP", "HAUL_GAP",
    "TILT_FLOOR", "SMALL_SHARE", "PARTY_SHARE",
]  # fmt: skip
"""Why an order is left short: a gate that its nearest counterparts fail, QUANTITY where those that pass are used up,
PARTY_LIMIT where the maximum of its own or their parties is reached, or a GAP: the capacity that would join them is
not posted or used up; or a condition on the whole plan."""
