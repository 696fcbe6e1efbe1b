"""Offers, demands, capacities, parties: what the doors and the importer need to know of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from duijie_shared.posting import parse_capacity, parse_demand, parse_offer
from duijie_shared.posting.categories import parse_any_demand
from duijie_shared.posting.files import FileKind
from duijie_shared.posting.grading import GradeBook

from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.order import Order
from duijie_catalog.parties.claims import without_claim
from duijie_catalog.repository import Postings
from duijie_catalog.unit_of_work import UnitOfWork

NAMESPACE = UUID("5f0c7f1e-6f0e-5d53-9a43-0e6d1c4a8d10")
"""Of the ids of imported things, which follow from their keys: the same file gives the same ids everywhere."""

Parse = Callable[..., Any]
"""(fields, source, today, grades=None) -> terms, as `parse_offer`."""


@dataclass(frozen=True)
class Kind:
    """One kind of posting: how its fields are read, what they make, and where that is kept."""

    name: FileKind
    aggregate: type[Order] | type[Capacity]
    parse: Parse
    repository: Callable[[UnitOfWork], Postings[Any]]
    drafts: bool = True
    """Whether a posting of this kind may begin as a draft."""

    def reading(self, grades: GradeBook) -> Kind:
        """The same kind, its grades read with a book."""
        return replace(self, parse=partial(self.parse, grades=grades))


OFFERS = Kind(
    "offers",
    Order,
    lambda fields, source, today, grades=None: without_claim(
        lambda: parse_offer(fields, source=source, today=today, grades=grades), fields.get("evidence")
    ),
    lambda uow: uow.offers,
)
DEMANDS = Kind(
    "demands",
    Order,
    # A row of a file is one order: what asks for a category, and so for several, is posted alone.
    lambda fields, source, today, grades=None: (parse_any_demand if source == "json" else parse_demand)(
        fields, source=source, today=today, grades=grades
    ),
    lambda uow: uow.demands,
)
CAPACITIES = Kind(
    "capacities",
    Capacity,
    lambda fields, source, today, grades=None: parse_capacity(fields, source=source, today=today),  # noqa: ARG005
    lambda uow: uow.capacities,
    drafts=False,
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in (OFFERS, DEMANDS, CAPACITIES)}


def party_id_of(row_key: str) -> UUID:
    """The id of the party that the operator knows by this key."""
    return uuid5(NAMESPACE, f"party|{row_key}")


def posting_id_of(kind: FileKind, party_id: UUID, row_key: str) -> UUID:
    """The id of an imported row: known by kind, party and row key."""
    return uuid5(NAMESPACE, f"{kind}|{party_id}|{row_key}")
