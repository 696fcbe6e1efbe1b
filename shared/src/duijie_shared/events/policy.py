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


class Policy(Contract):
    """One version of the policy."""

    version: int = Field(default=1, ge=1)
    tilt: TiltPolicy = TiltPolicy()
    transport: TransportPolicy = TransportPolicy()
    matching: MatchingPolicy = MatchingPolicy()
