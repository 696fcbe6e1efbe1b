"""What people decide about a market beside its orders: pairs that must or must not trade, and limits of parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

Pair = tuple[UUID, UUID]
"""Ids of an offer and a demand."""

ConstraintKind = Literal["pin", "forbid", "minimum", "maximum"]


@dataclass(frozen=True, slots=True)
class Constraints:
    """Quantities are in contract units.

    A pinned pair trades its quantity or more (None: all that the pair could trade); a forbidden one fails the
    gate FORBIDDEN. `minimum` and `maximum` hold for what a party's offers sell in a market, and likewise for
    what its demands buy there.
    """

    pins: Mapping[Pair, int | None] = field(default_factory=dict)
    forbidden: frozenset[Pair] = frozenset()
    minimum: Mapping[UUID, int] = field(default_factory=dict)
    maximum: Mapping[UUID, int] = field(default_factory=dict)


NO_CONSTRAINTS = Constraints()


@dataclass(frozen=True, slots=True)
class Unkept:
    """One constraint that a market cannot keep. `subject` is the pair, or the party alone; `code` is stable."""

    kind: ConstraintKind
    subject: tuple[UUID, ...]
    code: str
    zh: str
    en: str


class ConstraintError(Exception):
    """A market that cannot be cleared as demanded, with every constraint that is to blame."""

    def __init__(self, unkept: Sequence[Unkept]) -> None:
        super().__init__("; ".join(f"{each.kind} {each.subject}: {each.en}" for each in unkept))
        self.unkept = tuple(unkept)
