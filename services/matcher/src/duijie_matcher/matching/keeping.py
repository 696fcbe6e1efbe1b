"""A market whose constraints cannot all be kept is cleared with those that can: one bad pin must not stop it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from duijie_matcher.domain import ConstraintError, Unkept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from uuid import UUID

    from duijie_matcher.domain import Constraints, Order
    from duijie_matcher.domain.constraints import Pair

T = TypeVar("T")

HOPELESS = frozenset({"pin-apart", "pin-infeasible", "pin-no-lot"})
"""Codes of pins that no other constraint is to blame for: they fail alone."""


def keeping(
    constraints: Constraints, orders: Collection[Order], clear: Callable[[Constraints], T]
) -> tuple[T, tuple[Unkept, ...]]:
    """What `clear` gives with the constraints it can keep, and those left out, in the order in which they were.

    Pins that fail by themselves go first, all of them. Of pins that are too much together the one with the
    greatest pair of ids goes, of minima the greatest (of equals that of the greatest party), one at a time until
    the rest can be kept. Maxima and forbidden pairs stay: they can always be kept. The same for the same
    constraints and orders, in whatever order they come.

    Raises
    ------
    ConstraintError
        When `clear` blames what cannot be left out.
    """
    parties = {order.order_id: order.party_id for order in orders}
    left_out: list[Unkept] = []
    while True:
        try:
            return clear(constraints), tuple(left_out)
        except ConstraintError as error:
            gone = _least(error.unkept, constraints, parties)
            if not gone:
                raise
            left_out += gone
            constraints = _without(constraints, gone)


def _least(
    unkept: Collection[Unkept], constraints: Constraints, parties: Mapping[UUID, UUID]
) -> list[Unkept]:
    """What to leave out next, named as it was asked for."""
    hopeless = [each for each in unkept if each.code in HOPELESS]
    if hopeless:
        return sorted(hopeless, key=lambda each: each.subject)
    pins: dict[tuple[UUID, ...], Unkept] = {}
    for each in unkept:
        if each.kind == "maximum":
            pins |= {
                pair: _of_pin(each, pair) for pair in _pins_of(each.subject[0], constraints.pins, parties)
            }
    pins |= {each.subject: each for each in unkept if each.kind == "pin"}
    if pins:
        return [pins[max(pins)]]
    minima = [each for each in unkept if each.kind == "minimum"]
    return sorted(minima, key=lambda each: (constraints.minimum[each.subject[0]], each.subject))[-1:]


def _pins_of(party: UUID, pins: Iterable[Pair], parties: Mapping[UUID, UUID]) -> list[Pair]:
    """The pins of a party's orders in this market."""
    return [
        pair for pair in pins if parties.keys() >= set(pair) and party in {parties[each] for each in pair}
    ]


def _of_pin(maximum: Unkept, pair: Pair) -> Unkept:
    return replace(maximum, kind="pin", subject=pair)


def _without(constraints: Constraints, gone: Iterable[Unkept]) -> Constraints:
    subjects = {each.subject for each in gone}
    return replace(
        constraints,
        pins={pair: amount for pair, amount in constraints.pins.items() if pair not in subjects},
        minimum={party: least for party, least in constraints.minimum.items() if (party,) not in subjects},
    )
