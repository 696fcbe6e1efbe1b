"""Terms -> the fields they were posted as, exact, under the names that the API and the files use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from duijie_shared.geography import counties
from duijie_shared.posting import CapacityTerms, OrderTerms, PartyTerms
from duijie_shared.values import COORDINATE_SCALE

PPM = 1_000_000


Terms = OrderTerms | CapacityTerms | PartyTerms


def fields_of(terms: Terms) -> dict[str, object]:
    """The fields of a posting or party as `duijie_shared.posting` reads them; what was left empty is None."""
    if isinstance(terms, OrderTerms):
        return _order(terms)
    return _capacity(terms) if isinstance(terms, CapacityTerms) else _party(terms)


def merged(terms: Terms, changes: Mapping[str, object]) -> dict[str, object]:
    """The fields after an amendment.

    A point that is only its county's seat moves with the county; one that was posted stays.
    """
    fields = fields_of(terms)
    for prefix in ("", "to_"):
        names = (f"{prefix}county", f"{prefix}latitude", f"{prefix}longitude")
        if names[0] in changes and not {*names[1:]} & changes.keys() and _is_seat(terms, prefix):
            fields[names[1]] = fields[names[2]] = None
    return fields | dict(changes)


def remaining_of(terms: OrderTerms, remaining: int) -> Fraction:
    """What remains, in the posted unit."""
    return Fraction(remaining) * Fraction(terms.posted_quantity) / terms.quantity


def degrees(value_e7: int | None) -> Decimal | None:
    """A coordinate in degrees."""
    return None if value_e7 is None else Decimal(value_e7) / COORDINATE_SCALE


def _order(terms: OrderTerms) -> dict[str, object]:
    offer = terms.side == "offer"
    # On the common scale a grade is a number; in a scheme it is a name.
    grade = terms.grade if terms.posted_grade and terms.grade_scheme is None else terms.posted_grade
    first, last = ("available_from", "available_to") if offer else ("needed_from", "needed_to")
    return {
        "product": terms.product,
        "grade_scheme": terms.grade_scheme,
        "grade" if offer else "min_grade": grade,
        **({"measurements": _numbers(terms.measurements)} if offer else {}),
        "quantity": terms.posted_quantity,
        "unit": terms.unit,
        "min_lot": terms.posted_min_lot,
        "pack_multiple": terms.posted_pack_multiple,
        "catch_weight": Decimal(terms.catch_weight_ppm) / PPM if terms.catch_weight_ppm else None,
        "ask_price" if offer else "bid_price": terms.posted_price,
        **({"price_breaks": _numbers(terms.posted_price_breaks)} if offer else {}),
        "reserve_price": terms.posted_reserve_price,
        "publish_price": terms.publish_price,
        "county": terms.posted_county,
        "latitude": degrees(terms.latitude_e7),
        "longitude": degrees(terms.longitude_e7),
        first: terms.window_from.isoformat(),
        last: terms.window_to.isoformat(),
        **({"harvest_date": terms.harvest_date and terms.harvest_date.isoformat()} if offer else {}),
        "temperature": terms.temperature,
        "certificates": list(terms.certificates),
        "evidence": terms.evidence,
        **({"area": terms.area_mu} if offer else {}),
        **({} if offer else {"origin_counties": list(terms.origin_counties)}),
        "note": terms.note,
    }


def _numbers(written: Sequence[str]) -> dict[str, Decimal]:
    """`10=1750` -> 1750 by 10, in their order."""
    return {name: Decimal(value) for name, _, value in (each.partition("=") for each in written)}


def _capacity(terms: CapacityTerms) -> dict[str, object]:
    return {
        "activity": terms.activity,
        "product_in": terms.product_in,
        "product_out": terms.product_out,
        "yield": None if terms.yield_ppm is None else Decimal(terms.yield_ppm) / PPM,
        "throughput_per_day": terms.posted_throughput,
        "unit": terms.unit,
        "fee": terms.posted_fee,
        "loss": Decimal(terms.loss_ppm) / PPM,
        "county": terms.county,
        "latitude": degrees(terms.latitude_e7),
        "longitude": degrees(terms.longitude_e7),
        "to_county": terms.to_county,
        "to_latitude": degrees(terms.to_latitude_e7),
        "to_longitude": degrees(terms.to_longitude_e7),
        "available_from": terms.available_from.isoformat(),
        "available_to": terms.available_to.isoformat(),
        "temperature": terms.temperature,
        "note": terms.note,
    }


def _party(terms: PartyTerms) -> dict[str, object]:
    return {
        "name": terms.name,
        "kind": terms.kind,
        "uscc": terms.uscc,
        "county": terms.county,
        "latitude": degrees(terms.latitude_e7),
        "longitude": degrees(terms.longitude_e7),
        "contact": terms.contact,
    }


def _is_seat(terms: Terms, prefix: str) -> bool:
    code = getattr(terms, f"{prefix}county", None)
    if code is None:
        return False
    seat = counties().get(code)
    point = getattr(terms, f"{prefix}latitude_e7"), getattr(terms, f"{prefix}longitude_e7")
    return point == (seat.latitude_e7, seat.longitude_e7)
