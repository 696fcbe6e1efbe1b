"""Events into rows, feed and positions: what readers are told, once, in order, without gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from duijie_gateway.projection import Projection
from duijie_gateway.tables import DiagnosisRow, FeedRow, MatchRow, OrderRow, PlanRow
from gateway_records import NOW, Log, a_diagnosis, a_match, a_plan, an_id, an_order
from sqlalchemy import select
from sqlmodel import SQLModel, col

if TYPE_CHECKING:
    from duijie_gateway.decoding import Event
    from duijie_shared.events.base import Contract
    from sqlalchemy import Engine

pytestmark = pytest.mark.database

READ_MODEL = (MatchRow, OrderRow, PlanRow, DiagnosisRow)


class Projected:
    """A log and the read model that follows it."""

    def __init__(self, engine: Engine, projection: Projection) -> None:
        self.engine = engine
        self.projection = projection
        self.log = Log()

    def add(self, *bodies: Contract) -> int:
        """Append bodies and project them as one batch; the changes of matches told."""
        return self._apply([self.log.add(body) for body in bodies])

    def bury(self, *bodies: Contract) -> int:
        """Append tombstones and project them as one batch."""
        return self._apply([self.log.bury(body) for body in bodies])

    def _apply(self, events: list[Event]) -> int:
        before = len(self.told())
        self.projection.apply(events, self.log.reached, now=NOW)
        return len(self.told()) - before

    def told(self) -> list[tuple[int, str]]:
        """(sequence, status) of every feed row."""
        with self.engine.connect() as connection:
            query = select(col(FeedRow.sequence), col(FeedRow.status)).order_by(col(FeedRow.sequence))
            return [(row.sequence, row.status) for row in connection.execute(query)]

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of the read model."""
        return {table.__tablename__: dump(self.engine, table) for table in READ_MODEL}

    def status(self, name: object = 1) -> str | None:
        """What readers see of a match."""
        with self.engine.connect() as connection:
            query = select(col(MatchRow.status)).where(col(MatchRow.id) == an_id("match", name))
            return connection.execute(query).scalar_one_or_none()


def dump(engine: Engine, table: type[SQLModel]) -> list[tuple[Any, ...]]:
    """A table's rows, in the order of its key."""
    with engine.connect() as connection:
        made: Any = table.__table__  # type: ignore[attr-defined]
        return [tuple(row) for row in connection.execute(select(made).order_by(*made.primary_key))]


@pytest.fixture
def projected(engine: Engine, projection: Projection) -> Projected:
    """An empty read model."""
    return Projected(engine, projection)


def test_a_proposal_its_change_and_its_withdrawal_are_told_in_order(projected: Projected) -> None:
    """One sequence each, from 1, without a gap."""
    assert projected.add(a_match()) == 1
    assert projected.add(a_match(quantity=1_000)) == 1
    assert projected.add(a_match(status="withdrawn", withdrawn_at=NOW)) == 1
    assert projected.told() == [(1, "proposed"), (2, "proposed"), (3, "withdrawn")]


def test_the_same_content_again_is_no_news(projected: Projected) -> None:
    """A matcher that was restarted may say everything again."""
    projected.add(a_match())
    assert projected.add(a_match(as_of=NOW), a_match()) == 0


def test_several_changes_in_one_batch_are_all_told(projected: Projected) -> None:
    """How records fall into batches must not decide what a reader hears."""
    assert projected.add(a_match(), a_match(quantity=1_000), a_match(status="withdrawn"), a_match(2)) == 4
    assert [status for _, status in projected.told()] == ["proposed", "proposed", "withdrawn", "proposed"]


def test_an_amended_order_withdraws_its_matches_until_they_are_made_again(projected: Projected) -> None:
    """By the order's new version, before the matcher has said anything."""
    projected.add(an_order("offer"), an_order("demand"), a_match(), a_match(2))
    assert projected.add(an_order("offer", version=2)) == 1
    assert (projected.status(1), projected.status(2)) == ("withdrawn", "proposed")
    assert projected.add(a_match(versions=(2, 1))) == 1
    assert projected.status() == "proposed"


@pytest.mark.parametrize("status", ["withdrawn", "expired", "closed"])
def test_a_closed_order_withdraws_its_matches(projected: Projected, status: str) -> None:
    """On either side; the matcher's own withdrawal is then no news."""
    projected.add(a_match())
    assert projected.add(an_order("demand", version=1, status=status)) == 1
    assert projected.add(a_match(status="withdrawn")) == 0
    assert projected.status() == "withdrawn"


def test_a_match_of_a_version_that_is_gone_is_never_shown(projected: Projected) -> None:
    """What a late worker still writes stays invisible."""
    projected.add(an_order("offer", version=3))
    assert projected.add(a_match(versions=(2, 1))) == 0
    assert projected.status() == "withdrawn"


def test_a_match_may_be_ahead_of_its_orders(projected: Projected) -> None:
    """They come on another topic, in their own time."""
    assert projected.add(a_match(versions=(2, 1))) == 1
    assert projected.add(an_order("offer", version=1)) == 0
    assert projected.add(an_order("offer", version=2)) == 0
    assert projected.status() == "proposed"


def test_an_amended_match_in_the_same_batch_as_its_order_is_one_change(projected: Projected) -> None:
    """No reader needs to see it withdrawn in between."""
    projected.add(an_order("offer"), a_match())
    assert projected.add(an_order("offer", version=2), a_match(versions=(2, 1))) == 1


def test_older_records_change_nothing(projected: Projected) -> None:
    """Whatever a second projector, or one that woke up late, still has in its hands."""
    projected.add(an_order("offer"), a_match(), a_plan(), a_diagnosis())
    old = list(projected.log.events)
    projected.add(
        an_order("offer", version=2), a_match(versions=(2, 1)), a_plan(offers=5), a_diagnosis(short_by=1)
    )
    rows, told = projected.rows(), projected.told()
    assert projected.projection.apply(old, {}, now=NOW) == 0
    assert (projected.rows(), projected.told()) == (rows, told)


def test_a_full_replay_gives_the_same_rows_and_no_news(projected: Projected) -> None:
    """Over what is there already, and from nothing after a rewind."""
    projected.add(an_order("offer"), an_order("demand"), a_match(), a_match(2), a_plan(), a_diagnosis())
    projected.add(an_order("offer", version=2), a_match(2, quantity=1_000))
    projected.add(a_match(versions=(2, 1)))
    rows, told = projected.rows(), projected.told()
    assert projected.projection.apply(projected.log.events, projected.log.reached, now=NOW) == 0
    assert (projected.rows(), projected.told()) == (rows, told)
    projected.projection.rewind()
    assert projected.rows() == {name: [] for name in rows}
    projected.projection.apply(projected.log.events, projected.log.reached, now=NOW, news=False)
    assert (projected.rows(), projected.told()) == (rows, told)


def test_tombstones_remove_rows(projected: Projected) -> None:
    """A match that is still shown is withdrawn first; a plan and a diagnosis just end."""
    projected.add(a_match(), a_plan(), a_diagnosis(), an_order("offer"))
    assert projected.bury(a_match(), a_plan(), a_diagnosis(), an_order("offer")) == 1
    assert projected.rows() == {"matches": [], "orders": [], "plans": [], "diagnoses": []}
    assert projected.told()[-1] == (3, "withdrawn")


def test_an_order_that_is_gone_takes_its_matches_with_it(projected: Projected) -> None:
    """Should the matcher have missed its closing."""
    projected.add(an_order("offer", version=7), a_match(versions=(7, 1)))
    assert projected.bury(an_order("offer")) == 1
    assert projected.status() == "withdrawn"


def test_a_match_that_was_removed_may_come_again(projected: Projected) -> None:
    """In the same batch or a later one."""
    projected.add(a_match())
    events = [projected.log.bury(a_match()), projected.log.add(a_match(quantity=5_000))]
    assert projected.projection.apply(events, projected.log.reached, now=NOW) == 2
    assert projected.status() == "proposed"
    projected.bury(a_match())
    assert projected.add(a_match()) == 1
    assert [status for _, status in projected.told()] == [
        "proposed",
        "withdrawn",
        "proposed",
        "withdrawn",
        "proposed",
    ]


def test_positions_are_stored_with_the_rows_or_not_at_all(projected: Projected) -> None:
    """A batch that fails leaves nothing behind: neither rows nor news nor positions."""
    projected.add(a_match())
    rows, told, positions = projected.rows(), projected.told(), projected.projection.positions()
    bad = projected.log.add(a_match(3, quantity=10**60))
    good = projected.log.add(a_match(2))
    with pytest.raises(Exception, match="numeric"):
        projected.projection.apply([good, bad], projected.log.reached, now=NOW)
    assert (projected.rows(), projected.told()) == (rows, told)
    assert projected.projection.positions() == positions


def test_positions_say_where_to_go_on_and_what_was_seen(projected: Projected) -> None:
    """A rewind takes the first back and keeps the second."""
    projected.add(a_match(), a_match(2))
    (place, position), *_ = projected.projection.positions().items()
    assert (place, position.next_offset, position.seen) == (("matches-v1", 0), 2, 2)
    projected.projection.rewind()
    assert projected.projection.positions()[place].next_offset == 0
    assert projected.projection.positions()[place].seen == 2


def test_old_news_are_pruned_and_sequences_go_on(projected: Projected) -> None:
    """What is kept keeps its sequence. The newest news of what still stands are kept, however old."""
    projected.add(a_match(), a_match(2))
    projected.add(a_match(quantity=1_000))
    projected.add(a_match(2, status="withdrawn"))
    assert projected.projection.prune_feed(NOW) == 0
    later = NOW.replace(hour=9)
    assert projected.projection.prune_feed(later) == 3
    projected.add(a_match(3))
    assert projected.told() == [(3, "proposed"), (5, "proposed")]
