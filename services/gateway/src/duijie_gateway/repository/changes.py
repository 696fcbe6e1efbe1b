"""The log of public changes: matches from `feed`, listings and deals from `changes`, in their one sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from duijie_gateway.domain.changes import LISTINGS, Change, FeedFilter, Verdict, concerns
from duijie_gateway.domain.facts import Facts
from duijie_gateway.repository.conditions import in_scope
from duijie_gateway.tables import ChangeRow, FeedHeadRow, FeedRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from duijie_gateway.domain.access import Scope

SCAN = 2_000
"""Rows that one question to the database reads, whatever the filter leaves of them."""
QUESTIONS = 10
"""Such questions in one reading: a rare filter is answered with a place behind what was looked through."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What concerns a reader, in order, and the place behind all that was looked through: read on from there."""

    told: tuple[tuple[Change, Verdict], ...]
    reached: int

    @property
    def changes(self) -> list[Change]:
        """The changes alone."""
        return [change for change, _ in self.told]


class ChangeReader:
    """Reads `feed` and `changes` as one log."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def bounds(self) -> tuple[int, int]:
        """The first sequence of which all changes are kept, and the last one given.

        Places from `oldest - 1` to `head` may be gone on from, and 0 by a reader that holds nothing. Ask after
        reading: what was taken away before is known then.
        """
        query = select(col(FeedHeadRow.pruned) + 1, col(FeedHeadRow.sequence))
        async with self._engine.connect() as connection:
            oldest, head = (await connection.execute(query)).one()
        return oldest, head

    async def place_at(self, moment: dt.datetime) -> int:
        """The place before what was recorded from `moment` on; never one that is no longer kept."""
        before = [
            select(func.max(col(table.sequence))).where(col(table.recorded_at) < moment).scalar_subquery()
            for table in (FeedRow, ChangeRow)
        ]
        query = select(func.greatest(0, col(FeedHeadRow.pruned), *before))
        async with self._engine.connect() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def read(
        self, scope: Scope, wanted: FeedFilter, *, after: int, upto: int | None = None, limit: int
    ) -> Stretch:
        """Up to `limit` changes with `after` < sequence <= `upto` (None: the head) that concern the reader."""
        told: list[tuple[Change, Verdict]] = []
        reached = after
        async with self._engine.connect() as connection:
            head = (await connection.execute(select(col(FeedHeadRow.sequence)))).scalar_one()
            upto = head if upto is None else min(upto, head)
            for _ in range(QUESTIONS):
                if reached >= upto or len(told) == limit:
                    break
                changes, reached_next = await self._scan(connection, scope, wanted, reached, upto)
                for change in changes:
                    verdict = concerns(wanted, scope, change)
                    if verdict is not None:
                        told.append((change, verdict))
                        if len(told) == limit:
                            reached_next = change.sequence
                            break
                reached = reached_next
        return Stretch(tuple(told), reached)

    async def standing(self, wanted: FeedFilter, *, limit: int) -> list[Change]:
        """The newest `limit` of the listings that the filter admits now, among the newest that stand at all."""
        later = aliased(ChangeRow)
        query = (
            select(*_COLUMNS)
            .where(
                col(ChangeRow.subject).in_(sorted(wanted.subjects & LISTINGS)),
                col(ChangeRow.body).is_not(None),
                ~exists().where(
                    col(later.subject_id) == col(ChangeRow.subject_id),
                    col(later.sequence) > col(ChangeRow.sequence),
                ),
                *_of_products(wanted, ChangeRow),
            )
            .order_by(col(ChangeRow.sequence).desc())
            .limit(SCAN)
        )
        async with self._engine.connect() as connection:
            found = [_of_row(row) for row in (await connection.execute(query)).all()]
        return [change for change in found if change.after is not None and wanted.admits(change.after)][
            :limit
        ]

    async def _scan(
        self, connection: AsyncConnection, scope: Scope, wanted: FeedFilter, after: int, upto: int
    ) -> tuple[list[Change], int]:
        """Every change that may concern the reader, up to the place that is returned with them."""
        found: list[Change] = []
        reached = upto
        if "match" in wanted.subjects:
            query = _page(FeedRow, _MATCH_COLUMNS, after, upto).where(
                *in_scope(FeedRow, scope), *_of_products(wanted, FeedRow)
            )
            rows = (await connection.execute(query)).all()
            found += [_of_match(row) for row in rows]
            if len(rows) == SCAN:
                reached = min(reached, found[-1].sequence)
        others = wanted.subjects - {"match"}
        if others:
            # Listings are everybody's: whose they are need not be read.
            columns = _COLUMNS if "deal" in others else _COLUMNS[:-2]
            query = _page(ChangeRow, columns, after, upto).where(
                col(ChangeRow.subject).in_(sorted(others)),
                *_visible(scope, others),
                *_of_products(wanted, ChangeRow),
            )
            rows = (await connection.execute(query)).all()
            listed = [_of_row(row) for row in rows]
            found += listed
            if len(rows) == SCAN:
                reached = min(reached, listed[-1].sequence)
        found.sort(key=lambda change: change.sequence)
        return [change for change in found if change.sequence <= reached], reached


def _page(table: type[FeedRow | ChangeRow], columns: Sequence[Any], after: int, upto: int) -> Any:
    sequence = col(table.sequence)
    return select(*columns).where(sequence > after, sequence <= upto).order_by(sequence).limit(SCAN)


def _of_products(wanted: FeedFilter, table: type[FeedRow | ChangeRow]) -> list[ColumnElement[bool]]:
    if wanted.products is None:
        return []
    names = sorted(wanted.products)
    if table is FeedRow:
        return [col(FeedRow.product).in_(names)]
    products: Any = col(ChangeRow.products)
    return [products.overlap(names)]


def _visible(scope: Scope, subjects: frozenset[Any]) -> list[ColumnElement[bool]]:
    if scope.party is None or "deal" not in subjects:
        return []
    parties: Any = col(ChangeRow.parties)
    return [or_(col(ChangeRow.subject).in_(sorted(LISTINGS)), parties.contains([scope.party]))]


_COLUMNS = tuple(
    col(getattr(ChangeRow, name))
    for name in (
        *("sequence", "subject", "subject_id", "recorded_at"),
        *("before", "after", "body", "parties", "counties"),
    )
)
_MATCH_COLUMNS = tuple(
    col(getattr(FeedRow, name))
    for name in (
        *("sequence", "match_id", "recorded_at", "product", "status", "offer_county", "demand_county"),
        *("offer_party", "demand_party", "designations", "score", "record"),
        *("before_status", "before_county", "before_designations", "before_score"),
    )
)


def _of_row(row: Sequence[Any]) -> Change:
    sequence, subject, id_, recorded_at, before, after, body, *reach = row
    parties, counties = reach or ((), ())
    return Change(
        sequence,
        subject,
        id_,
        recorded_at,
        None if before is None else Facts.from_json(before),
        None if after is None else Facts.from_json(after),
        tuple(parties),
        tuple(counties),
        body,
    )


def _of_match(row: Sequence[Any]) -> Change:
    sequence, id_, recorded_at, product, status, county, to_county, seller, buyer = row[:9]
    designations, score, record, *before = row[9:]
    after = _facts(product, status, county, designations, score)
    counties = tuple(each for each in (county, to_county) if each)
    parties = (seller, buyer)
    return Change(
        sequence, "match", id_, recorded_at, _facts(product, *before), after, parties, counties, record
    )


def _facts(
    product: str,
    status: str | None,
    county: str | None,
    designations: Sequence[str] | None,
    score: float | None,
) -> Facts | None:
    if status is None or status == "withdrawn":
        return None
    return Facts(
        products=(product,),
        counties=(county,) if county else (),
        designations=tuple(designations or ()),
        status=status,
        score=score,
    )
