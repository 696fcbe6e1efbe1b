"""Rows <-> aggregates. All SQL about parties, orders and capacities is here."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from duijie_shared.events.base import LIVE
from duijie_shared.posting import CapacityTerms, OrderTerms, PartyTerms
from sqlalchemy import ARRAY, Text, Uuid, and_, any_, func, literal, or_, update
from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.facts import Facts
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.party import Party
from duijie_catalog.tables import AggregateRow, CapacityRow, OrderRow, PartyRow
from duijie_catalog.trading import calendar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from duijie_shared.events.base import Side
    from sqlalchemy import ColumnElement
    from sqlmodel import Session
    from sqlmodel.sql.expression import SelectOfScalar

Aggregate = TypeVar("Aggregate", Order, Capacity, Party)


class Repository(Generic[Aggregate]):
    """Aggregates of one kind within one transaction. Reads lock only where they say so."""

    row: ClassVar[type[Any]]
    aggregate: ClassVar[type[Any]]
    terms: ClassVar[type[Any]]
    apart: ClassVar[frozenset[str]] = frozenset({"terms"})
    """Fields of the aggregate that are no column of its row."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, id: UUID, *, lock: bool = False) -> Aggregate | None:  # noqa: A002 - the column's name
        """The aggregate, or None; `lock` holds its row until the transaction ends."""
        query = self._all().where(self.row.id == id)
        found = self._load(query.with_for_update() if lock else query)
        return found[0] if found else None

    def locked(self, ids: Iterable[UUID]) -> dict[UUID, Aggregate]:
        """Those of `ids` that exist, locked in the order of their ids, so that two batches cannot deadlock."""
        query = self._named().where(self._one_of(ids)).order_by(self.row.id).with_for_update()
        # What the session read before the lock is not to be believed after it.
        fresh = query.execution_options(populate_existing=True)
        return {each.id: each for each in self._load(fresh)}

    def page(
        self,
        *,
        after: int,
        limit: int,
        status: str | None = None,
        party_id: UUID | None = None,
        principals: Sequence[UUID] = (),
    ) -> list[Aggregate]:
        """Up to `limit` of a party's own in posting order, from behind the sequence `after`; or of all that is public.

        Its own are also those that it posted for one of its `principals`.
        """
        query = self._all().where(self.row.sequence > after)
        if status is not None:
            query = query.where(self.row.status == status)
        query = self._public(query) if party_id is None else query.where(self._own(party_id, principals))
        return self._load(self._whole(query).order_by(self.row.sequence).limit(limit))

    def _own(self, party_id: UUID, _principals: Sequence[UUID]) -> ColumnElement[bool]:
        return col(self.row.party_id) == party_id

    def save(self, aggregates: Sequence[Aggregate]) -> None:
        """Store new ones and new versions in one statement. Raises `LostRaceError` as `bulk.upsert`."""
        bulk.upsert(self._session, self.row, [self._values(aggregate) for aggregate in aggregates])

    def counts(self) -> dict[str, int]:
        """Status -> how many there are of it."""
        query = self._whole(select(self.row.status, func.count()).group_by(self.row.status))
        return dict(self._session.exec(query).all())

    def _load(self, query: SelectOfScalar[Any]) -> list[Aggregate]:
        # Rows change behind the session's back (`bulk`), so what it still has of them is not to be trusted.
        fresh = query.execution_options(populate_existing=True)
        return [self._aggregate(row) for row in self._session.exec(fresh)]

    def _all(self) -> SelectOfScalar[Any]:
        return select(self.row)

    def _named(self) -> SelectOfScalar[Any]:
        """All of them, for a query that names ids."""
        return self._all()

    def _public(self, query: SelectOfScalar[Any]) -> SelectOfScalar[Any]:
        """The query without what its poster alone may see."""
        return query

    def _whole(self, query: Any) -> Any:
        """The query without what is only a part of another one."""
        return query

    def _one_of(self, ids: Iterable[UUID]) -> ColumnElement[bool]:
        # One array parameter: with one parameter an id PostgreSQL compares every row with every id.
        return col(self.row.id) == any_(literal(list(ids), ARRAY(Uuid)))

    def _aggregate(self, row: AggregateRow) -> Aggregate:
        terms = {name: _read(getattr(row, name)) for name in _names(self.terms)}
        own = {name: getattr(row, name) for name in _names(self.aggregate) if name not in self.apart}
        made: Aggregate = self.aggregate(terms=self.terms(**terms), **own)
        return made

    def _values(self, aggregate: Any) -> dict[str, Any]:
        terms, apart = aggregate.terms, self.apart
        values = {name: getattr(aggregate, name) for name in _names(type(aggregate)) if name not in apart}
        values.update({name: getattr(terms, name) for name in _names(type(terms))})
        return values


class Postings(Repository[Aggregate]):
    """Orders or capacities: they end, and some time after that their records go."""

    last_day: ClassVar[str]
    """The column that holds the window's end."""

    def over(self, before: dt.date, limit: int) -> list[Aggregate]:
        """Open ones whose window ended before that day, locked; those another process holds are left to it."""
        query = (
            self._whole(self._all())
            .where(col(self.row.status).in_(_LASTING), getattr(self.row, self.last_day) < before)
            .order_by(self.row.sequence)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return self._load(query)

    def live(self, *, after: int, limit: int, party_id: UUID | None = None) -> list[Aggregate]:
        """Up to `limit` live ones, of one party or of all, in posting order from behind `after`."""
        query = self._all().where(col(self.row.status).in_(LIVE), self.row.sequence > after)
        if party_id is not None:
            query = query.where(self.row.party_id == party_id)
        return self._load(query.order_by(self.row.sequence).limit(limit))

    def long_closed(self, before: dt.datetime, limit: int) -> list[Aggregate]:
        """Those closed before that instant whose record still stands on the topic, locked."""
        query = (
            self._all()
            .where(col(self.row.tombstoned_at).is_(None), self.row.closed_at < before)
            .order_by(self.row.sequence)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return self._load(query)

    def mark_tombstoned(self, ids: Iterable[UUID], now: dt.datetime) -> None:
        """Note that the topic holds no record of these any more."""
        marked = update(self.row).where(self._one_of(ids)).values(tombstoned_at=now)
        self._session.execute(marked)

    def _values(self, aggregate: Any) -> dict[str, Any]:
        # A new version is a new record on the topic, whatever became of the last.
        return super()._values(aggregate) | {"tombstoned_at": None}


class Orders(Postings[Order]):
    """Offers or demands, or both where `side` is None."""

    row = OrderRow
    aggregate = Order
    terms = OrderTerms
    last_day = "window_to"

    def __init__(self, session: Session, side: Side | None = None) -> None:
        super().__init__(session)
        self._side = side

    def _all(self) -> SelectOfScalar[Any]:
        query = select(OrderRow)
        return query if self._side is None else query.where(OrderRow.side == self._side)

    def _named(self) -> SelectOfScalar[Any]:
        # The side in a form that no index serves: while the table is new and unknown to the planner it would read
        # the whole side and compare every row with every id.
        query = select(OrderRow)
        return query if self._side is None else query.where(col(OrderRow.side).concat("") == self._side)

    def _public(self, query: SelectOfScalar[Any]) -> SelectOfScalar[Any]:
        return query.where(col(OrderRow.opened_at).is_not(None))

    def _whole(self, query: Any) -> Any:
        # The child of a demand for a category is seen in its parent, and ends with it.
        return query.where(col(OrderRow.parent_id).is_(None))

    def get(self, id: UUID, *, lock: bool = False) -> Order | None:  # noqa: A002 - the column's name
        """The order, or None; `lock` holds its row and those of its family until the transaction ends."""
        return self.locked([id]).get(id) if lock else super().get(id)

    def locked(self, ids: Iterable[UUID]) -> dict[UUID, Order]:
        """Those of `ids` that exist, locked with all of their families: parents first, then the others by their ids."""
        wanted = set(ids)
        family = self._family_ids(wanted) if self._side != "offer" else []
        if not family:
            return super().locked(wanted)
        found = super().locked([id_ for id_, parent_id in family if parent_id is None])
        found |= super().locked(wanted.union(id_ for id_, _ in family) - found.keys())
        return {id_: order for id_, order in found.items() if id_ in wanted}

    def families(self, parent_ids: Iterable[UUID]) -> dict[UUID, list[Order]]:
        """The parents and their children, locked as by `locked`, by the parent's id."""
        ids = [id_ for id_, _ in self._family_ids(set(parent_ids))]
        found: dict[UUID, list[Order]] = {}
        for order in self.locked(ids).values():
            found.setdefault(order.parent_id or order.id, []).append(order)
        return found

    def children(self, parent_ids: Iterable[UUID]) -> dict[UUID, list[Order]]:
        """The children of these in posting order, by the parent's id."""
        among = col(OrderRow.parent_id) == any_(literal(list(parent_ids), ARRAY(Uuid)))
        found: dict[UUID, list[Order]] = {}
        for order in self._load(self._all().where(among).order_by(col(OrderRow.sequence))):
            found.setdefault(order.parent_id or order.id, []).append(order)
        return found

    def instances(self, standing_id: UUID, *, after: int, limit: int) -> list[Order]:
        """Up to `limit` orders that were opened of a standing demand, in posting order from behind `after`."""
        query = self._whole(self._all()).where(OrderRow.standing_id == standing_id, OrderRow.sequence > after)
        return self._load(query.order_by(col(OrderRow.sequence)).limit(limit))

    def _family_ids(self, ids: set[UUID]) -> list[tuple[UUID, UUID | None]]:
        """Id and parent's id of all that share a parent with one of these or are parents among them."""
        child, given = col(OrderRow.parent_id), literal(list(ids), ARRAY(Uuid))
        # Two queries, each by an index of its own: with one of both conditions PostgreSQL reads the table.
        heads = {
            parent_id
            for condition in (self._one_of(ids), child == any_(given))
            for parent_id in self._session.exec(select(child).where(condition, child.is_not(None)))
        }
        if not heads:
            return []
        family = any_(literal(list(heads), ARRAY(Uuid)))
        query = select(OrderRow.id, OrderRow.parent_id).where(
            or_(col(OrderRow.id) == family, child == family)
        )
        return list(self._session.exec(query))

    def _own(self, party_id: UUID, principals: Sequence[UUID]) -> ColumnElement[bool]:
        own = super()._own(party_id, ())
        if not principals:
            return own
        return or_(own, and_(col(OrderRow.posted_by) == party_id, col(OrderRow.party_id).in_(principals)))

    def save_with(
        self, orders: Sequence[Order], facts: Mapping[UUID, Facts], beside: Sequence[bulk.Rows]
    ) -> None:
        """As `save`, with the facts that their records carry, and rows of other tables in the same statement."""
        rows = [self._values(order) | {"facts": facts[order.id].kept()} for order in orders]
        bulk.upsert(self._session, OrderRow, rows, beside)

    def facts_told(self, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """What the records of these orders said of the facts, as `Facts.kept`."""
        query = select(OrderRow.id, OrderRow.facts).where(self._one_of(ids))
        return {id_: dict(facts) for id_, facts in self._session.exec(query)}


class Capacities(Postings[Capacity]):
    """Capacities with the days that are booked of them."""

    row = CapacityRow
    aggregate = Capacity
    terms = CapacityTerms
    apart = frozenset({"terms", "booked"})
    last_day = "available_to"

    def save(self, aggregates: Sequence[Capacity]) -> None:
        """Store them with their booked days. Raises `LostRaceError` as `bulk.upsert`."""
        super().save(aggregates)
        calendar.store(self._session, aggregates)

    def _load(self, query: SelectOfScalar[Any]) -> list[Capacity]:
        # The days come second: a lock on the row is on them too, since nobody writes them without it.
        found = super()._load(query)
        booked = calendar.booked(self._session, [capacity.id for capacity in found])
        return [dataclasses.replace(each, booked=booked.get(each.id, ())) for each in found]


class Parties(Repository[Party]):
    """Parties."""

    row = PartyRow
    aggregate = Party
    terms = PartyTerms

    def by_row_keys(self, row_keys: Iterable[str]) -> dict[str, UUID]:
        """Row key -> id of those that are known."""
        wanted = any_(literal(list(row_keys), ARRAY(Text)))
        query = select(PartyRow.row_key, PartyRow.id).where(col(PartyRow.row_key) == wanted)
        return dict(self._session.exec(query).all())

    def not_approved(self, row_keys: Iterable[str]) -> dict[str, str]:
        """Row key -> status of those that may not post."""
        wanted = any_(literal(list(row_keys), ARRAY(Text)))
        query = select(PartyRow.row_key, PartyRow.status).where(
            col(PartyRow.row_key) == wanted, PartyRow.status != "approved"
        )
        return dict(self._session.exec(query).all())


_LASTING = ("draft", *sorted(LIVE))
"""Statuses that the end of the window ends."""


def _names(of: type[Any]) -> tuple[str, ...]:
    """The names of a dataclass's fields, which `dataclasses.fields` seeks anew each time."""
    found = _known_names.get(of)
    if found is None:
        found = _known_names[of] = tuple(field.name for field in dataclasses.fields(of))
    return found


_known_names: dict[type[Any], tuple[str, ...]] = {}


def _read(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
