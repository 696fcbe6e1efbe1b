"""An event is let go only when its effects, and those of all before it, are out."""

from __future__ import annotations

from duijie_matcher.stream.ledger import Ledger


def take(ledger: Ledger, offset: int, *markets: str) -> list[object]:
    """Apply the record at `offset`; its acknowledgement is its offset."""
    return [ack() for ack in ledger.applied_up_to(offset + 1, markets, lambda: offset)]


def clear(ledger: Ledger, market: str) -> list[object]:
    """Clear a market to the end."""
    return [ack() for ack in ledger.finish(market, ledger.begin(market))]


def test_an_event_without_effect_is_let_go_at_once() -> None:
    """A stale version leaves nothing to wait for."""
    ledger = Ledger(7)
    assert take(ledger, 7) == [7]
    assert (ledger.applied, ledger.settled, ledger.unsettled) == (8, 8, 0)


def test_an_event_waits_for_its_market_and_for_those_before_it() -> None:
    """Acknowledged in order of offset, whichever market is quicker."""
    ledger = Ledger(0)
    assert take(ledger, 0, "potato") == []
    assert take(ledger, 1, "garlic") == []
    assert take(ledger, 2) == []
    assert clear(ledger, "garlic") == []
    assert (ledger.settled, ledger.unsettled) == (0, 3)
    assert clear(ledger, "potato") == [0, 1, 2]
    assert (ledger.settled, ledger.unsettled) == (3, 0)


def test_a_clearing_settles_only_what_it_saw() -> None:
    """An event that came while its market was being cleared waits for the next clearing."""
    ledger = Ledger(0)
    take(ledger, 0, "potato")
    number = ledger.begin("potato")
    take(ledger, 1, "potato")
    assert [ack() for ack in ledger.finish("potato", number)] == [0]
    assert ledger.dirty == {"potato"}
    assert clear(ledger, "potato") == [1]
    assert ledger.dirty == frozenset()


def test_an_event_of_several_markets_waits_for_all_of_them() -> None:
    """A tick touches every market."""
    ledger = Ledger(0)
    take(ledger, 0, "potato", "garlic")
    assert clear(ledger, "potato") == []
    assert clear(ledger, "garlic") == [0]


def test_touching_makes_dirty_but_leaves_nothing_unsettled() -> None:
    """A new policy is no record of the topic."""
    ledger = Ledger(3)
    ledger.touch(["potato"])
    assert ledger.dirty == {"potato"}
    assert (ledger.settled, ledger.unsettled) == (3, 0)
    assert clear(ledger, "potato") == []


def test_after_loading_nothing_is_settled_until_every_market_was_cleared() -> None:
    """A predecessor may have died in the middle, so what it published proves nothing."""
    ledger = Ledger(10)
    ledger.applied_up_to(50, ["potato", "garlic"])
    assert (ledger.applied, ledger.settled) == (50, 10)
    clear(ledger, "potato")
    assert ledger.settled == 10
    clear(ledger, "garlic")
    assert ledger.settled == 50
