"""Looking orders over after they were stored: batch by batch in the worker, never in the way of a post or a match."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import structlog
from duijie_shared.events.base import LIVE
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.yields import highest_yield
from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import insert

from duijie_catalog import bulk, policies
from duijie_catalog.clock import SHANGHAI
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.plausibility import Earlier, Finding, Level, Subject, each_pair, findings
from duijie_catalog.metrics import FLAGGED
from duijie_catalog.tables import FlagRow, ScreeningRow
from duijie_catalog.unit_of_work import UnitOfWork, unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duijie_shared.events.base import Side
    from duijie_shared.events.policy import PlausibilityPolicy
    from sqlalchemy import Engine

    from duijie_catalog.clock import Clock

log = structlog.get_logger()

BATCH = 500
LEVELS_STAY = dt.timedelta(minutes=10)
"""How long a price level is good for; a product without one is asked for again each time."""

Pair = tuple[str, "Side"]

_TAKEN = text("""
DELETE FROM screenings WHERE id IN (SELECT id FROM screenings ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING order_id
""")
# By the ids alone: the planner would take an index of the live orders, and read all of them.
_SUBJECTS = text("""
WITH taken AS MATERIALIZED (SELECT * FROM orders WHERE id = ANY(:ids))
SELECT id, version, side, product, unit, quantity, posted_quantity, price, area_mu, party_id, county FROM taken
WHERE status IN ('open', 'reserved', 'partly_filled') ORDER BY sequence
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_LEVELS = text("""
SELECT product, side, count(*), percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY price)
FROM (
    SELECT product, side, percentile_disc(0.5) WITHIN GROUP (ORDER BY price) AS price
    FROM orders
    WHERE (product, side) IN (SELECT * FROM unnest(:products, :sides))
      AND price > 0 AND parent_id IS NULL AND status IN ('open', 'reserved', 'partly_filled') AND opened_at >= :since
    GROUP BY product, side, party_id
) of_parties
GROUP BY product, side HAVING count(*) >= :parties
""").bindparams(bindparam("products", type_=ARRAY(Text)), bindparam("sides", type_=ARRAY(Text)))
_EARLIER = text("""
SELECT DISTINCT ON (new.id) new.id, old.id, old.closed_at, count(*) OVER (PARTITION BY new.id)
FROM orders new JOIN orders old USING (party_id, product, side, quantity, grade)
WHERE new.id = ANY(:ids) AND old.id <> new.id AND old.status = 'withdrawn' AND old.opened_at IS NOT NULL
  AND new.standing_id IS NULL -- an instance says what the one before it said
  AND old.price IS NOT DISTINCT FROM new.price
  AND old.closed_at BETWEEN new.opened_at - :within AND new.opened_at
ORDER BY new.id, old.closed_at DESC, old.sequence DESC
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


def turns(stored: Iterable[object]) -> list[bulk.Rows]:
    """What to store beside orders with new terms, to have them looked over; drafts are nobody's business yet."""
    wanted = [{"order_id": each.id} for each in stored if isinstance(each, Order) and each.status in LIVE]
    return [(ScreeningRow, wanted)]


class Screener:
    """Works off what waits. A second one takes other orders; what fails is taken again."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._levels: dict[Pair, tuple[Level, dt.datetime]] = {}

    def step(self) -> bool:
        """Look one batch over; whether there was one."""
        now = self._clock()
        with unit_of_work(self._engine, "") as uow:
            ids = list(dict.fromkeys(uow.session.execute(_TAKEN, {"limit": BATCH}).scalars()))
            if ids:
                self._screen(uow, ids, now)
        return bool(ids)

    def _screen(self, uow: UnitOfWork, ids: Sequence[UUID], now: dt.datetime) -> None:
        policy = policies.current(uow).plausibility
        rows = {row.id: row for row in uow.session.execute(_SUBJECTS, {"ids": ids})}
        subjects = [found for row in rows.values() if (found := _subject(row)) is not None]
        levels = self._levels_of(uow, subjects, policy, now)
        earlier = _earlier(uow, list(rows), policy)
        for subject in subjects:
            level = levels.get((subject.product, subject.side))
            for finding in findings(subject, level, earlier.get(subject.order_id), policy):
                _raise(uow, rows[subject.order_id], finding, now)

    def _levels_of(
        self, uow: UnitOfWork, subjects: list[Subject], policy: PlausibilityPolicy, now: dt.datetime
    ) -> dict[Pair, Level]:
        pairs = list(each_pair(subjects))
        known = {
            pair: found[0]
            for pair in pairs
            if (found := self._levels.get(pair)) is not None and abs(now - found[1]) < LEVELS_STAY
        }
        missing = [pair for pair in pairs if pair not in known]
        if missing:
            values = {
                "products": [product for product, _ in missing],
                "sides": [side for _, side in missing],
                "since": now - dt.timedelta(days=policy.level_days),
                "parties": policy.level_parties,
            }
            for product, side, parties, (low, median, high) in uow.session.execute(_LEVELS, values):
                known[product, side] = Level(parties, low, median, high)
                self._levels[product, side] = (known[product, side], now)
        return known


def _earlier(uow: UnitOfWork, ids: Sequence[UUID], policy: PlausibilityPolicy) -> dict[UUID, Earlier]:
    values = {"ids": ids, "within": dt.timedelta(days=policy.repost_days)}
    return {
        id_: Earlier(old, closed_at.astimezone(SHANGHAI), times)
        for id_, old, closed_at, times in uow.session.execute(_EARLIER, values)
    }


def _subject(row: Any) -> Subject | None:
    product = taxonomy().find(row.product)
    if product is None:  # a demand for a category: its bid is for goods of many prices
        return None
    return Subject(
        order_id=row.id,
        version=row.version,
        side=row.side,
        product=row.product,
        unit=row.unit,
        unit_size=Decimal(row.quantity) / row.posted_quantity,
        quantity=row.quantity,
        price=row.price,
        area_mu=row.area_mu,
        by_mass=product.dimension == "mass",
        most_per_mu=highest_yield(product.slug),
    )


def _raise(uow: UnitOfWork, row: Any, finding: Finding, now: dt.datetime) -> None:
    values = {
        "id": uuid4(),
        "order_id": row.id,
        "order_version": row.version,
        "side": row.side,
        "party_id": row.party_id,
        "county": row.county,
        "code": finding.code,
        "zh": finding.zh,
        "en": finding.en,
        "facts": finding.facts,
        "digest": hashlib.sha256("\0".join(finding.basis).encode()).hexdigest(),
        "status": "open",
        "raised_at": now,
    }
    once = insert(FlagRow).values(**values).on_conflict_do_nothing()
    if uow.session.connection().execute(once).rowcount:
        FLAGGED.labels(finding.code).inc()
        log.info("flagged", order_id=str(row.id), code=finding.code)
