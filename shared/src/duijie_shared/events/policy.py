"""`policy-v1`: the numbers staff may set, each with unit, default and why."""

from __future__ import annotations

from pydantic import Field

from duijie_shared.events.base import Contract


class TiltPolicy(Contract):
    """The published preference for designated counties."""

    designation: str = "cn-832"
    """The list that is preferred; `cn-832` names the 832 counties listed as national poverty counties until 2020."""
    bonus: float = Field(default=0.05, ge=0, le=0.5)
    """Share of the bid by which a designated offer counts for more in the objective (not in welfare)."""


class TransportPolicy(Contract):
    """What a kilogram costs to move, CNY per kg and road km, by temperature class."""

    ambient: float = Field(default=0.0006, ge=0)
    chilled: float = Field(default=0.0010, ge=0)
    frozen: float = Field(default=0.0013, ge=0)
    detour: float = Field(default=1.3, ge=1)
    """Road km per great-circle km."""
    speed_km_per_hour: float = Field(default=60.0, gt=0)
    handling_hours: float = Field(default=4.0, ge=0)
    """Loading and unloading, added to every journey."""


class MatchingPolicy(Contract):
    """How much is published and computed."""

    alternatives: int = Field(default=5, ge=0, le=50)
    """Best pairs of either side that are published beside the plan."""
    max_pairs: int = Field(default=5_000_000, ge=1)
    """Feasible pairs of one market that the solver takes; past that the worst are pruned and the bound is said."""


class PostingPolicy(Contract):
    """How much one party may post by itself; what the operator imports and what catalog opens by itself is not counted."""

    open_orders_per_party: int = Field(default=2_000, ge=1)
    """Drafts and live orders at once: more than a large trader's whole range, far less than a program's flood."""
    postings_per_day: int = Field(default=2_000, ge=1)
    """Orders posted or drafted on one day in Asia/Shanghai. Amendments, openings and withdrawals are free."""


class PlausibilityPolicy(Contract):
    """When an order is shown to staff as implausible. A flag changes nothing else: not its rank, not its matches."""

    level_days: int = Field(default=30, ge=1)
    """Days for which an order that is still live counts into the price level of its product and side."""
    level_parties: int = Field(default=8, ge=2)
    """Parties below which there is no level: too few prices say nothing of the market. Each counts once."""
    bait_factor: float = Field(default=0.4, gt=0, lt=1)
    """An ask below this share of the level, a bid above its inverse, is bait or a slip: half price still occurs."""
    outlier_fence: float = Field(default=1.5, ge=0, le=10)
    """Interquartile ranges (of logarithms) outside which a price must lie as well, so that a wide market flags little."""
    slip_tolerance: float = Field(default=0.25, gt=0, lt=0.5)
    """Share of a slip's own size (both as logarithms) by which a price may miss it: of a twofold 19 %, of a thousandfold
    a factor of 5.6. Small slips are close to honest prices, large ones are not."""
    yield_factor: float = Field(default=1.5, ge=1)
    """Times the highest usual yield that an area may bring before the quantity is doubted: yields are rules of thumb."""
    repost_days: int = Field(default=7, ge=1)
    """Days within which the same order, withdrawn and posted again, counts as posted again to look new."""


class Policy(Contract):
    """One version of the policy."""

    version: int = Field(default=1, ge=1)
    tilt: TiltPolicy = TiltPolicy()
    transport: TransportPolicy = TransportPolicy()
    matching: MatchingPolicy = MatchingPolicy()
    posting: PostingPolicy = PostingPolicy()
    plausibility: PlausibilityPolicy = PlausibilityPolicy()
