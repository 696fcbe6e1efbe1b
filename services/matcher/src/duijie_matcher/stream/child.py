"""What runs in a child process of `clearing`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duijie_matcher.domain import NO_CONSTRAINTS
from duijie_matcher.matching import outcome_of
from duijie_matcher.matching.keeping import keeping
from duijie_matcher.matching.scorecard import RULES_1
from duijie_matcher.stream.events import order_from
from duijie_matcher.stream.items import CALLS, DIAGNOSES, MATCHES, PLANS, Cleared, Digests, encode
from duijie_matcher.stream.match_bytes import Seen, written_matches

if TYPE_CHECKING:
    import datetime as dt

    from duijie_shared.events.policy import Policy

    from duijie_matcher.domain import Capacity, Constraints, Order
    from duijie_matcher.matching.market import Outcome


@dataclass(slots=True)
class _Memory:
    """How the orders of a market's last clearing were read, by value, and how its matches were written: between two
    clearings few change, and reading and writing is slow.
    """

    orders: dict[bytes, Order] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)


_memories: dict[str, _Memory] = {}


def clear_market(
    market: str,
    orders: tuple[bytes, ...],
    policy: Policy,
    as_of: dt.datetime | None,
    published: Digests,
    constraints: Constraints = NO_CONSTRAINTS,
    capacities: tuple[Capacity, ...] = (),
    rung: int | None = None,
) -> Cleared:
    """One clearing. What it remembers of the last one saves work and changes nothing."""
    memory = _memories.setdefault(market, _Memory())
    memory.orders = {value: memory.orders.get(value) or order_from(value) for value in orders}
    known = tuple(memory.orders.values())

    def clear(kept: Constraints) -> Outcome:
        return outcome_of(market, known, policy, as_of, RULES_1, kept, capacities, rung)

    outcome, left_out = keeping(constraints, known, clear)
    diagnosed = published.get(DIAGNOSES, {})
    return Cleared(
        matches=tuple(written_matches(outcome, published.get(MATCHES, {}), memory.seen)),
        plans=(encode(outcome.plan, published.get(PLANS, {})),),
        diagnoses=tuple(encode(body, diagnosed) for body in outcome.diagnoses),
        calls=tuple(encode(body, published.get(CALLS, {})) for body in outcome.calls),
        left_out=tuple((each.kind, " ".join(map(str, each.subject)), each.code) for each in left_out),
    )
