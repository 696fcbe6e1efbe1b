"""What an order could change about itself so that a pair which fails passes: exact, field by field.

Only the order's own fields: its poster can change nothing else. A pair that no such change mends (the origin of an
offer, a forbidden pair, a harvest too long ago) has no advice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from math import lcm
from typing import TYPE_CHECKING, Any, get_args

from duijie_shared.events.base import EVIDENCE_LEVELS, ChangeField
from duijie_shared.events.matches import Change, NearMiss

from duijie_matcher.domain.order import LARGEST_PRICE, LARGEST_QUANTITY
from duijie_matcher.matching.calendar import MS_PER_DAY, day_start
from duijie_matcher.matching.wording import CENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from duijie_shared.events.base import GateCode
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Order

FIELDS: tuple[ChangeField, ...] = get_args(ChangeField)
GRADE_STEP, LEVEL_STEP, CERTIFICATE_STEP, ORIGIN_STEP = 0.2, 0.25, 0.25, 0.5
"""How much one class, level of evidence or certificate, and other origins, count beside a price or a quantity, whose
change counts as a share of the larger figure."""
TOLD = 3
"""Near misses of one order that are told of."""
DAYS_OF_ONE = 30
"""So many days count as much as giving up the whole price."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A pair that fails: both orders, the gates, by how much landed cost passes the bid (1e-6 CNY), the whole
    journey and the moment before which nothing is available (milliseconds), and the days until a search reaches it.
    """

    own: Order
    other: Order
    product: Product
    codes: tuple[GateCode, ...]
    price_gap: int
    under_way: int
    as_of: int | None
    wait_days: int = 0


def advice(miss: Miss) -> tuple[Change, ...] | None:
    """The changes of its own order that let the pair pass every gate once it has waited as long as it must (none where
    waiting is all); None where nothing would.
    """
    own: Order | None = miss.own
    # What is available now may not be so any more when the search has come so far.
    later = miss.as_of if miss.as_of is None else miss.as_of + miss.wait_days * MS_PER_DAY
    for codes, mend in _MENDS:
        if codes & set(miss.codes):
            own = own and mend(replace(miss, own=own, as_of=later))
    return None if own is None else tuple(_changes(miss.own, own))


def size(changes: Sequence[Change], wait_days: int = 0) -> float:
    """How large changes and waits are together, to compare them by: shares of prices and quantities, steps and months."""
    return round(sum(map(_size, changes)) + wait_days / DAYS_OF_ONE, 4)


def near_misses(misses: Iterable[Miss]) -> tuple[NearMiss, ...]:
    """The near misses to tell of: for each set of failed gates the first that its order can mend (or else the first of
    all), `TOLD` at the most, smallest change first, those without advice last.
    """
    found: dict[tuple[GateCode, ...], NearMiss] = {}
    for miss in misses:
        known = found.get(miss.codes)
        if known is None or known.size is None:
            changes = advice(miss)
            if changes or (changes is not None and miss.wait_days):
                found[miss.codes] = NearMiss(
                    codes=miss.codes,
                    changes=changes,
                    size=size(changes, miss.wait_days),
                    wait_days=miss.wait_days,
                )
            elif known is None:
                found[miss.codes] = NearMiss(codes=miss.codes, changes=())
    ranked = sorted(found.values(), key=lambda each: (each.size is None, each.size))
    return tuple(ranked[:TOLD])


def _price(miss: Miss) -> Order | None:
    own, by = miss.own, -(-miss.price_gap // CENT) * CENT
    if own.price is None:
        return None
    price = own.price - by if own.side == "offer" else own.price + by
    return replace(own, price=price) if 0 <= price <= LARGEST_PRICE else None


def _grade(miss: Miss) -> Order | None:
    return replace(miss.own, grade=miss.other.grade)


def _evidence(miss: Miss) -> Order | None:
    return replace(miss.own, evidence=miss.other.evidence)


def _certificates(miss: Miss) -> Order | None:
    mine, theirs = set(miss.own.certificates), set(miss.other.certificates)
    return replace(
        miss.own, certificates=tuple(sorted(mine | theirs if miss.own.side == "offer" else mine & theirs))
    )


def _origin(miss: Miss) -> Order | None:
    if miss.own.side == "offer":
        return None
    # A county beside a difference of prices would come near the other's price, which may be private.
    if miss.other.county is None or "PRICE" in miss.codes:
        return replace(miss.own, origin_counties=())
    return replace(miss.own, origin_counties=tuple(sorted({*miss.own.origin_counties, miss.other.county})))


def _window(miss: Miss) -> Order | None:
    own, offer, demand = _sides(miss)
    opens, closes = _moments(offer, miss.product)
    first, last = _moments(demand, miss.product)
    if miss.as_of is not None and miss.as_of > closes:
        return None
    late, early = (
        max(opens, miss.as_of or opens) + miss.under_way - last,
        first - miss.under_way - closes,
    )
    if late <= 0 and early <= 0:
        return own
    if late > 0 and own.side == "offer":
        if miss.as_of is not None and miss.as_of + miss.under_way > last:
            return None
        return _moved(own, "window_from", -(opens + miss.under_way - last))
    if late > 0:
        return _moved(own, "window_to", late)
    return _moved(own, "window_to", early) if own.side == "offer" else _moved(own, "window_from", -early)


def _freshness(miss: Miss) -> Order | None:
    own, offer, demand = _sides(miss)
    if offer.harvest_date is None or miss.product.shelf_life_days is None:
        return own
    opens, closes = _moments(offer, miss.product)
    if miss.as_of is not None and miss.as_of > closes:
        return None
    soonest = day_start(offer.harvest_date)
    keeps = (miss.product.shelf_life_days + 1) * MS_PER_DAY
    until = soonest + keeps
    earliest = soonest if miss.as_of is None else max(soonest, miss.as_of)
    leaves = max(opens, earliest)
    first, _ = _moments(demand, miss.product)
    late = max(leaves + miss.under_way, first) - until
    if late <= 0:
        return own
    if own.side == "demand":
        return _moved(own, "window_from", -late) if leaves + miss.under_way <= until else None
    if first <= until and earliest + miss.under_way <= until:
        return _moved(own, "window_from", -late)
    if miss.under_way > keeps:
        return None
    younger = _moved(own, "harvest_date", late)
    harvest = younger and younger.harvest_date
    return younger if harvest and harvest <= own.window_to else None


def _lots(miss: Miss) -> Order | None:
    """The least that both sides' packs and the other's minimum lot allow: with its own packs, or else without."""
    own, other = miss.own, miss.other
    for pack in dict.fromkeys((own.pack_multiple, 0)):
        multiple = lcm(pack or 1, other.pack_multiple or 1)
        theirs = other.remaining - other.remaining % multiple
        least = -(-max(other.min_lot, 1) // multiple) * multiple
        if least > theirs:
            continue
        enough = max(own.remaining, least)
        trade = min(enough, theirs)
        trade -= trade % multiple
        changed = replace(own, pack_multiple=pack, remaining=enough, min_lot=min(own.min_lot, trade))
        if enough <= LARGEST_QUANTITY:
            return changed
    return None


def _never(_: Miss) -> Order | None:
    return None


_MENDS: tuple[tuple[frozenset[GateCode], Callable[[Miss], Order | None]], ...] = (
    (frozenset({"PRODUCT", "OWN_PARTY", "FORBIDDEN"}), _never),
    (frozenset({"PRICE"}), _price),
    (frozenset({"GRADE"}), _grade),
    (frozenset({"EVIDENCE"}), _evidence),
    (frozenset({"CERTIFICATE"}), _certificates),
    (frozenset({"ORIGIN"}), _origin),
    (frozenset({"WINDOW", "RADIUS"}), _window),
    # After the window: what it has become decides when the goods arrive.
    (frozenset({"FRESHNESS", "RADIUS"}), _freshness),
    (frozenset({"MIN_LOT", "PACK"}), _lots),
)


def _sides(miss: Miss) -> tuple[Order, Order, Order]:
    own, other = miss.own, miss.other
    return (own, own, other) if own.side == "offer" else (own, other, own)


def _moments(order: Order, product: Product) -> tuple[int, int]:
    """When a window opens and closes, as the columns have it."""
    booked = product.dimension == "booking"
    return day_start(order.window_from), day_start(order.window_to) + MS_PER_DAY - booked


def _moved(order: Order, field: str, by: int) -> Order | None:
    """A date moved by at least so many milliseconds, away from zero to whole days."""
    days = -(-abs(by) // MS_PER_DAY) * (1 if by > 0 else -1)
    day: dt.date = getattr(order, field)
    try:
        moved: dict[str, Any] = {field: day + dt.timedelta(days)}
        return replace(order, **moved)
    except OverflowError:
        return None


def _changes(was: Order, now: Order) -> Iterator[Change]:
    for field in FIELDS:
        before, after = getattr(was, field), getattr(now, field)
        if before != after:
            yield Change(field=field, before=_plain(before), after=_plain(after))


def _plain(value: dt.date | int | str | tuple[str, ...]) -> int | str | tuple[str, ...]:
    return value.isoformat() if isinstance(value, dt.date) else value


def _size(change: Change) -> float:
    before, after = change.before, change.after
    match change.field:
        case "grade":
            return GRADE_STEP * abs(int(str(after)) - int(str(before)))
        case "evidence":
            levels = [str(level) for level in EVIDENCE_LEVELS]
            return LEVEL_STEP * abs(levels.index(str(after)) - levels.index(str(before)))
        case "certificates":
            return CERTIFICATE_STEP * len(set(_words(before)) ^ set(_words(after)))
        case "origin_counties":
            return ORIGIN_STEP
        case "window_from" | "window_to" | "harvest_date":
            apart = dt.date.fromisoformat(str(after)) - dt.date.fromisoformat(str(before))
            return abs(apart.days) / DAYS_OF_ONE
        case _:
            small, large = sorted((int(str(before)), int(str(after))))
            return (large - small) / large


def _words(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
