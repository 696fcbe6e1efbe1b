"""Who is cleared next: at once after quiet, together in a burst, in turn under load."""

from __future__ import annotations

from duijie_matcher.stream.partition import Partition
from duijie_matcher.stream.schedule import Schedule, Turn

GATHER = 0.2


def dirty(number: int, *markets: str) -> Partition:
    """A partition with these dirty markets."""
    partition = Partition(number, 0)
    partition.ledger.touch(markets)
    return partition


def taken(schedule: Schedule, *partitions: Partition, now: float) -> Turn:
    """The next turn, taken and ended."""
    turn = schedule.next(partitions)
    assert turn is not None
    schedule.begin(turn, now)
    schedule.end(turn)
    return turn


def test_a_quiet_market_is_due_at_once_and_a_busy_one_after_the_gathering_time() -> None:
    """Counted from when its last clearing began."""
    schedule, partition = Schedule(GATHER), dirty(0, "potato")
    assert taken(schedule, partition, now=7.0).due <= 7.0
    again = schedule.next([partition])
    assert again is not None
    assert again.due == 7.0 + GATHER


def test_nothing_dirty_is_no_turn() -> None:
    """Nor is a market that is being cleared."""
    schedule, partition = Schedule(GATHER), dirty(0, "potato")
    assert schedule.next([dirty(1)]) is None
    turn = schedule.next([partition])
    assert turn is not None
    schedule.begin(turn, 1.0)
    assert schedule.next([partition]) is None
    schedule.end(turn)
    assert schedule.next([partition]) is not None


def test_partitions_take_turns_and_no_market_comes_twice_before_another() -> None:
    """First one of each partition, then the second of each; then the longest ago."""
    schedule = Schedule(GATHER)
    partitions = [dirty(0, "apple", "potato"), dirty(1, "garlic", "onion")]
    order = [taken(schedule, *partitions, now=float(now)).market for now in range(1, 9)]
    assert order == ["apple", "garlic", "potato", "onion"] * 2


def test_new_partitions_do_not_wait_for_what_was_cleared_before() -> None:
    """After an assignment everything is due, except what an older turn still clears."""
    schedule, partition = Schedule(GATHER), dirty(0, "apple", "potato")
    taken(schedule, partition, now=5.0)
    running = schedule.next([partition])
    assert running is not None
    schedule.begin(running, 5.0)
    schedule.forget()
    turn = schedule.next([dirty(0, "apple", "potato")])
    assert turn is not None
    assert (turn.market, turn.due) == ("apple", 0.0)
    assert running.market == "potato"
