"""What stands beside the orders: constraints and capacities in their newest version, by the markets they concern."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from duijie_shared.events.base import LIVE
from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.events.codec import ContractError, decode
from duijie_shared.events.constraints import ConstraintRecord
from duijie_shared.taxonomy import taxonomy

from duijie_matcher.domain import Capacity, Constraints, capacity_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_shared.kafka.ports import Record

    from duijie_matcher.domain.constraints import Pair

CONSTRAINTS, CAPACITIES = "constraints-v1", "capacities-v1"
PAIRED = frozenset({"pin", "forbid", "decline"})


@dataclass(frozen=True, slots=True)
class Touch:
    """Whose matching a change may alter: of these markets (None: all), or of all in which the party has orders.
    `orders` are those it speaks of, as the integers of their ids.
    """

    markets: frozenset[str] | None = frozenset()
    party: UUID | None = None
    orders: tuple[int, ...] = ()
    correlation_id: str = ""


NOTHING_TOUCHED = Touch()


class Conditions:
    """Pure. What it holds depends on the newest version of each record alone."""

    def __init__(self) -> None:
        self._constraints: dict[UUID, ConstraintRecord] = {}
        self._active: dict[str | None, dict[UUID, ConstraintRecord]] = defaultdict(dict)
        self._capacities: dict[UUID, _Posted] = {}
        self._usable: dict[str | None, dict[UUID, Capacity]] = defaultdict(dict)

    def apply(self, record: Record) -> Touch:
        """Take a record in.

        Raises
        ------
        ContractError
            When it is not what its topic promises; what held before still holds.
        """
        if record.value is None:
            known = _id_of(record.key)
            return self._drop(known) if record.topic == CONSTRAINTS else self._withdraw(known)
        body, envelope = decode(record.topic, record.value, record.headers)
        match body:
            case ConstraintRecord():
                _check(record, body)
                return self._constrain(body, envelope.correlation_id)
            case CapacitySnapshot():
                if record.key != str(body.capacity_id).encode():
                    raise ContractError(f"the key is not the capacity's id {body.capacity_id}")
                return self._post(body, envelope.correlation_id)
        raise ContractError(f"{record.topic} has no use for {envelope.type}")

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

    def capacities(self, market: str) -> tuple[Capacity, ...]:
        """Open capacities for the products of a market, or that make one of them, by their ids."""
        found = {**self._usable.get(market, {}), **self._usable.get(None, {})}
        return tuple(found[key] for key in sorted(found))

    def _of(self, market: str | None) -> Iterable[ConstraintRecord]:
        return self._active[market].values() if market in self._active else ()

    def _constrain(self, body: ConstraintRecord, correlation_id: str) -> Touch:
        known = self._constraints.get(body.constraint_id)
        if known is not None and body.version <= known.version:
            return NOTHING_TOUCHED
        before = replace(self._drop(body.constraint_id), correlation_id=correlation_id)
        self._constraints[body.constraint_id] = body
        if body.status != "active":
            return before
        self._active[body.market][body.constraint_id] = body
        # The id is never given to another pair or party: what the version before concerned is concerned again.
        return replace(_touch(body), correlation_id=correlation_id)

    def _drop(self, constraint_id: UUID) -> Touch:
        known = self._constraints.pop(constraint_id, None)
        if known is None or known.status != "active":
            return NOTHING_TOUCHED
        del self._active[known.market][constraint_id]
        return _touch(known)

    def _post(self, body: CapacitySnapshot, correlation_id: str) -> Touch:
        known = self._capacities.get(body.capacity_id)
        if known is not None and body.version <= known.version:
            return NOTHING_TOUCHED
        capacity = _usable(body)
        markets = _markets_of(body) if capacity is not None else frozenset[str | None]()
        before = self._withdraw(body.capacity_id)
        self._capacities[body.capacity_id] = _Posted(body.version, markets)
        if capacity is not None:
            for market in markets:
                self._usable[market][body.capacity_id] = capacity
        return Touch(_union(before.markets, _touched(markets)), correlation_id=correlation_id)

    def _withdraw(self, capacity_id: UUID) -> Touch:
        known = self._capacities.pop(capacity_id, None)
        if known is None:
            return NOTHING_TOUCHED
        for market in known.markets:
            del self._usable[market][capacity_id]
        return Touch(_touched(known.markets))


class _Posted(NamedTuple):
    version: int
    markets: frozenset[str | None]  # none where it is not usable; None stands for every market


def _usable(body: CapacitySnapshot) -> Capacity | None:
    """The capacity, where it is open. Raises `ContractError` where matching cannot reckon with it."""
    if body.status not in LIVE:
        return None
    try:
        return capacity_of(body)
    except ValueError as error:
        raise ContractError(str(error)) from error


def _markets_of(body: CapacitySnapshot) -> frozenset[str | None]:
    """The markets of what it takes in and of what it gives; None alone where it takes anything."""
    if body.product_in is None:
        return frozenset({None})
    try:
        return frozenset(
            taxonomy().product(slug).family for slug in (body.product_in, body.product_out or body.product_in)
        )
    except KeyError as error:
        raise ContractError(f"unknown product {error.args[0]!r}") from error


def _touched(markets: frozenset[str | None]) -> frozenset[str] | None:
    return None if None in markets else frozenset(market for market in markets if market is not None)


def _union(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return None if one is None or other is None else one | other


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
