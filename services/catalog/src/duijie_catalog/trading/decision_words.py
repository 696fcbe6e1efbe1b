"""What a party says of a match, read from a body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from duijie_shared.posting.fields import Fields
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE

from duijie_catalog.domain.constraint import DECLINE_REASONS, DeclineReason
from duijie_catalog.domain.limits import MOST_PRICE, MOST_QUANTITY

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["accept", "decline", "counter", "withdraw"]
KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}


_TERMS: frozenset[str] = frozenset({"accept", "counter"})
_GOES_WITH = {"reason": frozenset({"decline"}), "quantity": _TERMS, "price": _TERMS}


@dataclass(frozen=True)
class Wanted:
    """What a party says, read from a body: quantity in contract units, price in contract integers."""

    kind: Kind
    reason: DeclineReason = "other"
    quantity: int | None = None
    price: int | None = None


def wanted_of(fields: Mapping[str, object]) -> Wanted:
    """Read a body. `quantity` in pricing units and `price` in CNY per unit go with accepts and counters, `reason` with
    a decline; a counter names one of the two at least.

    Raises
    ------
    PostingError
        Naming every field that cannot be accepted.
    """
    read = Fields(fields, ("decision", "reason", "quantity", "price"), "json")
    read.require("decision")
    kind = read.choice("decision", KINDS)
    reason = read.choice("reason", DECLINE_REASONS)
    quantity = read.positive("quantity", most=MOST_QUANTITY, decimals=3)
    price = read.positive("price", most=MOST_PRICE, decimals=6, zero=True)
    for name, goes_with in _GOES_WITH.items():
        if kind is not None and kind not in goes_with and read.has(name):
            read.refuse(name, "not-taken", f"“{kind}”不含此项", f"is no part of {kind}")
    if kind == "counter" and not (read.has("price") or read.has("quantity")):
        read.require("price")
    read.finish()
    if kind is None:
        raise AssertionError("a missing decision was not refused")
    return Wanted(
        kind,
        reason or "other",
        None if quantity is None else int(quantity * QUANTITY_SCALE),
        None if price is None else int(price * PRICE_SCALE),
    )
