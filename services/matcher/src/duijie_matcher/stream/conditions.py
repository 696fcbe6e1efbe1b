"""What stands beside the orders: constraints in their newest version, by the markets they hold in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from duijie_shared.events.codec import ContractError, decode
from duijie_shared.events.constraints import ConstraintRecord

from duijie_matcher.domain import Constraints

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_shared.kafka.ports import Record

    from duijie_matcher.domain.constraints import Pair

CONSTRAINTS = "constraints-v1"
PAIRED = frozenset({"pin", "forbid", "decline"})


@dataclass(frozen=True, slots=True)
class Touch:
    """Whose matching a change may alter: of these markets, or of all in which the party has orders. `orders` are
    those it speaks of, as the integers of their ids.
    """

    markets: frozenset[str] = frozenset()
    party: UUID | None = None
    orders: tuple[int, ...] = ()
    correlation_id: str = ""


NOTHING_TOUCHED = Touch()


class Conditions:
    """Pure. What it holds depends on the newest version of each record alone."""

    def __init__(self) -> None:
        self._constraints: dict[UUID, ConstraintRecord] = {}
        self._active: dict[str | None, dict[UUID, ConstraintRecord]] = defaultdict(dict)

    def apply(self, record: Record) -> Touch:
        """Take a record in.

        Raises
        ------
        ContractError
            When it is not what its topic promises; what held before still holds.
        """
        if record.value is None:
            return self._drop(_id_of(record.key))
        body, envelope = decode(record.topic, record.value, record.headers)
        if not isinstance(body, ConstraintRecord):
            raise ContractError(f"{record.topic} has no use for {envelope.type}")
        _check(record, body)
        return self._constrain(body, envelope.correlation_id)

    def constraints(self, market: str) -> Constraints:
        """What holds in a market; limits of parties hold in every one.

        Of several pins of a pair the largest counts, of several limits of a party the strictest.
        """
        pins: dict[Pair, int | None] = {}
        forbidden: set[Pair] = set()
        minimum: dict[UUID, int] = {}
        maximum: dict[UUID, int] = {}
        for each in (*self._of(market), *self._of(None)):
            match each:
                case ConstraintRecord(kind="pin", offer_id=UUID() as offer, demand_id=UUID() as demand):
                    pins[offer, demand] = _larger(pins.get((offer, demand), 0), each.quantity)
                case ConstraintRecord(offer_id=UUID() as offer, demand_id=UUID() as demand):
                    forbidden.add((offer, demand))
                case ConstraintRecord(kind="minimum", party_id=UUID() as party, quantity=int(least)):
                    minimum[party] = max(least, minimum.get(party, 0))
                case ConstraintRecord(kind="maximum", party_id=UUID() as party, quantity=int(most)):
                    maximum[party] = min(most, maximum.get(party, most))
        return Constraints(pins, frozenset(forbidden), minimum, maximum)

    def _of(self, market: str | None) -> Iterable[ConstraintRecord]:
        return self._active[market].values() if market in self._active else ()

    def _constrain(self, body: ConstraintRecord, correlation_id: str) -> Touch:
        known = self._constraints.get(body.constraint_id)
        if known is not None and body.version <= known.version:
            return NOTHING_TOUCHED
        before = self._drop(body.constraint_id)
        self._constraints[body.constraint_id] = body
        if body.status != "active":
            return Touch(before.markets, before.party, before.orders, correlation_id)
        self._active[body.market][body.constraint_id] = body
        now = _touch(body)
        return Touch(now.markets | before.markets, now.party, now.orders, correlation_id)

    def _drop(self, constraint_id: UUID) -> Touch:
        known = self._constraints.pop(constraint_id, None)
        if known is None or known.status != "active":
            return NOTHING_TOUCHED
        del self._active[known.market][constraint_id]
        return _touch(known)


def _touch(body: ConstraintRecord) -> Touch:
    ids = (body.offer_id, body.demand_id)
    return Touch(
        markets=frozenset() if body.market is None else frozenset({body.market}),
        party=body.party_id if body.market is None else None,
        orders=tuple(each.int for each in ids if each is not None),
    )


def _check(record: Record, body: ConstraintRecord) -> None:
    if record.key != str(body.constraint_id).encode():
        raise ContractError(f"the key is not the constraint's id {body.constraint_id}")
    if body.kind in PAIRED:
        if None in (body.market, body.offer_id, body.demand_id):
            raise ContractError(f"a {body.kind} names a market, an offer and a demand")
    elif body.party_id is None or body.quantity is None:
        raise ContractError(f"a {body.kind} names a party and a quantity")


def _id_of(key: bytes | None) -> UUID:
    try:
        return UUID((key or b"").decode())
    except ValueError as error:  # UnicodeDecodeError is one
        raise ContractError("the key of a tombstone is no id") from error


def _larger(one: int | None, other: int | None) -> int | None:
    """The larger quantity of a pin; None is all that the pair could trade."""
    return None if one is None or other is None else max(one, other)
