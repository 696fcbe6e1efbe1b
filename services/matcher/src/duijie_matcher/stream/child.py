"""What runs in a child process of `clearing`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duijie_matcher.domain import NO_CONSTRAINTS
from duijie_matcher.matching import outcome_of
from duijie_matcher.matching.keeping import keeping
from duijie_matcher.matching.scorecard import RULES_1
from duijie_matcher.matching.told import Told
from duijie_matcher.stream.events import order_from
from duijie_matcher.stream.items import CALLS, DIAGNOSES, MATCHES, PLANS, Cleared, Digests, digest_of, encode
from duijie_matcher.stream.match_bytes import Seen, written_matches

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    from duijie_shared.events.matches import Diagnosis
    from duijie_shared.events.policy import Policy

    from duijie_matcher.domain import Capacity, Constraints, Order
    from duijie_matcher.matching.market import Outcome
    from duijie_matcher.stream.items import Item


@dataclass(slots=True)
class _Memory:
    """How the orders of a market's last clearing were read, by value, how its matches were written, and what was told of
    orders left short (with the digest of each): between two clearings few change, and reading and writing is slow.
    """

    orders: dict[bytes, Order] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)
    told: Told = field(default_factory=Told)
    digests: dict[UUID, tuple[Diagnosis, bytes]] = field(default_factory=dict)

    def diagnosed(self, bodies: Iterable[Diagnosis], published: Mapping[bytes, bytes]) -> Iterator[Item]:
        """The items of diagnoses; only what is told anew is written out to see whether it says anything new."""
        known, self.digests = self.digests, {}
        for body in bodies:
            last = known.get(body.order_id)
            digest = digest_of(body) if last is None or last[0] is not body else last[1]
            self.digests[body.order_id] = body, digest
            yield encode(body, published, digest)


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
        return outcome_of(market, known, policy, as_of, RULES_1, kept, capacities, rung, memory.told)

    outcome, left_out = keeping(constraints, known, clear)
    return Cleared(
        matches=tuple(written_matches(outcome, published.get(MATCHES, {}), memory.seen)),
        plans=(encode(outcome.plan, published.get(PLANS, {})),),
        diagnoses=tuple(memory.diagnosed(outcome.diagnoses, published.get(DIAGNOSES, {}))),
        calls=tuple(encode(body, published.get(CALLS, {})) for body in outcome.calls),
        left_out=tuple((each.kind, " ".join(map(str, each.subject)), each.code) for each in left_out),
    )
