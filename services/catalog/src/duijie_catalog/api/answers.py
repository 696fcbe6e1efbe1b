"""Aggregates as the JSON that the public sees. Numbers are JSON numbers, in the unit they were posted in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from duijie_shared.posting import PartyTerms
from duijie_shared.posting.categories import left_out_of
from duijie_shared.values import decimal_to_number

from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.party import Party
from duijie_catalog.files.imports import RowError
from duijie_catalog.posted import degrees, fields_of, remaining_of
from duijie_catalog.tables import ImportRow

IMPORT_COUNTS = ("rows_total", "rows_done", "created", "amended", "unchanged", "refused")


PRIVATE_FIELDS = frozenset(
    {"reserve_price", "area", "note", "latitude", "longitude", "to_latitude", "to_longitude"}
)
"""Fields of a posting that its poster alone is shown; a coarse place, the county, is for others too."""


def posting(of: Order | Capacity, *, own: bool) -> dict[str, Any]:
    """An order or a capacity, under the names it was posted with; to others without what is private."""
    fields = {
        name: _number(value)
        for name, value in fields_of(of.terms).items()
        if own or name not in PRIVATE_FIELDS
    }
    identity: dict[str, Any] = {"id": str(of.id), "version": of.version, "status": of.status}
    if isinstance(of, Order):
        identity |= {"remaining": _number(remaining_of(of.terms, of.remaining)), "market": of.terms.market}
        links = {"posted_by": of.posted_by, "parent": of.parent_id, "standing_demand": of.standing_id}
        identity |= {name: str(link) for name, link in links.items() if link}
    return (
        identity
        | fields
        | {
            "county": of.terms.county,
            "party": str(of.party_id),
            "row_key": of.row_key,
            "created_at": of.created_at.isoformat(),
            "updated_at": of.updated_at.isoformat(),
        }
    )


def category(of: Order, children: Sequence[Order], *, own: bool) -> dict[str, Any]:
    """A demand for a category with its children, and the products in it that a quantity by mass cannot ask for."""
    return posting(of, own=own) | {
        "children": [
            {"id": str(child.id), "market": child.terms.market, "product": child.terms.product}
            for child in children
        ],
        "left_out": list(left_out_of(of.terms.product)),
    }


def party(of: Party, *, own: bool) -> dict[str, Any]:
    """A party; its contact and its exact place are for itself alone. Staff ask for them by a reveal, which is noted."""
    terms = of.terms
    return {
        "id": str(of.id),
        "version": of.version,
        "status": of.status,
        "evidence": of.evidence,
        "row_key": of.row_key,
        "name": terms.name,
        "kind": terms.kind,
        "uscc": terms.uscc,
        "county": terms.county,
        **(_private(terms) if own else {}),
        "created_at": of.created_at.isoformat(),
        "updated_at": of.updated_at.isoformat(),
    }


def _private(terms: PartyTerms) -> dict[str, Any]:
    return {
        "latitude": _number(degrees(terms.latitude_e7)),
        "longitude": _number(degrees(terms.longitude_e7)),
        "contact": terms.contact,
    }


def import_(of: ImportRow) -> dict[str, Any]:
    """An import and how far it has come."""
    return {
        "id": str(of.id),
        "kind": of.kind,
        "filename": of.filename,
        "dry_run": of.dry_run,
        "atomic": of.atomic,
        "status": of.status,
        **{name: getattr(of, name) for name in IMPORT_COUNTS},
        "created_at": of.created_at.isoformat(),
        "finished_at": of.finished_at and of.finished_at.isoformat(),
        "file_until": of.file_until and of.file_until.isoformat(),
    }


def import_report(of: ImportRow, errors: Sequence[RowError], total: int) -> dict[str, Any]:
    """An import with the first of its refused cells, and how many there are."""
    return import_(of) | {"errors": [vars(error) for error in errors], "errors_total": total}


def _number(value: object) -> object:
    if isinstance(value, dict):
        return {name: _number(each) for name, each in value.items()}
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return decimal_to_number(value) if isinstance(value, Decimal) else value
