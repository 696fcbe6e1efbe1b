"""`matches-v1`, `plans-v1`, `diagnoses-v1`: what the matcher proposes, adds up, and says of what is left short."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from pydantic import Field

from duijie_shared.events.base import Contract, Feature, MatchKind, ShortCode, Side


class Reasons(Contract):
    """The same sentences in both languages, in the same order."""

    zh: tuple[str, ...]
    en: tuple[str, ...]


class ScorePart(Contract):
    """One feature's share of a score. `points` has two decimals, so that the parts add up exactly.

    `value` is coarse enough (distance to 5 km, margin from a landed cost rounded to 0.01 CNY) to be shown
    to both sides before a deal without giving a place away.
    """

    feature: Feature
    value: float
    points: float


class MatchVersion(Contract):
    """What made the match: the versions of both orders, of the policy and of the scorecard."""

    offer: int
    demand: int
    policy: int
    scorecard: str


class Tilt(Contract):
    """The designations of the offer's county that the policy prefers, and the bonus as a share of the bid."""

    designations: tuple[str, ...]
    bonus: float


class MatchRecord(Contract):
    """One pair that may trade. Integers as in `values`; `distance_m` is the great circle, not the road.

    A withdrawn record is the last proposal with `status` "withdrawn" and `withdrawn_at` set; it is
    followed by a tombstone seven days later. Prices are None where negotiable on both sides.
    """

    match_id: UUID
    version: MatchVersion
    kind: MatchKind
    status: str = Field(pattern="^(proposed|withdrawn)$")
    market: str
    product: str
    unit: str
    """The pricing unit: kg, or the product's piece unit."""
    offer_id: UUID
    demand_id: UUID
    offer_party: UUID
    demand_party: UUID
    offer_county: str | None
    demand_county: str | None
    quantity: int
    score: float
    parts: tuple[ScorePart, ...]
    ask_price: int | None
    bid_price: int | None
    landed_cost: int | None
    suggested_price: int | None
    farm_gate_price: int | None
    """The suggested price less the transport: what it comes to at the farm gate."""
    distance_m: int
    transport_cost: int
    route: tuple[str, ...] = ()
    tilt: Tilt
    reasons: Reasons
    as_of: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None


class PlanRecord(Contract):
    """The totals of one clearing of one market, recomputed from its lines outside the solver.

    `welfare` and `objective` are in 1e-9 CNY (quantity x price units), `cleared_quantity` in thousandths
    of the pricing unit; `welfare_bound` is an upper bound on the objective where pairs were pruned, else
    None.
    """

    market: str
    policy: int
    as_of: dt.datetime | None
    welfare: int
    objective: int
    cleared_quantity: int
    tilt_share: float
    feasible_pairs: int
    objective_bound: int | None = None
    offers: int
    demands: int


class Diagnosis(Contract):
    """Why one order is left short, the commonest reason first. `short_by` as a quantity."""

    order_id: UUID
    version: int
    party_id: UUID
    market: str
    unit: str
    side: Side
    short_by: int
    codes: tuple[ShortCode, ...]
    reasons: Reasons
