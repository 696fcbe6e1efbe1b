"""One transaction: state, outbox and idempotency rows are committed together or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlmodel import Session

from duijie_catalog import bulk
from duijie_catalog.clock import day_of
from duijie_catalog.demands import families
from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.order import Order
from duijie_catalog.facts import facts_of
from duijie_catalog.outgoing import outbox
from duijie_catalog.parties import attestations
from duijie_catalog.reference.grade_book import StoredGrades
from duijie_catalog.repository import Capacities, Orders, Parties
from duijie_catalog.tables import SEQUENCE, OutboxRow
from duijie_catalog.trading import constraint_rows

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from sqlalchemy import Engine

    from duijie_catalog.domain.party import Party

_PLACE = text(
    f"SELECT nextval('{SEQUENCE}'), pg_advisory_xact_lock(hashtext(:name)) FROM parties "  # noqa: S608
    "WHERE id = :id AND status = 'approved' FOR SHARE"
)


class UnitOfWork:
    """The repositories of one transaction. `correlation_id` goes out with every record it publishes."""

    def __init__(self, session: Session, correlation_id: str) -> None:
        self.session = session
        self.correlation_id = correlation_id
        self.orders = Orders(session)
        self.offers = Orders(session, "offer")
        self.demands = Orders(session, "demand")
        self.capacities = Capacities(session)
        self.parties = Parties(session)
        self.grades = StoredGrades(session)
        self._approved: set[UUID] = set()

    def sequences(self, count: int) -> list[int]:
        """The next `count` places in the posting order, rising."""
        query = text(f"SELECT nextval('{SEQUENCE}') FROM generate_series(1, :count)")  # noqa: S608
        return sorted(self.session.execute(query, {"count": count}).scalars())

    def sequence_for(self, party_id: UUID) -> int | None:
        """The next place in the posting order for a party that may post, None where there is no such party.

        It stays approved until the transaction ends, and no other takes a place for it until then.
        """
        found = self.session.execute(_PLACE, {"id": party_id, "name": _posting_of(party_id)}).scalar()
        if found is not None:
            self._approved.add(party_id)
        return found

    def store(
        self,
        aggregates: Sequence[Order | Capacity | Party],
        now: dt.datetime,
        beside: Sequence[bulk.Rows] = (),
    ) -> None:
        """Save new versions of one kind and publish them: the only way to change an aggregate.

        Rows that come `beside` are inserted with them.
        """
        if not aggregates:
            return
        match aggregates[0]:
            case Order():
                orders: list[Any] = families.completed(self, list(aggregates), now)  # type: ignore[arg-type]
                facts = facts_of(self.session, orders, day_of(now), self._approved)
                records = self._records(outbox.order_snapshots(orders, facts), now)
                self.orders.save_with(orders, facts, [records, *beside])
                constraint_rows.follow(self, orders, now)
                return
            case Capacity():
                capacities: list[Any] = list(aggregates)
                barred = attestations.barred(self.session, {each.party_id for each in capacities})
                self.capacities.save(capacities)
                self.publish(outbox.capacity_snapshots(capacities, barred), now)
            case _:
                parties: list[Any] = list(aggregates)
                self.parties.save(parties)
                self.publish(outbox.party_snapshots(parties), now)
        for table, rows in beside:
            bulk.insert(self.session, table, rows)

    def lock_posting(self, party_id: UUID) -> None:
        """Wait until no other transaction posts for the party; held until this one ends."""
        self.lock(_posting_of(party_id))

    def lock(self, name: str) -> None:
        """Wait until no other transaction holds the lock of that name; held until this one ends."""
        self.session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})

    def try_lock(self, name: str) -> bool:
        """As `lock`, but False at once where another transaction holds it."""
        query = text("SELECT pg_try_advisory_xact_lock(hashtext(:name))")
        return bool(self.session.execute(query, {"name": name}).scalar())

    def publish(self, events: Sequence[outbox.Event], now: dt.datetime) -> None:
        """Add records to the outbox."""
        bulk.insert(self.session, *self._records(events, now))

    def _records(self, events: Sequence[outbox.Event], now: dt.datetime) -> bulk.Rows:
        return OutboxRow, [event.row(now, self.correlation_id) for event in events]


@contextmanager
def unit_of_work(engine: Engine, correlation_id: str) -> Iterator[UnitOfWork]:
    """A transaction that is committed when the block ends and rolled back when it throws."""
    with Session(engine, autoflush=False) as session, session.begin():
        yield UnitOfWork(session, correlation_id)


def _posting_of(party_id: UUID) -> str:
    return f"posting of {party_id}"
