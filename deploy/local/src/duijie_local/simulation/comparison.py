"""Two policies over the same period: what each comes to, what its priority costs, who wins and who loses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duijie_shared.events.policy import Policy, TiltPolicy

from duijie_local.simulation.replay import Replay, Trade, replay
from duijie_local.simulation.totals import Totals, totals_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from duijie_matcher.domain import Capacity
    from duijie_shared.events.base import Side

    from duijie_local.simulation.period import Period
    from duijie_local.simulation.postings import Posting


@dataclass(frozen=True, slots=True)
class Run:
    """One policy over the period. `neutral` is the same policy with the tilt switched off."""

    replay: Replay
    totals: Totals
    neutral: Totals

    @property
    def price_of_priority(self) -> int:
        """Welfare that the tilt gives up, in 1e-9 CNY. Below 0 where a day's tilt happened to help a later day."""
        return self.neutral.welfare - self.totals.welfare

    @property
    def price_per_designated_value(self) -> float | None:
        """Welfare given up for each CNY that designated counties sell more by the tilt; None where they do not."""
        more = self.totals.designated_value - self.neutral.designated_value
        return self.price_of_priority / more if more > 0 else None


@dataclass(frozen=True, slots=True)
class CountyRow:
    """One county's trades on one side under both policies; county None gathers orders that name none."""

    side: Side
    county: str | None
    is_designated: bool
    baseline: Totals
    policy: Totals

    @property
    def difference(self) -> Totals:
        """What the policy changes."""
        return self.policy.minus(self.baseline)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A policy beside a baseline. `designation` is the policy's county list: shares and stars are of it in both.

    `counties` has producers' counties, then buyers', the largest gain of value first and the largest loss last.
    """

    designation: str
    baseline: Run
    policy: Run
    counties: tuple[CountyRow, ...]

    @property
    def difference(self) -> Totals:
        """What the policy changes."""
        return self.policy.totals.minus(self.baseline.totals)

    @property
    def is_unchanged(self) -> bool:
        """Whether both policies trade the very same."""
        return self.baseline.replay.trades == self.policy.replay.trades

    def of_side(self, side: Side) -> list[CountyRow]:
        """The counties of one side."""
        return [row for row in self.counties if row.side == side]


def without_priority(policy: Policy) -> Policy:
    """The policy with its tilt switched off: no bonus, and nothing else that prefers anyone."""
    return policy.model_copy(update={"tilt": TiltPolicy(designation=policy.tilt.designation, bonus=0.0)})


def compare(
    postings: Sequence[Posting],
    baseline: Policy,
    policy: Policy,
    period: Period,
    day_done: Callable[[], None] = lambda: None,
    capacities: Sequence[Capacity] = (),
) -> Comparison:
    """Replay a period under both policies and under each without its tilt.

    Policies that differ in their version alone are the same and replayed once. Raises as `match_market`.
    """
    done: dict[str, Replay] = {}

    def run(of: Policy) -> Replay:
        key = _settings(of)
        if key not in done:
            done[key] = replay(postings, of, period, day_done, capacities)
        return done[key]

    def totals(of: Replay) -> Totals:
        return totals_of(of.trades, policy.tilt.designation)

    runs = [
        Run(run(each), totals(run(each)), totals(run(without_priority(each)))) for each in (baseline, policy)
    ]
    return Comparison(
        designation=policy.tilt.designation,
        baseline=runs[0],
        policy=runs[1],
        counties=tuple(
            row
            for side in ("offer", "demand")
            for row in _counties(side, runs[0].replay, runs[1].replay, policy.tilt.designation)
        ),
    )


def days_to_replay(baseline: Policy, policy: Policy, period: Period) -> int:
    """How often `compare` will call `day_done`."""
    policies = (baseline, policy, without_priority(baseline), without_priority(policy))
    return len({_settings(each) for each in policies}) * len(period)


def _settings(policy: Policy) -> str:
    return policy.model_copy(update={"version": 1}).model_dump_json()


def _counties(side: Side, baseline: Replay, policy: Replay, designation: str) -> list[CountyRow]:
    before, after = _by_county(side, baseline.trades), _by_county(side, policy.trades)
    rows = [
        CountyRow(
            side=side,
            county=county,
            is_designated=side == "offer"
            and any(designation in each.designations for each in (*before[county], *after[county])),
            baseline=totals_of(before[county], designation),
            policy=totals_of(after[county], designation),
        )
        for county in sorted({*before, *after}, key=lambda code: (code is None, code))
    ]
    return sorted(rows, key=lambda row: -row.difference.value)


def _by_county(side: Side, trades: Iterable[Trade]) -> dict[str | None, list[Trade]]:
    found: dict[str | None, list[Trade]] = defaultdict(list)
    for trade in trades:
        found[trade.offer_county if side == "offer" else trade.demand_county].append(trade)
    return found
