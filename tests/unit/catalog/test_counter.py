"""Counter-offers: in turn, a bounded number of times, each for a limited time, whatever the sides try."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Literal
from uuid import UUID

import pytest
from duijie_catalog.domain.counter import (
    ROUNDS,
    STANDS_FOR,
    Closing,
    Counter,
    OutOfTurnError,
    RoundsOverError,
    follow,
)
from duijie_catalog.domain.deal import Leg, Proposal
from duijie_catalog.domain.terms import Shown, Terms
from hypothesis import given
from hypothesis import strategies as st

NOW = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)
Side = Literal["offer", "demand"]
SIDES: tuple[Side, Side] = ("offer", "demand")


def proposed(side: Side) -> Proposal:
    """5 t at 2.5 CNY/kg, 0.8 of it transport, by a side."""
    return Proposal(
        match_id=UUID(int=1), offer_id=UUID(int=2), demand_id=UUID(int=3), offer_version=1, demand_version=1,
        quantity=5_000_000, price=2_500_000, farm_gate_price=1_700_000, side=side, deadline=NOW,
    )  # fmt: skip


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["counter", "answered", "accepted", "declined", "withdrawn", "amend"]),
        st.sampled_from(SIDES),
        st.integers(0, 60),
    ),
    max_size=30,
)


@given(STEPS)
def test_whatever_the_sides_do_turns_and_rounds_hold(steps: list[tuple[str, Side, int]]) -> None:
    """At most one is open; no side follows its own open one; rounds rise by one to the bound and begin anew with terms."""
    made: list[Counter] = []
    now, terms = NOW, 0
    for what, side, hours in steps:
        now += dt.timedelta(hours=hours)
        last = made[-1] if made else None
        waiting = last is not None and last.status_at(now) == "open"
        if what == "amend":
            terms += 1
        elif what == "counter":
            pair = (str(terms), "d")
            used = sum(each.pair == pair for each in made)
            try:
                new = follow(made, proposed(side), pair, UUID(int=len(made)), len(made), now)
            except OutOfTurnError:
                assert waiting
                assert last is not None
                assert last.side == side
                continue
            except RoundsOverError:
                assert used == ROUNDS
                continue
            assert not (waiting and last is not None and last.side == side)
            assert new.round == used + 1 <= ROUNDS
            if waiting and last is not None:
                made[-1] = last.close(side, "answered", now)
            made.append(new)
        elif last is not None:
            closing: Closing = what  # type: ignore[assignment]
            allowed = waiting and (last.side == side) == (what == "withdrawn")
            if allowed:
                made[-1] = last.close(side, closing, now)
            else:
                with pytest.raises(ValueError, match="no "):
                    last.close(side, closing, now)
        assert sum(each.status_at(now) == "open" for each in made) <= 1


def test_it_stands_until_its_time_and_not_at_it() -> None:
    """A microsecond before it is open, at the instant it has expired; then either side may offer anew."""
    made = follow([], proposed("offer"), ("a", "b"), UUID(int=1), 1, NOW)
    end = NOW + STANDS_FOR
    assert made.status_at(end - dt.timedelta(microseconds=1)) == "open"
    assert made.status_at(end) == "expired"
    assert follow([made], proposed("offer"), ("a", "b"), UUID(int=2), 2, end).round == 2


def test_terms_read_alike_to_a_cent_and_a_route_takes_its_share_rounded_up() -> None:
    """2.654 and 2.651 are shown as 2.65, 2.656 is not; a third of 10 booked is 4."""
    at = Terms(5, 2_654_000)
    assert at.shown_as(Terms(5, 2_651_000))
    assert not at.shown_as(Terms(5, 2_656_000))
    assert not at.shown_as(Terms(6, 2_654_000))
    leg = Leg(UUID(int=9), NOW.date(), NOW.date(), 10)
    match = Shown(
        match_id=UUID(int=1), offer_id=UUID(int=2), demand_id=UUID(int=3), offer_version=1, demand_version=1,
        quantity=30, price=100, transport=40, legs=(leg,),
    )  # fmt: skip
    made = match.proposal(Terms(10, 100), "offer", NOW)
    assert made.legs == (replace(leg, quantity=4),)
    assert made.farm_gate_price == 60
