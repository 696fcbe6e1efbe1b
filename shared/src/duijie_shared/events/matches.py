"""`matches-v1`, `plans-v1`, `diagnoses-v1`: what the matcher proposes, adds up, and says of what is left short."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from pydantic import Field

from duijie_shared.events.base import (
    Activity,
    ChangeField,
    ConditionCode,
    Contract,
    Feature,
    GateCode,
    MatchKind,
    ShortCode,
    Side,
    Temperature,
)


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


class RouteLeg(Contract):
    """One step of a chain, in the order of travel. Quantities in thousandths of the pricing unit of what goes in and
    comes out, `cost` in 1e-6 CNY per pricing unit at the buyer's door: ask (carried through losses and yields)
    and the costs of all legs sum to the landed cost.

    A road has no capacity; its `distance_m` is the great circle. A capacity is booked with `per_day` on each day from
    `first` to `last`.
    """

    activity: Activity | Literal["road"]
    capacity_id: UUID | None = None
    party_id: UUID | None = None
    product: str
    """What leaves the leg."""
    from_county: str | None
    to_county: str | None
    distance_m: int = Field(default=0, ge=0)
    temperature: Temperature
    first: dt.date | None = None
    last: dt.date | None = None
    taken: int = Field(ge=0)
    given: int = Field(ge=0)
    per_day: int = Field(default=0, ge=0)
    cost: int


class PoolShare(Contract):
    """The pooled lot that a line is a part of: `quantity` is what all `members` bring together to this demand."""

    pool_id: UUID
    county: str | None
    members: int = Field(ge=2)
    quantity: int = Field(ge=1)


class MatchRecord(Contract):
    """One pair that may trade, directly (`route` empty) or through capacities; `quantity` is what arrives.

    Integers as in `values`; `distance_m` is the great circle, not the road.

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
    route: tuple[RouteLeg, ...] = ()
    pool: PoolShare | None = None
    tilt: Tilt
    reasons: Reasons
    as_of: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None


class Guard(Contract):
    """What a guard of the policy came to in one market: the share asked for (a cap: at the most), the share reached, and
    what one more unit of it costs in 1e-6 CNY per pricing unit. Of `party_share` it is the largest share of any party, and
    the sum over the parties at the cap.
    """

    kind: Literal["small_share", "party_share"]
    asked: float
    reached: float
    status: Literal["met", "infeasible"]
    shadow_price: int


class PlanRecord(Contract):
    """The totals of one clearing of one market, recomputed from its lines outside the solver.

    `welfare` and `objective` are in 1e-9 CNY (quantity x price units), `cleared_quantity` in thousandths
    of the pricing unit; `objective_bound` is an upper bound on the objective where pairs were pruned, else
    None.

    `tilt_share` is the designated share of what was cleared, by `floor_of`. `shadow_price` is the welfare that one
    more unit of floor costs: 1e-6 CNY per pricing unit, or per CNY where the floor is of value. `welfare_given_up` is
    against the same policy without a floor, in 1e-9 CNY.
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
    floor: float | None = None
    floor_of: Literal["quantity", "value"] = "quantity"
    floor_status: Literal["none", "met", "infeasible"] = "none"
    shadow_price: int | None = None
    welfare_given_up: int | None = None
    floor_reasons: Reasons | None = None
    guards: tuple[Guard, ...] = ()
    floor_scope: Literal["market", "all"] = "market"
    floor_curve: tuple[tuple[int, int], ...] = ()


class Change(Contract):
    """One field that an order would have to change, and from what to what: values as in its snapshot, dates as
    YYYY-MM-DD.
    """

    field: ChangeField
    before: int | str | tuple[str, ...]
    after: int | str | tuple[str, ...]


class NearMiss(Contract):
    """A counterpart that all but fits: the gates it fails, and what the order itself could change so that it passes
    them all. Whose it is stays unsaid. Beyond the search radius `wait_days` more whole days have to pass as well. Without
    either nothing that the order's poster can do would help, and there is no `size`.

    `size` compares changes of different kinds: shares of prices and quantities, steps of grades and evidence, months.
    """

    codes: tuple[GateCode | ConditionCode, ...]
    changes: tuple[Change, ...]
    size: float | None = None
    wait_days: int = 0


class Diagnosis(Contract):
    """Why one order is left short, the commonest reason first. `short_by` as a quantity; `near_misses` smallest change
    first.
    """

    order_id: UUID
    version: int
    party_id: UUID
    market: str
    unit: str
    side: Side
    short_by: int
    codes: tuple[ShortCode, ...]
    reasons: Reasons
    near_misses: tuple[NearMiss, ...] = ()
