"""Near misses told: what an order could change about itself so that a counterpart which fails passes, the smallest change
first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from duijie_shared.events.base import EVIDENCE_LEVELS, ChangeField
from duijie_shared.events.matches import Change, NearMiss

from duijie_matcher.matching.mends import mends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.mends import Miss
    from duijie_matcher.matching.near_misses import Close

FIELDS: tuple[ChangeField, ...] = get_args(ChangeField)
GRADE_STEP, LEVEL_STEP, CERTIFICATE_STEP, ORIGIN_STEP = 0.2, 0.25, 0.25, 0.5
"""How much one class, level of evidence or certificate, and other origins, count beside a price or a quantity, whose
change counts as a share of the larger figure."""
TOLD = 3
"""Near misses of one order that are told of."""
DAYS_OF_ONE = 30
"""So many days count as much as giving up the whole price."""


def advice(miss: Miss) -> tuple[Change, ...] | None:
    """The changes of its own order that let the pair pass every gate once it has waited as long as it must (none where
    waiting is all); None where nothing would.
    """
    own, found = miss.own, dict[str, Any]()
    for number, mend in enumerate(mends(miss.codes), 1):
        changed = mend(miss, own)
        if changed is None:
            return None
        found |= changed
        if changed and number < len(mends(miss.codes)):
            own = replace(own, **changed)
    return tuple(_changes(miss.own, found))


def size(changes: Sequence[Change], wait_days: int = 0) -> float:
    """How large changes and waits are together, to compare them by: shares of prices and quantities, steps and months."""
    return round(sum(map(_size, changes)) + wait_days / DAYS_OF_ONE, 4)


def near_misses(closest: Iterable[Close], miss_of: Callable[[Close], Miss]) -> tuple[NearMiss, ...]:
    """The near misses to tell of: for each set of failed gates the first that its order can mend (or else the first of
    all), `TOLD` at the most, smallest change first, those without advice last.
    """
    found: dict[int, NearMiss] = {}
    for close in closest:
        known = found.get(close.failed)
        if known is None or known.size is None:
            miss = miss_of(close)
            changes = advice(miss)
            if changes or (changes is not None and miss.wait_days):
                found[close.failed] = NearMiss(
                    codes=miss.codes,
                    changes=changes,
                    size=size(changes, miss.wait_days),
                    wait_days=miss.wait_days,
                )
            elif known is None:
                found[close.failed] = NearMiss(codes=miss.codes, changes=())
    ranked = sorted(found.values(), key=lambda each: (each.size is None, each.size))
    return tuple(ranked[:TOLD])


def _changes(was: Order, now: Mapping[str, Any]) -> Iterator[Change]:
    for field in FIELDS:
        if field in now and now[field] != getattr(was, field):
            yield Change(field=field, before=_plain(getattr(was, field)), after=_plain(now[field]))


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
